import type { ArmCounts, PollCounts } from './armCounts.ts';
import { isCounterValue, ownValue, type SeriesValues } from './counterIncrease.ts';

/**
 * One arm's classic histogram at one instant: by scrape target, by series (its labels without `le`), raw cumulative counts
 * by `le` as it is written.
 */
export type ArmHistogram = Readonly<Record<string, Readonly<Record<string, SeriesValues>>>>;

type HistogramSpan = { readonly before: ArmHistogram; readonly after: ArmHistogram };

export type SlowCounts = {
  /** The edge that was used, in the histogram's unit: the threshold itself, or the largest below it that all have. */
  readonly edge: number;
  /** `bad` are the requests slower than the edge. */
  readonly poll: PollCounts;
};

/** Increases of cumulative counts by edge, of one series. */
type Buckets = ReadonlyMap<number, number>;

/**
 * How many requests of each arm were slower than a threshold: all − bucket{le = edge}. Nothing is interpolated, since two
 * arms with different edges would then differ without being different.
 *
 * @param scrapedBefore targets that answered at the earlier instant, as in `countsBetween`
 * @returns null, no data: no series of an arm that could be counted, no edge at or below the threshold that every series with
 *   requests has (where none had any: every series), a value that is no counter's, or a series without its +Inf bucket
 */
export function slowCounts(
  treatment: HistogramSpan,
  control: HistogramSpan,
  threshold: number,
  scrapedBefore: ReadonlySet<string>,
): SlowCounts | null {
  const treatmentSeries = countedSeries(treatment, scrapedBefore);
  const controlSeries = countedSeries(control, scrapedBefore);
  if (treatmentSeries === null || controlSeries === null) return null;
  const all = [...treatmentSeries, ...controlSeries];
  const busy = all.filter((buckets) => observations(buckets) > 0);
  const edge = largestCommonEdge(busy.length > 0 ? busy : all, threshold);
  if (edge === null) return null;
  return { edge, poll: { treatment: slowerThan(treatmentSeries, edge), control: slowerThan(controlSeries, edge) } };
}

/** An edge that some series lack would make all of their requests slow. */
function largestCommonEdge(series: readonly Buckets[], threshold: number): number | null {
  const edges = [...(series[0]?.keys() ?? [])].filter(
    (edge) => edge <= threshold && edge < Number.POSITIVE_INFINITY && series.every((buckets) => buckets.has(edge)),
  );
  return edges.length === 0 ? null : Math.max(...edges);
}

function slowerThan(series: readonly Buckets[], edge: number): ArmCounts {
  let total = 0;
  let fast = 0;
  for (const buckets of series) {
    total += observations(buckets);
    fast += buckets.get(edge) ?? 0;
  }
  return { total, bad: Math.max(0, total - fast) };
}

/** The increases of every series; null where one of them can't be read, or there is none. */
function countedSeries(
  { before, after }: HistogramSpan,
  scrapedBefore: ReadonlySet<string>,
): readonly Buckets[] | null {
  const found: Buckets[] = [];
  for (const [target, series] of Object.entries(after)) {
    for (const [key, counts] of Object.entries(series)) {
      const earlier = ownValue(ownValue(before, target) ?? {}, key);
      if (earlier === undefined && !scrapedBefore.has(target)) continue;
      const buckets = increaseBetween(byEdge(earlier ?? {}), byEdge(counts));
      if (buckets === null) return null;
      found.push(buckets);
    }
  }
  return found.length === 0 ? null : found;
}

/** null where a value is no counter's, or there is no +Inf bucket. */
function increaseBetween(before: Buckets, after: Buckets): Buckets | null {
  const isReadable =
    [...before.values(), ...after.values()].every(isCounterValue) && after.has(Number.POSITIVE_INFINITY);
  if (!isReadable) return null;
  // One bucket that fell, or other edges, say that the process began anew: then all of its buckets count from 0.
  const isSame = [...after].every(([edge, count]) => count >= (before.get(edge) ?? Number.POSITIVE_INFINITY));
  if (!isSame) return after;
  return new Map([...after].map(([edge, count]) => [edge, count - (before.get(edge) ?? 0)]));
}

/**
 * `le` is a number: "0.5", "5e-1" and "0.50" are one edge, and Prometheus 3 writes "1.0" where 2 wrote "1". Both forms of one
 * series at one instant are the same counter, older and newer, not two that add up.
 */
function byEdge(counts: SeriesValues): Buckets {
  const edges = new Map<number, number>();
  for (const [le, count] of Object.entries(counts)) {
    const edge = edgeOf(le);
    edges.set(edge, Math.max(edges.get(edge) ?? count, count));
  }
  return edges;
}

function edgeOf(le: string): number {
  return /^\+?inf$/i.test(le) ? Number.POSITIVE_INFINITY : Number(le);
}

function observations(buckets: Buckets): number {
  return buckets.get(Number.POSITIVE_INFINITY) ?? 0;
}
