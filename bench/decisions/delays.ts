import type { Cell } from './cell.ts';

/** Polls from the beginning of the fault to the rollback, of one method, run by run. */
export type Delays = {
  /** Infinity where it never came, NaN where it came before the fault: a false alarm, which is no detection of anything. */
  readonly polls: Float64Array;
  readonly never: number;
  readonly early: number;
};

export function delaysOf({ fault }: Cell, stops: Int32Array): Delays {
  const from = fault?.fromPoll ?? 0;
  const polls = Float64Array.from(stops, (stop) => delayOf(stop, from));
  return {
    polls,
    never: polls.filter((delay) => delay === Number.POSITIVE_INFINITY).length,
    early: polls.filter(Number.isNaN).length,
  };
}

function delayOf(stop: number, from: number): number {
  if (stop === 0) return Number.POSITIVE_INFINITY;
  return stop > from ? stop - from : Number.NaN;
}

/** The nearest-rank percentile of those runs that were not rolled back early; NaN where all were. */
export function delayAt({ polls }: Delays, share: number, chosen?: Int32Array): number {
  const seen = (chosen === undefined ? polls : Float64Array.from(chosen, (run) => polls[run] ?? Number.NaN)).filter(
    (delay) => !Number.isNaN(delay),
  );
  seen.sort();
  return seen[Math.max(0, Math.ceil(seen.length * share) - 1)] ?? Number.NaN;
}
