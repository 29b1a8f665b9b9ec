import { type CounterReading, type CounterSample, countedBetween } from '../../domain/health/counterReading.ts';
import type { Counted, CountQuery } from '../../domain/health/countQuery.ts';
import { formatSelector, parseSelector } from '../../domain/health/selector.ts';
import type { VectorSample } from './apiAnswer.ts';
import type { VectorAnswer } from './plan.ts';
import { anySeriesOf, PART_LABEL, parts, readable, selectorIn, withMatcher } from './promql.ts';
import { numeratorIsOfDenominator } from './structuredQuery.ts';

/** Counts by the raw counters at both instants: `increase()` extrapolates, and what it adds would be taken for events. */
export async function countedBy(
  query: CountQuery,
  ask: (text: string, atMs: number) => Promise<VectorAnswer>,
): Promise<Counted> {
  const text = readable(() => parts(partsOf(query)));
  if (typeof text !== 'string') return { kind: 'unavailable', detail: text.message, query: query.sli.id };
  const [before, after] = await Promise.all([ask(text, query.fromMs), ask(text, query.toMs)]);
  const refused = [before, after].find((answer) => !answer.ok);
  if (refused !== undefined && !refused.ok) return { kind: 'unavailable', detail: refused.detail, query: text };
  return countedBetween(query, readingIn(query, before), readingIn(query, after), text);
}

/** Who was scraped, and when anybody was last. */
const TARGETS = { up: 'up', scrape: 'max(timestamp(up))' };

/** The one query for all raw series, at one evaluation time. */
function partsOf({ sli }: CountQuery): Readonly<Record<string, string>> {
  const inCohorts = { sli, windowSeconds: 0, offsetSeconds: 0, arms: 'cohorts' as const };
  if (sli.kind === 'quantile') {
    const { name, matchers } = selectorIn(inCohorts, sli.histogram);
    const bucket = formatSelector({ name: `${name}_bucket`, matchers });
    return { bucket, newest: `max(timestamp(${bucket}))`, ...TARGETS };
  }
  const denominator = formatSelector(selectorIn(inCohorts, sli.denominator));
  const numerator = parseSelector(sli.numerator);
  const unlabelled = withMatcher(numerator, { label: sli.cohort?.label ?? 'cohort', operator: '=', value: '' });
  return {
    numerator: formatSelector(selectorIn(inCohorts, sli.numerator)),
    denominator,
    newest: `max(timestamp(${denominator}))`,
    ...TARGETS,
    ...(!numeratorIsOfDenominator(sli) && {
      named: `count(${formatSelector(anySeriesOf(inCohorts, numerator.name))})`,
      unlabelled: `count(${formatSelector(unlabelled)})`,
    }),
  };
}

function readingIn(query: CountQuery, answer: VectorAnswer): CounterReading {
  const found = answer.ok ? answer.data : [];
  const ofPart = (part: string) => found.filter(({ labels }) => labels[PART_LABEL] === part);
  const timeOf = (part: string) => {
    const seconds = ofPart(part)[0]?.value;
    return seconds === undefined || !Number.isFinite(seconds) ? null : Math.round(seconds * 1000);
  };
  const newestSampleAtMs = timeOf('newest');
  const knownUntilMs = Math.max(newestSampleAtMs ?? 0, timeOf('scrape') ?? 0);
  return {
    samples: (['numerator', 'denominator', 'bucket'] as const).flatMap((part) =>
      ofPart(part).flatMap((sample) => sampleIn(query, part, sample)),
    ),
    // A target that answered; `up` is 0 of one that did not.
    scraped: new Set(ofPart('up').flatMap(({ labels, value }) => (value === 1 ? [targetOf(labels)] : []))),
    newestSampleAtMs,
    ...(knownUntilMs > 0 && { knownUntilMs }),
    absentIsZero: isZeroWhereAbsent(query, ofPart('named').length > 0, ofPart('unlabelled').length > 0),
  };
}

function isZeroWhereAbsent({ sli }: CountQuery, isNamed: boolean, isUnlabelled: boolean): boolean {
  if (sli.kind !== 'ratio' || numeratorIsOfDenominator(sli) || isNamed) return true;
  return sli.absentNumerator === 'zero' && !isUnlabelled;
}

function sampleIn(
  { sli }: CountQuery,
  part: CounterSample['part'],
  { labels, value }: VectorSample,
): readonly CounterSample[] {
  const cohort = labels[sli.cohort?.label ?? ''];
  const arm = (['treatment', 'control'] as const).find((one) => sli.cohort?.[one] === cohort);
  if (arm === undefined) return [];
  const le = part === 'bucket' ? (labels['le'] ?? null) : null;
  return [{ arm, target: targetOf(labels), part, series: seriesOf(labels), le, value }];
}

const targetOf = (labels: VectorSample['labels']) => JSON.stringify([labels['job'] ?? '', labels['instance'] ?? '']);

function seriesOf(labels: VectorSample['labels']): string {
  const own = Object.entries(labels).filter(([label]) => label !== PART_LABEL && label !== 'le');
  return JSON.stringify(own.sort(([one], [other]) => (one < other ? -1 : 1)));
}
