import { type ArmCounters, countsBetween, type SeriesValues } from '../statistics/counterIncrease.ts';
import { type ArmHistogram, slowCounts } from '../statistics/slowRequests.ts';
import type { Counted, CountQuery } from './countQuery.ts';

type Cohort = 'treatment' | 'control';

/** A raw counter as it stood. */
export type CounterSample = {
  readonly arm: Cohort;
  /** Who exposed it: all its counters are of one scrape. */
  readonly target: string;
  /** Of a ratio its numerator or denominator, of a quantile a bucket. */
  readonly part: 'numerator' | 'denominator' | 'bucket';
  /** Its labels, without `le` where it is a bucket. */
  readonly series: string;
  /** As it is written; null where it is no bucket. */
  readonly le: string | null;
  readonly value: number;
};

/** What a source holds of both arms at one instant. */
export type CounterReading = {
  readonly samples: readonly CounterSample[];
  /** Targets that were scraped, also those without any of these series. */
  readonly scraped: ReadonlySet<string>;
  readonly newestSampleAtMs: number | null;
  /** The newest of all that is known, by the source's clock; absent where everything up to the instant is. */
  readonly knownUntilMs?: number;
  /** A numerator without series has counted nothing: its metric is there otherwise, or its SLI says so. */
  readonly absentIsZero: boolean;
};

/** What was counted between two readings. Pure, so that every kind of source counts alike. */
export function countedBetween(
  query: CountQuery,
  before: CounterReading,
  after: CounterReading,
  asked: string,
): Counted {
  const count = query.sli.kind === 'ratio' ? ratioCounts : slowPoll;
  const { newestSampleAtMs, knownUntilMs } = after;
  const known = knownUntilMs === undefined ? {} : { knownUntilMs };
  // What came between the two questions themselves would look like a counter that fell.
  const isNew = knownUntilMs === undefined || knownUntilMs > query.fromMs;
  const counts = count(query, isNew ? before : after, after);
  if (typeof counts !== 'string') return { kind: 'counted', ...counts, newestSampleAtMs, ...known, query: asked };
  // What can be counted from the later reading on is no loss for good: it is the earlier one that nothing is known of.
  const isAfterKnown = typeof count(query, after, after) !== 'string';
  return isAfterKnown
    ? { kind: 'unanchored', detail: counts, ...known, query: asked }
    : { kind: 'missing', detail: counts, query: asked };
}

function ratioCounts({ sli }: CountQuery, before: CounterReading, after: CounterReading) {
  const counted = (arm: Cohort) => {
    const isSilent = !after.samples.some((sample) => sample.arm === arm && sample.part === 'numerator');
    if (isSilent && !after.absentIsZero) return null;
    const counts = countsBetween(countersOf(before, arm), countersOf(after, arm), before.scraped);
    return counts === null || sli.direction === 'lower' ? counts : { ...counts, bad: counts.total - counts.bad };
  };
  const treatment = counted('treatment');
  const control = counted('control');
  if (treatment === null || control === null) return absence(sli, treatment === null ? 'treatment' : 'control');
  return { poll: { treatment, control }, edge: null };
}

function slowPoll({ sli, slowerThan }: CountQuery, before: CounterReading, after: CounterReading) {
  const spanOf = (arm: Cohort) => ({ before: histogramOf(before, arm), after: histogramOf(after, arm) });
  const spans = { treatment: spanOf('treatment'), control: spanOf('control') };
  const empty = (['treatment', 'control'] as const).find((arm) => Object.keys(spans[arm].after).length === 0);
  if (empty !== undefined) return absence(sli, empty);
  const slow = slowCounts(spans.treatment, spans.control, slowerThan ?? 0, before.scraped);
  return (
    slow ??
    `nothing that can be counted, or no edge at or below ${slowerThan} that both cohorts have: ${selectorOf(sli)}`
  );
}

const absence = (sli: CountQuery['sli'], arm: Cohort) =>
  `no series that can be counted: ${selectorOf(sli)} with ${sli.cohort?.label}="${sli.cohort?.[arm]}"`;

const selectorOf = (sli: CountQuery['sli']) => (sli.kind === 'ratio' ? sli.denominator : sli.histogram);

type Writable = Record<string, { total: Record<string, number>; bad: Record<string, number> }>;

function countersOf({ samples }: CounterReading, arm: Cohort): ArmCounters {
  const counters: Writable = {};
  for (const sample of samples) {
    if (sample.arm !== arm || sample.part === 'bucket') continue;
    counters[sample.target] ??= { total: {}, bad: {} };
    const ofTarget = counters[sample.target];
    if (ofTarget !== undefined) ofTarget[sample.part === 'denominator' ? 'total' : 'bad'][sample.series] = sample.value;
  }
  return counters;
}

function histogramOf({ samples }: CounterReading, arm: Cohort): ArmHistogram {
  const histogram: Record<string, Record<string, SeriesValues>> = {};
  for (const { arm: of, target, series, le, value } of samples) {
    if (of !== arm || le === null) continue;
    const ofTarget = histogram[target] ?? {};
    histogram[target] = { ...ofTarget, [series]: { ...ofTarget[series], [le]: value } };
  }
  return histogram;
}
