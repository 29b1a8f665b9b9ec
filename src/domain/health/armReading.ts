import type { Arm, Measurement } from './measurement.ts';
import type { Sli } from './sli.ts';

/** What a source found for one arm in one window. null: no series, or too few points. Numbers may still be NaN. */
export type ArmReading = {
  /** Of a ratio the numerator's increase, of all others the value itself. */
  readonly value: number | null;
  /** Of ratio and quantile the denominator's increase, of count and gauge the points, of promql its own query or 1. */
  readonly samples: number | null;
  readonly newestSampleAtMs: number | null;
};

/** What is the same for every arm of one answer. */
export type ReadingContext = {
  readonly query: string;
  readonly coveredSeconds: number;
  readonly warnings: readonly string[];
};

/** The one place where numbers from outside become a measurement: what leaves is finite, and nothing is zero by default. */
export function toMeasurement(sli: Sli, arm: Arm, reading: ArmReading, context: ReadingContext): Measurement {
  const { value, samples, newestSampleAtMs } = reading;
  const asked = { query: context.query, ...(context.warnings.length > 0 && { warnings: context.warnings }) };
  if (samples === null)
    return { kind: 'missing', detail: absence(sli, arm, 'basis', newestSampleAtMs !== null), ...asked };
  if (!Number.isFinite(samples)) return { kind: 'unavailable', detail: `the samples are ${samples}`, ...asked };
  if (samples <= 0) return { kind: 'noTraffic', newestSampleAtMs, ...asked };
  if (value === null) return { kind: 'missing', detail: absence(sli, arm, 'value', sli.kind === 'count'), ...asked };
  const measured = sli.kind === 'ratio' ? value / samples : value;
  if (!Number.isFinite(measured)) return { kind: 'unavailable', detail: `the value is ${measured}`, ...asked };
  return {
    kind: 'observed',
    value: measured,
    samples,
    coveredSeconds: context.coveredSeconds,
    newestSampleAtMs,
    ...asked,
  };
}

function absence(sli: Sli, arm: Arm, of: 'value' | 'basis', seriesAreThere: boolean): string {
  if (sli.kind === 'promql') return `${of === 'basis' ? 'its samples' : 'its query'}: the answer holds no series`;
  const where = arm === 'all' || sli.cohort === undefined ? '' : ` with ${sli.cohort.label}="${sli.cohort[arm]}"`;
  const what = seriesAreThere ? 'fewer than two points in the window' : 'no series';
  return `${what}: ${selectorOf(sli, of)}${where}`;
}

/** `basis` is the selector whose series say that there was traffic. */
function selectorOf(sli: Exclude<Sli, { kind: 'promql' }>, of: 'value' | 'basis'): string {
  switch (sli.kind) {
    case 'ratio':
      return of === 'value' ? sli.numerator : sli.denominator;
    case 'quantile':
      return sli.histogram;
    case 'count':
      return sli.counter;
    case 'gauge':
      return sli.metric;
  }
}
