import type { MeasurementQuery } from '../../domain/health/measurement.ts';
import {
  formatSelector,
  type Matcher,
  parseSelector,
  type Selector,
  SelectorError,
} from '../../domain/health/selector.ts';

/** The label that tells the parts of one answer apart. */
export const PART_LABEL = 'sluice_part';

/** The parts of an answer, each asked for under its name. */
export function parts(expressions: Readonly<Record<string, string>>): string {
  return Object.entries(expressions)
    .map(([name, expression]) => `label_replace(${expression},"${PART_LABEL}","${name}","","")`)
    .join(' or ');
}

/** What is written of an SLI's selectors, or the error of one that can't be read. */
export function readable<Written>(write: () => Written): Written | SelectorError {
  try {
    return write();
  } catch (error) {
    if (error instanceof SelectorError) return error;
    throw error;
  }
}

/** A duration of PromQL; milliseconds only where seconds would round. */
export function duration(seconds: number): string {
  return Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1000)}ms`;
}

/** `fn(selector[window])`; a window of 0 is the latest sample, which no function over time is applied to. */
export function overWindow(fn: string, selector: Selector, windowSeconds: number): string {
  const series = formatSelector(selector);
  return windowSeconds === 0 ? series : `${fn}(${series}[${duration(windowSeconds)}])`;
}

/** `sum by (cohort)(…)` where cohorts are asked for, `sum(…)` where everyone is. */
export function aggregated(aggregate: string, query: MeasurementQuery, expression: string): string {
  const { cohort } = query.sli;
  const by = query.arms === 'cohorts' && cohort !== undefined ? ` by (${cohort.label}) ` : '';
  return `${aggregate}${by}(${expression})`;
}

/** The selector of an SLI, narrowed to the series of the two cohorts where those are asked for. */
export function selectorIn(query: MeasurementQuery, text: string): Selector {
  const { cohort } = query.sli;
  const selector = parseSelector(text);
  if (query.arms === 'all' || cohort === undefined) return selector;
  const value = [...new Set([cohort.treatment, cohort.control])].map(escapeRegex).join('|');
  return withMatcher(selector, { label: cohort.label, operator: '=~', value });
}

export function withMatcher(selector: Selector, matcher: Matcher): Selector {
  return { ...selector, matchers: [...selector.matchers, matcher] };
}

/** Every series of the metric, whatever its labels; with the cohort's label where cohorts are asked for. */
export function anySeriesOf(query: MeasurementQuery, name: string): Selector {
  const { cohort } = query.sli;
  if (query.arms === 'all' || cohort === undefined) return { name, matchers: [] };
  return { name, matchers: [{ label: cohort.label, operator: '!=', value: '' }] };
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
