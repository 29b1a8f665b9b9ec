/** ln(eᵃ + eᵇ), without overflow. */
export function logAddExp(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger === Number.NEGATIVE_INFINITY ? larger : larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
}

/** ln Σ exp(xᵢ), without overflow; −Infinity of nothing. */
export function logSumExp(logs: readonly number[]): number {
  return logs.reduce(logAddExp, Number.NEGATIVE_INFINITY);
}
