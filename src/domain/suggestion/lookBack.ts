/** A look back costs a question of the source for each so many looks, and time of this process: both have to end. */
const MOST_LOOKS = 40_000;
const LOOKS_PER_QUESTION = 2_000;
/** Looks further apart than this share of their window would miss peaks that polls see. */
const LEAST_LOOKS_PER_WINDOW = 4;

type Stretch = { readonly fromMs: number; readonly toMs: number; readonly stepSeconds: number };
export type LookBack = { readonly everySeconds: number; readonly stretches: readonly Stretch[] };

/** When to look: as often as a controller polls, or as often as so long a past allows. */
export function lookBack(nowMs: number, hours: number, pollIntervalSeconds: number): LookBack {
  const everySeconds = Math.max(Math.ceil(pollIntervalSeconds), Math.ceil((hours * 3600) / MOST_LOOKS));
  const looks = Math.floor((hours * 3600) / everySeconds);
  const atMs = (look: number) => nowMs - (looks - 1 - look) * everySeconds * 1000;
  const stretches: Stretch[] = [];
  for (let first = 0; first < looks; first += LOOKS_PER_QUESTION) {
    const last = Math.min(looks, first + LOOKS_PER_QUESTION) - 1;
    stretches.push({ fromMs: atMs(first), toMs: atMs(last), stepSeconds: everySeconds });
  }
  return { everySeconds, stretches };
}

/** Whether looks so far apart see of such a window what polls would. */
export function isSeenBy(measuredSeconds: number, everySeconds: number, pollIntervalSeconds: number): boolean {
  return everySeconds <= pollIntervalSeconds || measuredSeconds >= LEAST_LOOKS_PER_WINDOW * everySeconds;
}
