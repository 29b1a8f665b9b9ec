import type { Contract } from '../../domain/contract/contract.ts';
import { type CountableSli, isCountable } from '../../domain/health/countQuery.ts';
import type { MeasurementQuery } from '../../domain/health/measurement.ts';
import type { Stay } from '../../domain/simulation/diary.ts';
import type { MetricSources } from '../sight/metricSources.ts';
import type { Met } from './simulationEvent.ts';

/** Windows in a row: long ones are dear to ask for, and short ones many. */
const MOST_SECONDS = 3600;
const MOST_WINDOWS = 500;

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
  let requests = 0;
  for (let first = 0; first < windows; first += MOST_WINDOWS) {
    const some = Math.min(MOST_WINDOWS, windows - first);
    const found = await requestsIn(sources, sli, { fromMs, windowSeconds: Math.floor(seconds / windows), first, some });
    if (found === null) return null;
    requests += found;
  }
  return requests;
}

type Windows = {
  readonly fromMs: number;
  readonly windowSeconds: number;
  readonly first: number;
  readonly some: number;
};

async function requestsIn(sources: MetricSources, sli: CountableSli, { fromMs, windowSeconds, first, some }: Windows) {
  const query: MeasurementQuery = { sli, windowSeconds, offsetSeconds: 0, arms: 'all' };
  const windowMs = windowSeconds * 1000;
  const range = {
    fromMs: fromMs + (first + 1) * windowMs,
    toMs: fromMs + (first + some) * windowMs,
    stepSeconds: windowSeconds,
  };
  const found = await sources.range(query, range);
  if (found === null || found.some(({ measurements: { all } }) => all?.kind === 'unavailable')) return null;
  return found.reduce((sum, { measurements: { all } }) => sum + (all?.kind === 'observed' ? all.samples : 0), 0);
}
