import type { Contract } from '../../domain/contract/contract.ts';
import { type CountableSli, isCountable } from '../../domain/health/countQuery.ts';
import type { MeasurementQuery } from '../../domain/health/measurement.ts';
import type { Stay } from '../../domain/simulation/diary.ts';
import type { MetricSources } from '../sight/metricSources.ts';
import { recordedSteps } from '../sight/recordedSteps.ts';
import type { Met } from './simulationEvent.ts';

/** Of one window: long ones are dear to ask for, and short ones many. */
const MOST_SECONDS = 3600;

/** How many requests everybody made during a stay, and how many of them would have met the feature. */
export async function metDuring(sources: MetricSources, contract: Contract, stay: Stay): Promise<Met> {
  const sli = contract.slis.find(isCountable);
  const requests = sli === undefined ? null : await requestsBetween(sources, sli, stay);
  return { requests, requestsMet: requests === null ? null : (requests * stay.percentage) / 100 };
}

/** In all of several stays; unknown where that of one is. */
export function metInAll(stays: readonly Met[]): Met {
  const sum = (member: keyof Met) =>
    stays.reduce<number | null>((all, stay) => {
      const one = stay[member];
      return all === null || one === null ? null : all + one;
    }, 0);
  return { requests: sum('requests'), requestsMet: sum('requestsMet') };
}

async function requestsBetween(sources: MetricSources, sli: CountableSli, { fromMs, toMs }: Stay) {
  const seconds = Math.floor((toMs - fromMs) / 1000);
  if (seconds <= 0) return 0;
  const windows = Math.max(Math.ceil(seconds / MOST_SECONDS), 1);
  const windowSeconds = Math.floor(seconds / windows);
  const query: MeasurementQuery = { sli, windowSeconds, offsetSeconds: 0, arms: 'all' };
  const at = (window: number) => fromMs + window * windowSeconds * 1000;
  let requests = 0;
  const range = { fromMs: at(1), toMs: at(windows), stepSeconds: windowSeconds };
  for await (const measured of recordedSteps(sources, query, range)) {
    if (measured?.kind === 'unavailable') return null;
    requests += measured?.kind === 'observed' ? measured.samples : 0;
  }
  return requests;
}
