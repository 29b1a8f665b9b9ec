import type { Measurement, MeasurementQuery } from '../../domain/health/measurement.ts';
import type { LookBack } from '../../domain/suggestion/lookBack.ts';
import { type Looks, looksOf } from '../../domain/suggestion/looks.ts';
import { PastUnreadable } from '../ports/metricSource.ts';
import type { MetricSources } from './metricSources.ts';
import { recordedSteps } from './recordedSteps.ts';

/**
 * What a controller would have found at each look.
 *
 * @throws PastUnreadable where the source keeps no past or did not answer
 */
export async function recordedLooks(
  sources: MetricSources,
  query: MeasurementQuery,
  back: LookBack,
  signal: AbortSignal,
): Promise<Looks> {
  const found: (Measurement | undefined)[] = [];
  for await (const measured of recordedSteps(sources, query, back, signal)) {
    if (measured?.kind === 'unavailable') {
      throw new PastUnreadable(`the past could not be asked for: ${measured.detail}`);
    }
    found.push(measured);
  }
  return looksOf(found, back.stepSeconds);
}
