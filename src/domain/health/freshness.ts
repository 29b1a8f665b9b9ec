/** When it is, by the clock of the sources, and how often they are asked. */
export type Freshness = { readonly nowMs: number; readonly pollIntervalMs: number };

/** The newest sample is too old. Of a source that can't tell, nothing is. */
export function isStale(newestSampleAtMs: number | null, { nowMs, pollIntervalMs }: Freshness): boolean {
  return newestSampleAtMs !== null && isLongAgo(newestSampleAtMs, { nowMs, pollIntervalMs });
}

/** 60 s or four polls ago, whichever is more. */
export function isLongAgo(atMs: number, { nowMs, pollIntervalMs }: Freshness): boolean {
  return nowMs - atMs > Math.max(60_000, 4 * pollIntervalMs);
}
