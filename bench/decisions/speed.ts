import type { Estimate } from '../../src/domain/statistics/shareEstimate.ts';
import type { Cell } from './cell.ts';
import { type Delays, delayAt, delaysOf } from './delays.ts';
import { bootstrapped } from './interval.ts';
import type { MethodKey } from './methods.ts';
import { type Results, runsOf } from './results.ts';

export const MEDIAN = 0.5;
export const P90 = 0.9;

export function delays(results: Results, cell: Cell, method: MethodKey): Delays {
  return delaysOf(cell, runsOf(results, cell).stops[method]);
}

/** Requests of an arm until the rollback, counted from the beginning of the fault. */
export function requestsUntil(results: Results, cell: Cell, method: MethodKey, share: number): number {
  return cell.requests * delayAt(delays(results, cell, method), share);
}

/** A method's requests until the rollback as a share of the confidence sequence's, which looked at the same polls. */
export function speedRatio(results: Results, cell: Cell, method: MethodKey, share: number): number {
  return requestsUntil(results, cell, method, share) / requestsUntil(results, cell, 'confidence', share);
}

/** The same of the medians, with its interval: the runs are drawn in pairs. */
export function medianRatio(results: Results, cell: Cell, method: MethodKey): Estimate {
  const [own, others] = [delays(results, cell, method), delays(results, cell, 'confidence')];
  return bootstrapped(
    `${results.seed}/bootstrap/${cell.key}`,
    results.runs,
    (chosen) => delayAt(own, MEDIAN, chosen) / delayAt(others, MEDIAN, chosen),
  );
}

export function p99Polls(results: Results, cell: Cell, method: MethodKey): Estimate {
  const own = delays(results, cell, method);
  return bootstrapped(`${results.seed}/bootstrap/${cell.key}`, results.runs, (chosen) => delayAt(own, 0.99, chosen));
}
