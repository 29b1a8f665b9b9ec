import type { Measurement, MeasurementQuery } from '../../domain/health/measurement.ts';
import { PastUnreadable, type TimeRange } from '../ports/metricSource.ts';
import type { MetricSources } from './metricSources.ts';

/** Of one question: criteria that are looked at now must not wait behind a long past. */
const MOST_STEPS = 1000;

/**
 * What everybody showed at each step of the past, one question after the other; whoever has seen enough asks no more.
 *
 * @throws PastUnreadable where the source keeps no past
 */
export async function* recordedSteps(
  sources: MetricSources,
  query: MeasurementQuery,
  { fromMs, toMs, stepSeconds }: TimeRange,
  signal?: AbortSignal,
): AsyncGenerator<Measurement | undefined, void> {
  const stepMs = stepSeconds * 1000;
  for (let first = fromMs; first <= toMs; first += MOST_STEPS * stepMs) {
    const range = { fromMs: first, toMs: Math.min(toMs, first + (MOST_STEPS - 1) * stepMs), stepSeconds };
    const found = await sources.range(query, range, signal);
    if (found === null) throw new PastUnreadable(`source ${query.sli.source} keeps no past`);
    for (const { measurements } of found) yield measurements.all;
  }
}
