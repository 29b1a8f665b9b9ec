/** A look back costs work of the source and time of this process for each look: both have to end. */
const MOST_LOOKS = 40_000;
/** Looks further apart than this share of their window would miss peaks that polls see. */
const LEAST_LOOKS_PER_WINDOW = 4;

export type LookBack = { readonly fromMs: number; readonly toMs: number; readonly stepSeconds: number };

/** When to look: as often as a controller polls, or as often as so long a past allows. */
export function lookBack(nowMs: number, hours: number, pollIntervalSeconds: number): LookBack {
  const stepSeconds = Math.max(Math.ceil(pollIntervalSeconds), Math.ceil((hours * 3600) / MOST_LOOKS));
  const looks = Math.floor((hours * 3600) / stepSeconds);
  return { fromMs: nowMs - (looks - 1) * stepSeconds * 1000, toMs: nowMs, stepSeconds };
}

/** Whether looks so far apart see of such a window what polls would. */
export function isSeenBy(measuredSeconds: number, everySeconds: number, pollIntervalSeconds: number): boolean {
  return everySeconds <= pollIntervalSeconds || measuredSeconds >= LEAST_LOOKS_PER_WINDOW * everySeconds;
}
