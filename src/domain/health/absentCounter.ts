import type { ArmReading } from './armReading.ts';
import type { Sli } from './sli.ts';

/** What is known of the metric of a counter that has no series in an arm. */
export type MetricPresence = {
  /** The source has the metric's name, with the cohort's label where cohorts are asked for. */
  readonly named: boolean;
  /** The very series are there without the cohort's label: a mistake in the metric, which must not read as zero events. */
  readonly unlabelled: boolean;
  /** The most points that one series of the metric has in the window: as often was seen that the others were not there. */
  readonly points: number | null;
  readonly newestSampleAtMs: number | null;
};

/**
 * Services make a counter's series with its first event. So one without series stands for zero events where its metric is
 * there otherwise, or where it is the numerator of a ratio whose SLI says so; else it stays missing.
 */
export function absentAsZero(sli: Sli, reading: ArmReading, presence: () => MetricPresence): ArmReading {
  if (sli.kind === 'ratio' && reading.value === null && reading.samples !== null) {
    const { named, unlabelled } = presence();
    const isZero = named || (sli.absentNumerator === 'zero' && !unlabelled);
    return isZero ? { ...reading, value: 0 } : reading;
  }
  if (sli.kind === 'count' && reading.samples === null) {
    const { named, points, newestSampleAtMs } = presence();
    return named ? { value: 0, samples: points, newestSampleAtMs } : reading;
  }
  return reading;
}
