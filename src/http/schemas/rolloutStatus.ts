import { z } from 'zod';
import { wedgeStageSchema } from '../../domain/contract/wedge.ts';
import { SEVERITIES } from '../../domain/health/criterion.ts';
import { HEALTH_OUTCOMES } from '../../domain/rollout/healthWatch.ts';
import { WEDGE_STATES } from '../../domain/rollout/state.ts';
import { timeSchema } from './list.ts';
import { criterionPowerSchema } from './power.ts';
import { phaseSchema } from './rollout.ts';
import { verdictEvidenceSchema } from './verdictEvidence.ts';

export const verdictReasonSchema = z.enum([
  'holds',
  'doesNotHold',
  'noTraffic',
  'missing',
  'unavailable',
  'stale',
  'insufficientSamples',
  'windowNotFull',
  'notApplicable',
]);

export const verdictRoleSchema = z
  .enum(['success', 'trigger', 'guard'])
  .describe('a guard stands beside what the stage names, and what it can not see holds nothing up');

const sliSchema = z.strictObject({
  id: z.string(),
  criterion: z
    .string()
    .describe('its place in the stage, as in `trigger/0`; of a guard `outage/` and its SLI, or `sampleRatio`'),
  role: verdictRoleSchema,
  severity: z.enum(SEVERITIES).nullable(),
  value: z.number().nullable(),
  baseline: z.number().nullable(),
  threshold: z.number().nullable().describe('what the value was compared with'),
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  reason: verdictReasonSchema,
  detail: z.string().nullable(),
  samples: z.number().nullable(),
  evidence: verdictEvidenceSchema.nullable(),
  count: z.int().describe('polls in a row in which the condition held'),
  consecutive: z.int().describe('of those wanted'),
  polls: z
    .strictObject({ held: z.int(), atLeast: z.int(), ofLast: z.int() })
    .nullable()
    .describe(
      'where so many of the last polls are wanted: in how many the condition held; null where polls in a row count',
    ),
  fromCatalogue: z.boolean().describe('put into the contract by the installation’s catalogue'),
  dryRun: z.boolean(),
  at: timeSchema,
});

const decisionSchema = z.strictObject({
  kind: z.string(),
  reason: z.string().describe('of the closed set of reasons'),
  detail: z.string(),
  row: z.int().describe('of the decision table'),
  at: timeSchema,
  unblocksAt: timeSchema.nullable(),
  since: timeSchema.nullable().describe('where it waits for a person: since when'),
  waitsFor: z
    .strictObject({
      role: z.enum(['approver', 'operator']),
      stageId: z.string(),
      missing: z.int().describe('how many of them'),
      approved: z.array(z.string()).describe('who has approved the stage'),
      mayNot: z.string().nullable().describe('the proposer, where that word does not count'),
    })
    .nullable()
    .describe('where it waits for a person: for whom'),
});

const alertSchema = z.strictObject({
  criterion: z.string().describe('its place in the stage, as in `trigger/0`'),
  sli: z.string(),
  detail: z.string(),
  since: timeSchema,
  review: z
    .strictObject({ by: z.string(), comment: z.string(), at: timeSchema })
    .nullable()
    .describe('null: a review is asked for'),
});

const rollingBackSchema = z
  .strictObject({
    toStageId: z.string().nullable().describe('null: to what the feature exposed before'),
    percentageFrom: z.number(),
    percentage: z.number(),
    percentageTo: z.number(),
    beganAt: timeSchema,
    nextStepAt: timeSchema,
    endsAt: timeSchema,
  })
  .describe('a progressive rollback under way; percentages of the stage that it leaves');

const removalSchema = z
  .strictObject({
    state: z
      .enum(['removing', 'removed', 'confirmed'])
      .describe('removed: the flag store has it; confirmed: whoever serves lookups has said so, or the wait is over'),
    triggeredAt: timeSchema,
    removedAt: timeSchema.nullable(),
    removedAfterSeconds: z.number().nullable().describe('from the trigger'),
    confirmedAt: timeSchema.nullable(),
    confirmedAfterSeconds: z.number().nullable().describe('from the trigger'),
    heardCount: z.int().describe('replicas and providers that serve it for certain'),
    unheard: z.array(z.string()).describe('those not heard from when the wait was over, the first hundred by name'),
    unheardCount: z.int(),
  })
  .describe('how far the last rollback has come');

const healthSchema = z
  .strictObject({
    state: z.enum(['verifying', ...HEALTH_OUTCOMES]),
    since: timeSchema.describe('of the rollback'),
    verifiedAt: timeSchema.nullable(),
    detail: z.string().nullable(),
  })
  .describe('whether the last rollback has helped');

/** All that answers "why is it not advancing?" */
export const rolloutStatusSchema = z
  .strictObject({
    rolloutId: z.string(),
    contractId: z.string(),
    feature: z.string(),
    wedgeState: z.enum(WEDGE_STATES),
    phase: phaseSchema,
    dryRun: z.boolean(),
    version: z.int(),
    currentStage: wedgeStageSchema,
    stageIndex: z.int(),
    totalStages: z.int(),
    visit: z.int(),
    percentage: z.number(),
    createdAt: timeSchema,
    startedAt: timeSchema.nullable(),
    endedAt: timeSchema.nullable(),
    elapsedSeconds: z.number().describe('active time of the visit'),
    minDurationSeconds: z.number(),
    remainingSeconds: z.number(),
    nextCheckAt: timeSchema.nullable(),
    decision: decisionSchema.nullable(),
    slis: z.array(sliSchema),
    approvals: z.array(
      z.strictObject({
        stageId: z.string(),
        subject: z.string(),
        decision: z.enum(['approve', 'reject']),
        at: timeSchema,
      }),
    ),
    attestations: z.array(z.strictObject({ name: z.string(), subject: z.string(), at: timeSchema })),
    audits: z.array(
      z.strictObject({
        subject: z.enum(['visit', 'rollout']),
        visit: z.int(),
        verdict: z.enum(['PASS', 'FAIL', 'INCONCLUSIVE']),
        by: z.string(),
        at: timeSchema,
      }),
    ),
    alerts: z
      .array(alertSchema)
      .describe('criteria of severity `alert` that fail for their count: they decide nothing and ask for a review'),
    rollingBack: rollingBackSchema.nullable(),
    removal: removalSchema.nullable(),
    health: healthSchema.nullable(),
    cooldownUntil: timeSchema.nullable(),
    power: z
      .array(criterionPowerSchema)
      .nullable()
      .describe('what the sequential criteria can notice at the traffic of this stage; null while nothing is exposed'),
    eta: timeSchema.nullable().describe('the earliest end, if nothing holds it up and no person is due'),
  })
  .meta({ id: 'RolloutStatus' });
