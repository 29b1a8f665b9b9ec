import type { ArmCounts } from './armCounts.ts';

/** Raw values of counters by series. */
export type SeriesValues = Readonly<Record<string, number>>;

/** What one arm's counters stood at, at one instant, by scrape target. Numerator and denominator are of the same scrape. */
export type ArmCounters = Readonly<Record<string, { readonly total: SeriesValues; readonly bad: SeriesValues }>>;

const NO_SERIES: SeriesValues = {};

/**
 * What happened in an arm between two instants: differences of raw counters, series by series. A counter that fell was
 * reset, and counts from 0. A series that was not there counts from 0 where its target was scraped, since then it began in
 * between; else nobody knows when it began, and it is not counted.
 *
 * @param scrapedBefore targets that answered at the earlier instant, also those without any series of this arm
 * @returns null, no data: a value that is no counter's (NaN, infinite, negative), or no series of `total` that could be counted
 */
export function countsBetween(
  before: ArmCounters,
  after: ArmCounters,
  scrapedBefore: ReadonlySet<string>,
): ArmCounts | null {
  const targets = Object.entries(after).map(([target, counters]) => {
    const earlier = ownValue(before, target);
    const isKnown = scrapedBefore.has(target);
    return {
      total: increases(earlier?.total ?? NO_SERIES, counters.total, isKnown),
      bad: increases(earlier?.bad ?? NO_SERIES, counters.bad, isKnown),
    };
  });
  const totals = targets.flatMap(({ total }) => total);
  const total = sum(totals);
  const bad = sum(targets.flatMap((target) => target.bad));
  if (totals.length === 0 || !Number.isFinite(total) || !Number.isFinite(bad)) return null;
  // A request may have been counted as bad and, at that instant, not yet as one at all.
  return { total, bad: Math.min(bad, total) };
}

/** Of each series that can be counted; NaN where a value is no counter's. */
function increases(before: SeriesValues, after: SeriesValues, isTargetKnown: boolean): readonly number[] {
  return Object.entries(after).flatMap(([series, value]) => {
    const earlier = ownValue(before, series) ?? (isTargetKnown ? 0 : null);
    return earlier === null ? [] : [increaseOf(earlier, value)];
  });
}

function increaseOf(before: number, after: number): number {
  if (!isCounterValue(before) || !isCounterValue(after)) return Number.NaN;
  return after < before ? after : after - before;
}

/** Names come from outside: one that is called `constructor` has no value unless it was given one. */
export function ownValue<Value>(values: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

export function isCounterValue(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
