import { z } from 'zod';
import { proposalSchema } from '../../domain/contract/contract.ts';
import { simulationSchema } from '../../domain/simulation/request.ts';
import { judgedByDesk } from '../validation.ts';
import { timeSchema } from './list.ts';

export const simulationBody = judgedByDesk(
  z.strictObject({ contract: proposalSchema, ...simulationSchema.shape }).meta({ id: 'Simulation' }),
);

const requests = {
  requests: z.number().nullable().describe('of everybody, by the first SLI that counts requests; null: none does'),
  requestsMet: z
    .number()
    .nullable()
    .describe('of them, by the percentage; where the scope is narrower, so many at most'),
};

const decision = z
  .strictObject({
    at: timeSchema,
    decision: z.enum(['started', 'ramped', 'advanced', 'held', 'alerted', 'paused', 'rolledBack', 'completed']),
    reason: z.string().nullable(),
    detail: z.string(),
    stageId: z.string(),
    percentageBefore: z.number(),
    percentageAfter: z.number(),
    approvalTakenAsGiven: z.boolean(),
    verdicts: z
      .array(z.record(z.string(), z.unknown()))
      .readonly()
      .describe('of the poll, as in `GET /v1/rollouts/{id}/measurements`; empty of a hold'),
  })
  .meta({ id: 'SimulatedDecision' });

const stage = z
  .strictObject({
    stageId: z.string(),
    phase: z.enum(['ramp', 'stage']),
    visit: z.int(),
    from: timeSchema,
    to: timeSchema,
    hours: z.number(),
    percentage: z.number(),
    heldHours: z.record(z.string(), z.number()).describe('by reason'),
    ...requests,
    affectedCustomers: z.int().nullable().describe("the contract's estimate for the stage"),
  })
  .meta({ id: 'SimulatedStage' });

const share = z.strictObject({
  count: z.int(),
  share: z.number(),
  low: z.number().describe('of the 95 % interval'),
  high: z.number(),
});

const falseAlarms = z
  .strictObject({
    repetitions: z.int(),
    rolledBack: share.describe('at least once'),
    paused: share.describe('never rolled back, and paused at the end'),
    completed: share,
    unfinished: share,
    medianHoursToComplete: z.number().nullable(),
  })
  .meta({ id: 'SimulatedFalseAlarms' });

const begun = {
  feature: z.string(),
  as: z.enum(['recorded', 'split']),
  from: timeSchema,
  to: timeSchema,
  pollIntervalSeconds: z.number(),
  takenAsGiven: z.array(z.string()).readonly(),
};

export const simulationResultSchema = z
  .strictObject({
    ...begun,
    outcome: z.enum(['completed', 'rolledBack', 'paused', 'unfinished']),
    endedAt: timeSchema.nullable().describe('null: the period ended first'),
    rollbacks: z.int().describe('also those within the rollout'),
    ...requests,
    decisions: z.array(decision).readonly(),
    stages: z.array(stage).readonly(),
    falseAlarms: falseAlarms.nullable().describe('over A/A splits of the same data; null: none were asked for'),
    notDealt: z
      .array(z.string())
      .readonly()
      .describe('SLIs whose cohorts both show what everybody shows in an A/A split'),
  })
  .meta({ id: 'SimulationResult' });
