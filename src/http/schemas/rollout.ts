import { z } from 'zod';
import { PREFLIGHT_IDS } from '../../domain/rollout/preflight.ts';
import { WEDGE_STATES } from '../../domain/rollout/state.ts';
import { timeSchema } from './list.ts';

export const phaseSchema = z.enum(['pending', 'ramp', 'stage', 'ended']);

export const rolloutSchema = z
  .strictObject({
    id: z.string(),
    feature: z.string(),
    contractId: z.string(),
    contractDigest: z.string(),
    wedgeState: z.enum(WEDGE_STATES),
    phase: phaseSchema,
    dryRun: z.boolean(),
    stageId: z.string(),
    stageIndex: z.int(),
    totalStages: z.int(),
    visit: z.int(),
    percentage: z.number(),
    proposedBy: z.string(),
    createdAt: timeSchema,
    startAt: timeSchema.nullable(),
    startedAt: timeSchema.nullable(),
    endedAt: timeSchema.nullable(),
    nextCheckAt: timeSchema.nullable(),
    cooldownUntil: timeSchema.nullable(),
    version: z.int(),
  })
  .meta({ id: 'Rollout' });

export const newRolloutBody = z.strictObject({
  contractId: z.string().min(1).max(128),
  dryRun: z.boolean().default(false),
  startAt: z.iso.datetime({ offset: true }).optional(),
});

const reason = z.string().trim().min(1).max(1000).optional();

export const rollbackBody = z
  .strictObject({
    reason,
    to: z.enum(['zero', 'previousStage']).optional(),
    mode: z.enum(['immediate', 'progressive']).optional(),
  })
  .nullish()
  .transform((body) => ({ to: body?.to ?? null, mode: body?.mode ?? null, comment: body?.reason ?? null }));

export const stageApprovalBody = z.strictObject({
  stageId: z.string().min(1).max(64),
  decision: z.enum(['approve', 'reject']),
  comment: z.string().max(1000).optional(),
});

export const attestationBody = z.strictObject({
  name: z.string().trim().min(1).max(100).describe('one that the policy asks for'),
  comment: z.string().max(1000).optional(),
});

export const reviewBody = z.strictObject({
  criterion: z.string().min(1).max(64).describe('of an alert of the status, as in `trigger/0`'),
  comment: z.string().trim().min(1).max(1000).describe('what was found'),
});

export const preflightItemSchema = z.strictObject({
  id: z.enum(PREFLIGHT_IDS),
  item: z.string(),
  outcome: z.enum(['passed', 'failed', 'waived']),
  detail: z.string().describe('what was found, and of a failed one how to mend it'),
  waiverId: z.string().optional(),
});

export const preflightSchema = z
  .strictObject({
    passed: z.boolean(),
    at: timeSchema,
    items: z.array(preflightItemSchema),
  })
  .meta({ id: 'Preflight' });
