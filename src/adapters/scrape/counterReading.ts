import type { CounterReading, CounterSample } from '../../domain/health/counterReading.ts';
import type { CountableSli } from '../../domain/health/countQuery.ts';
import { parseSelector } from '../../domain/health/selector.ts';
import { largest } from './aggregate.ts';
import { labelMatch } from './labelMatch.ts';
import type { Series } from './series.ts';
import type { SeriesHistory } from './seriesHistory.ts';

/** There is one target: the service itself, which every scrape that was taken has reached. */
const TARGET = 'service';

/** As before the first scrape. */
export const NOT_READ: CounterReading = { samples: [], scraped: new Set(), newestSampleAtMs: null, absentIsZero: true };

/**
 * The raw counters of both arms as one scrape saw them.
 *
 * @throws SelectorError or UnsupportedRegexError where a selector of the SLI can't be used.
 */
export function readingAt(history: SeriesHistory, scrape: number, sli: CountableSli): CounterReading {
  const samplesOf = (part: CounterSample['part'], text: string, suffix = '') =>
    seriesOf(history, text, suffix).flatMap((series) => sampleOf(sli, part, series, scrape));
  const samples =
    sli.kind === 'ratio'
      ? [...samplesOf('numerator', sli.numerator), ...samplesOf('denominator', sli.denominator)]
      : samplesOf('bucket', sli.histogram, '_bucket');
  const basis = sli.kind === 'ratio' ? seriesOf(history, sli.denominator) : seriesOf(history, sli.histogram, '_bucket');
  const times = basis.flatMap((series) =>
    series.valueAt(scrape) === null ? [] : series.takenAtMs(history.timeOf(scrape)),
  );
  return {
    samples,
    scraped: new Set([TARGET]),
    newestSampleAtMs: times.length === 0 ? null : largest(times),
    absentIsZero: sli.kind !== 'ratio' || isZeroWhereAbsent(history, scrape, sli),
  };
}

function seriesOf(history: SeriesHistory, selectorText: string, suffix = ''): readonly Series[] {
  const { name, matchers } = parseSelector(selectorText);
  const matches = labelMatch(matchers);
  return history.named(`${name}${suffix}`).filter((series) => matches(series.labels));
}

function sampleOf(
  sli: CountableSli,
  part: CounterSample['part'],
  series: Series,
  scrape: number,
): readonly CounterSample[] {
  const { cohort } = sli;
  const arm = (['treatment', 'control'] as const).find(
    (one) => cohort !== undefined && series.labels.get(cohort.label) === cohort[one],
  );
  const value = series.valueAt(scrape) ?? (series.notFiniteSince(scrape) ? Number.NaN : null);
  if (arm === undefined || value === null) return [];
  const le = part === 'bucket' ? (series.labels.get('le') ?? null) : null;
  const labels = [...series.labels].filter(([label]) => label !== 'le');
  const identity = JSON.stringify(labels.sort(([one], [other]) => (one < other ? -1 : 1)));
  return [{ arm, target: TARGET, part, series: `${series.name}${identity}`, le, value }];
}

/** Its metric is there otherwise with the cohort's label, or the SLI says so and the very series are not there without it. */
function isZeroWhereAbsent(
  history: SeriesHistory,
  scrape: number,
  sli: Extract<CountableSli, { kind: 'ratio' }>,
): boolean {
  const isLabelled = (series: Series) => sli.cohort === undefined || series.labels.has(sli.cohort.label);
  const isThere = (series: Series) => series.valueAt(scrape) !== null;
  const { name } = parseSelector(sli.numerator);
  if (history.named(name).some((series) => isLabelled(series) && isThere(series))) return true;
  const isUnlabelled = seriesOf(history, sli.numerator).some((series) => !isLabelled(series) && isThere(series));
  return sli.absentNumerator === 'zero' && !isUnlabelled;
}
