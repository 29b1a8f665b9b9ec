import type { Sli } from '../../domain/health/sli.ts';

type Aggregate = Extract<Sli, { kind: 'gauge' }>['aggregate'];

/**
 * One number of the values of several series: per series over time first, then over the series. `sum` adds up averages, so
 * that it does not grow with the scrape rate. null where there is no value.
 */
export function aggregatedOver(series: readonly (readonly number[])[], aggregate: Aggregate): number | null {
  const overTime = aggregate === 'sum' ? mean : REDUCE[aggregate];
  const perSeries = series.filter((values) => values.length > 0).map(overTime);
  return perSeries.length === 0 ? null : REDUCE[aggregate](perSeries);
}

/** Not `Math.max(...)`: a long window is more arguments than a call can take. */
export function largest(values: readonly number[]): number {
  return values.reduce((largestYet, value) => Math.max(largestYet, value), Number.NEGATIVE_INFINITY);
}

const REDUCE: Readonly<Record<Aggregate, (values: readonly number[]) => number>> = {
  avg: mean,
  min: (values) => -largest(values.map((value) => -value)),
  max: largest,
  sum,
};

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
