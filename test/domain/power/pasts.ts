import { type Contract, contractFrom } from '../../../src/domain/contract/contract.ts';
import type { Measurement, MeasurementQuery } from '../../../src/domain/health/measurement.ts';
import { queryKey } from '../../../src/domain/health/measurement.ts';
import type { Expectation, Pasts } from '../../../src/domain/power/foreseenPower.ts';
import { type PastTraffic, pastTraffic } from '../../../src/domain/power/pastTraffic.ts';
import { planPower, powerQueries } from '../../../src/domain/power/planPower.ts';
import { type ProposalInput, type StageInput, stageInput, validProposal } from '../../support/proposals.ts';

/** 24 h in windows of ten minutes. */
const WINDOWS = 144;
const BY_THE_PAST: Expectation = { baseRate: null };

export const observed = (value: number, samples: number): Measurement => ({
  ...{ kind: 'observed', value, samples },
  ...{ coveredSeconds: 600, newestSampleAtMs: 0, query: 'told' },
});

/** A stage that is judged by the comparison alone. */
export const compared = (stageId: string, percentage: number, more: Partial<StageInput> = {}): StageInput =>
  stageInput(stageId, percentage, {
    successCriteria: [{ sli: 'error_rate' }],
    rollbackTrigger: [{ sli: 'error_rate' }],
    durationHours: 24,
    ...more,
  });

export const planOf = (stages: readonly StageInput[], more: Partial<ProposalInput> = {}): Contract =>
  contractFrom(validProposal(more, { wedgeStages: [...stages] }), 'contract-1');

/** Of those that count what went well, such as requests that were fast, the others are bad. */
const shareIn = ({ sli }: MeasurementQuery, badShare: number) => (sli.direction === 'lower' ? badShare : 1 - badShare);

/** A past in which every window was the same. */
export const steadyPast =
  (requestsPerHour: number, baseRate: number) =>
  (query: MeasurementQuery): PastTraffic =>
    pastTraffic(query, Array<Measurement>(WINDOWS).fill(observed(shareIn(query, baseRate), requestsPerHour / 6)));

export function powerOf(plan: Contract, past: (query: MeasurementQuery) => PastTraffic, expected = BY_THE_PAST) {
  const pasts: Pasts = new Map(powerQueries(plan).map((query) => [queryKey(query), past(query)]));
  return planPower(plan, pasts, expected);
}
