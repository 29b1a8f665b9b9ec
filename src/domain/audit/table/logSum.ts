/** ln Σ exp(x), by the largest, so that nothing overflows; −Infinity of nothing. */
export function logSum(logs: readonly number[]): number {
  const largest = Math.max(Number.NEGATIVE_INFINITY, ...logs);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0));
}
