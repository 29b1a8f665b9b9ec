import { z } from 'zod';
import { HEALTH_OUTCOMES } from '../../domain/rollout/healthWatch.ts';
import { timeSchema } from './list.ts';

const seconds = z.number().min(0);
const spread = z
  .strictObject({ count: z.int(), median: seconds, p90: seconds, longest: seconds })
  .nullable()
  .describe('null: nothing was measured');

const rollback = z.strictObject({
  rolloutId: z.string(),
  feature: z.string(),
  at: timeSchema,
  automatic: z.boolean(),
  mode: z.enum(['immediate', 'progressive']),
  reason: z.string(),
  fromStage: z.string(),
  percentageBefore: z.number(),
  percentageAfter: z.number(),
  affectedCustomers: z.int().nullable().describe("the contract's estimate for the stage"),
  detectedAfterSeconds: z.number().nullable().describe('from the last rise of exposure to the trigger'),
  removedAfterSeconds: z.number().nullable().describe('from the trigger until the flag store had it'),
  confirmedAfterSeconds: z
    .number()
    .nullable()
    .describe('from the trigger until all who serve lookups had said so; null where somebody was not heard from'),
  unheard: z.int().describe('replicas and providers that were not heard from'),
  health: z.enum(HEALTH_OUTCOMES).nullable().describe('whether it has helped'),
  falseAlarm: z.boolean(),
  incidents: z.array(z.string()).readonly(),
});

export const effectivenessSchema = z
  .strictObject({
    from: timeSchema,
    to: timeSchema,
    rollouts: z.strictObject({
      started: z.int(),
      completed: z.int(),
      rolledBack: z.int(),
      superseded: z.int(),
      killedFeatures: z.int(),
    }),
    rollbacks: z.array(rollback).readonly(),
    automaticRollbacks: z.int(),
    falseAlarms: z.int(),
    timeToDetectSeconds: spread,
    timeToRemoveSeconds: spread,
    timeToConfirmSeconds: spread,
    incidents: z.strictObject({ linked: z.int(), detectedBySluice: z.int(), detectedByOthers: z.int() }),
    alerts: z.strictObject({ raised: z.int(), reviewed: z.int() }),
    waivers: z.strictObject({
      requested: z.int(),
      approvals: z.int().describe('words of approvers; a waiver takes two'),
      rejected: z.int(),
      expired: z.int(),
      used: z
        .array(z.strictObject({ waiverId: z.string(), contractId: z.string(), rules: z.array(z.string()).readonly() }))
        .readonly(),
    }),
  })
  .meta({ id: 'EffectivenessReport' });

const time = z.iso.datetime({ offset: true });
export const reportQuery = z.strictObject({
  from: time.optional().describe('30 days before `to`, if left out'),
  to: time.optional().describe('now, if left out'),
  format: z.enum(['json', 'html']).default('json').describe('html: a page to print'),
});
