/** Polls with all success criteria passing ÷ polls with data, over a sliding window cut into slices so that a day of polls stays small. */
export type HealthTally = readonly { readonly fromMs: number; readonly passing: number; readonly withData: number }[];

const SLICES = 60;

/** Counts one poll and drops the slices that lie wholly outside the window. A window of 0 keeps the newest poll alone. */
export function tally(previous: HealthTally, poll: { atMs: number; passing: boolean }, windowMs: number): HealthTally {
  const sliceMs = Math.max(1, Math.ceil(windowMs / SLICES));
  const kept = previous.filter((slice) => slice.fromMs + sliceMs > poll.atMs - windowMs && windowMs > 0);
  const newest = kept.at(-1);
  const one = { passing: poll.passing ? 1 : 0, withData: 1 };
  if (newest === undefined || poll.atMs >= newest.fromMs + sliceMs) return [...kept, { fromMs: poll.atMs, ...one }];
  const grown = { ...newest, passing: newest.passing + one.passing, withData: newest.withData + 1 };
  return [...kept.slice(0, -1), grown];
}

/** 0 to 1; null where no poll had data: nothing known is not the same as healthy. */
export function healthOf(health: HealthTally): number | null {
  const withData = health.reduce((sum, slice) => sum + slice.withData, 0);
  if (withData === 0) return null;
  return health.reduce((sum, slice) => sum + slice.passing, 0) / withData;
}
