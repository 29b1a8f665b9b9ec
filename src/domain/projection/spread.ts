/** How some durations lie. Percentiles by the nearest rank: each is one that really was. */
export type Spread = {
  readonly count: number;
  readonly median: number;
  readonly p90: number;
  readonly longest: number;
};

/** null where nothing was measured: no time is not a short time. */
export function spreadOf(measured: readonly (number | null)[]): Spread | null {
  const sorted = measured.filter((one) => one !== null).toSorted((one, other) => one - other);
  if (sorted.length === 0) return null;
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, median: rank(0.5), p90: rank(0.9), longest: rank(1) };
}
