import type { Measurement, MeasurementQuery } from '../../domain/health/measurement.ts';
import type { LookBack } from '../../domain/suggestion/lookBack.ts';
import { type Looks, looksOf } from '../../domain/suggestion/looks.ts';
import { Refusal } from '../refusal.ts';
import type { MetricSources } from './metricSources.ts';

/**
 * What a controller would have found at each look, one stretch of the past after the other: criteria that are looked at now must not
 * wait behind it.
 *
 * @throws Refusal where the source keeps no past or did not answer
 */
export async function recordedLooks(
  sources: MetricSources,
  query: MeasurementQuery,
  { everySeconds, stretches }: LookBack,
  signal: AbortSignal,
): Promise<Looks> {
  const found: (Measurement | undefined)[] = [];
  for (const stretch of stretches) {
    const steps = await sources.range(query, stretch, signal);
    if (steps === null) throw unavailable(`source ${query.sli.source} keeps no past`);
    for (const { measurements } of steps) found.push(usable(measurements.all));
  }
  return looksOf(found, everySeconds);
}

function usable(measured: Measurement | undefined): Measurement | undefined {
  if (measured?.kind === 'unavailable') throw unavailable(`the past could not be asked for: ${measured.detail}`);
  return measured;
}

const unavailable = (detail: string) => new Refusal('HISTORY_UNAVAILABLE', detail);
