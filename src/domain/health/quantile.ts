/** A cumulative bucket of a classic histogram: how many observations were at most `upperBound`. */
export type Bucket = { readonly upperBound: number; readonly count: number };

/** Below this share two counts differ by rounding only. Prometheus, `promql/quantile.go`, `smallDeltaTolerance`. */
const SMALL_DELTA = 1e-12;

/**
 * Prometheus' `histogram_quantile` over classic buckets, rule by rule (`promql/quantile.go`, `BucketQuantile`): bounds
 * that are equal add up, counts are made to rise, the value is interpolated inside its bucket, the lowest bucket starts at 0
 * unless its bound is not positive, and the `+Inf` bucket answers with the bound below it.
 *
 * @param quantile above 0 and below 1
 * @returns null where Prometheus says NaN: no `+Inf` bucket, fewer than two buckets, or no observation.
 */
export function histogramQuantile(quantile: number, buckets: readonly Bucket[]): number | null {
  const rising = madeToRise(coalesced(buckets));
  const last = rising.at(-1);
  if (last === undefined || rising.length < 2 || last.upperBound !== Number.POSITIVE_INFINITY || !(last.count > 0)) {
    return null;
  }
  return interpolated(rising, quantile * last.count);
}

function interpolated(buckets: readonly Bucket[], rank: number): number | null {
  const index = buckets.findIndex((bucket) => bucket.count >= rank);
  const bucket = buckets[index];
  const below = buckets[index - 1];
  if (bucket === undefined) return null;
  if (bucket.upperBound === Number.POSITIVE_INFINITY) return below?.upperBound ?? null;
  if (below === undefined && bucket.upperBound <= 0) return bucket.upperBound;
  const start = below?.upperBound ?? 0;
  const countBelow = below?.count ?? 0;
  return start + (bucket.upperBound - start) * ((rank - countBelow) / (bucket.count - countBelow));
}

function coalesced(buckets: readonly Bucket[]): readonly Bucket[] {
  const counts = new Map<number, number>();
  for (const { upperBound, count } of buckets) counts.set(upperBound, (counts.get(upperBound) ?? 0) + count);
  return [...counts]
    .map(([upperBound, count]) => ({ upperBound, count }))
    .sort((a, b) => (a.upperBound < b.upperBound ? -1 : 1));
}

/** Series are scraped and extrapolated one by one, so that a cumulative count can come out below the one before it. */
function madeToRise(buckets: readonly Bucket[]): readonly Bucket[] {
  let highest = buckets[0]?.count ?? 0;
  return buckets.map(({ upperBound, count }) => {
    const level = Math.abs(count - highest) <= SMALL_DELTA * Math.abs(count + highest);
    highest = level ? highest : Math.max(highest, count);
    return { upperBound, count: highest };
  });
}
