import type { MeasurementQuery } from '../../domain/health/measurement.ts';
import { formatSelector, parseSelector, type Selector } from '../../domain/health/selector.ts';
import type { Sli } from '../../domain/health/sli.ts';
import type { Lookback } from './plan.ts';
import { aggregated, anySeriesOf, duration, overWindow, parts, selectorIn, withMatcher } from './promql.ts';

type OfKind<Kind extends Sli['kind']> = Extract<Sli, { kind: Kind }>;
export type StructuredSli = Exclude<Sli, OfKind<'promql'>>;

/** Prometheus' own lookback: what is older is stale for everybody. */
const LONGEST_LOOKBACK_SECONDS = 300;
const LOOKBACK_STEPS = 60;

/**
 * The one query that answers a structured question, all its parts at one evaluation time.
 *
 * @throws SelectorError where a selector of the SLI can't be read.
 */
export function structuredQuery(query: MeasurementQuery, sli: StructuredSli): string {
  switch (sli.kind) {
    case 'ratio':
      return ratioQuery(query, sli);
    case 'quantile':
      return quantileQuery(query, sli);
    case 'count':
      return countQuery(query, sli);
    case 'gauge':
      return gaugeQuery(query, sli);
  }
}

/**
 * `timestamp()` knows nothing of a series whose target has gone, though its samples are in the window: looks at past
 * instants too, at the price of a subquery.
 */
export function lookbackQuery(query: MeasurementQuery, sli: StructuredSli): Lookback {
  const seconds = Math.min(query.windowSeconds, LONGEST_LOOKBACK_SECONDS);
  const range = `${duration(seconds)}:${duration(Math.max(1, Math.round(seconds / LOOKBACK_STEPS)))}`;
  const times = `max_over_time(timestamp(${formatSelector(basisOf(query, sli))})[${range}])`;
  return { seconds, text: parts({ newest: aggregated('max', query, times) }) };
}

/** True where the numerator is a part of the denominator's metric, so that it is known to be there with its labels. */
export function numeratorIsOfDenominator(sli: OfKind<'ratio'>): boolean {
  return parseSelector(sli.numerator).name === parseSelector(sli.denominator).name;
}

function ratioQuery(query: MeasurementQuery, sli: OfKind<'ratio'>): string {
  const numerator = selectorIn(query, sli.numerator);
  return parts({
    value: aggregated('sum', query, overWindow('increase', numerator, query.windowSeconds)),
    samples: aggregated('sum', query, overWindow('increase', basisOf(query, sli), query.windowSeconds)),
    newest: newest(query, sli),
    ...(!numeratorIsOfDenominator(sli) && presence(query, parseSelector(sli.numerator))),
  });
}

function quantileQuery(query: MeasurementQuery, sli: OfKind<'quantile'>): string {
  const { name, matchers } = selectorIn(query, sli.histogram);
  const increase = overWindow('increase', { name: `${name}_bucket`, matchers }, query.windowSeconds);
  const by = query.arms === 'cohorts' && sli.cohort !== undefined ? `le,${sli.cohort.label}` : 'le';
  return parts({
    value: `histogram_quantile(${sli.quantile},sum by (${by}) (${increase}))`,
    samples: aggregated('sum', query, overWindow('increase', basisOf(query, sli), query.windowSeconds)),
    newest: newest(query, sli),
  });
}

function countQuery(query: MeasurementQuery, sli: OfKind<'count'>): string {
  const counter = basisOf(query, sli);
  const anySeries = anySeriesOf(query, counter.name);
  return parts({
    value: aggregated('sum', query, overWindow('increase', counter, query.windowSeconds)),
    samples: points(query, counter),
    newest: newest(query, sli),
    // A counter that appears with its first event: the scrapes of the metric's other series have seen that it was not there.
    namePoints:
      query.windowSeconds === 0
        ? `group(${formatSelector(anySeries)})`
        : `max(${overWindow('count_over_time', anySeries, query.windowSeconds)})`,
    nameNewest: `max(timestamp(${formatSelector(anySeries)}))`,
  });
}

/** Per series over time first, then over the series; `sum` adds up averages, so that it does not grow with the scrape rate. */
function gaugeQuery(query: MeasurementQuery, sli: OfKind<'gauge'>): string {
  const metric = basisOf(query, sli);
  const overTime = sli.aggregate === 'sum' ? 'avg_over_time' : `${sli.aggregate}_over_time`;
  return parts({
    value: aggregated(sli.aggregate, query, overWindow(overTime, metric, query.windowSeconds)),
    samples: points(query, metric),
    newest: newest(query, sli),
  });
}

function points(query: MeasurementQuery, selector: Selector): string {
  if (query.windowSeconds === 0) return aggregated('count', query, formatSelector(selector));
  return aggregated('sum', query, overWindow('count_over_time', selector, query.windowSeconds));
}

function newest(query: MeasurementQuery, sli: StructuredSli): string {
  return aggregated('max', query, `timestamp(${formatSelector(basisOf(query, sli))})`);
}

function presence(query: MeasurementQuery, numerator: Selector): Readonly<Record<string, string>> {
  const named = `count(${formatSelector(anySeriesOf(query, numerator.name))})`;
  const { cohort } = query.sli;
  if (query.arms === 'all' || cohort === undefined) return { named };
  const unlabelled = withMatcher(numerator, { label: cohort.label, operator: '=', value: '' });
  return { named, unlabelled: `count(${formatSelector(unlabelled)})` };
}

/** The series that say whether there was traffic, and how fresh the answer is. */
function basisOf(query: MeasurementQuery, sli: StructuredSli): Selector {
  switch (sli.kind) {
    case 'ratio':
      return selectorIn(query, sli.denominator);
    case 'quantile': {
      const { name, matchers } = selectorIn(query, sli.histogram);
      return withMatcher({ name: `${name}_bucket`, matchers }, { label: 'le', operator: '=', value: '+Inf' });
    }
    case 'count':
      return selectorIn(query, sli.counter);
    case 'gauge':
      return selectorIn(query, sli.metric);
  }
}
