import { z } from 'zod';
import { AUDIENCES } from '../../domain/contract/wedge.ts';
import { AVAILABILITIES } from '../../domain/projection/availability.ts';
import { LADDER } from '../../domain/projection/ladder.ts';
import { LINKS } from '../../domain/projection/lineage.ts';
import { WEDGE_STATES } from '../../domain/rollout/state.ts';
import { timeSchema } from './list.ts';

const ladderStage = z.enum(LADDER);

/** Strict: a member that is not here can't be sent to a customer. */
export const customerSchema = z
  .strictObject({
    capability: z.string(),
    stage: ladderStage,
    availability: z.enum(AVAILABILITIES),
    visibleFeatures: z.array(z.string()).readonly(),
    timeline: z.array(z.strictObject({ stage: ladderStage, at: timeSchema })).readonly(),
  })
  .meta({ id: 'CustomerProjection' });

const recordedSchema = z
  .strictObject({ seq: z.int(), hash: z.string(), at: timeSchema })
  .meta({ id: 'RecordedEntry', description: "the entry of the feature's chain that proves it" });

const approvals = z
  .array(
    z.strictObject({
      subject: z.string(),
      decision: z.enum(['approve', 'reject']),
      stageId: z.string().nullable().describe('null: the contract as a whole'),
      comment: z.string().nullable(),
      entry: recordedSchema,
    }),
  )
  .readonly();

const verdict = z.enum(['PASS', 'FAIL', 'INCONCLUSIVE']);
const audits = z
  .array(
    z.strictObject({
      subject: z.enum(['visit', 'rollout']),
      stageId: z.string().nullable(),
      visit: z.int().nullable(),
      verdict,
      by: z.string(),
      throughSeq: z.int(),
      findings: z.array(z.string()).readonly(),
      entry: recordedSchema,
    }),
  )
  .readonly();

const stays = z
  .array(
    z.strictObject({
      stageId: z.string(),
      phase: z.enum(['ramp', 'stage']),
      percentage: z.number(),
      entry: recordedSchema,
    }),
  )
  .readonly();

const rollbacks = z
  .array(
    z.strictObject({
      fromStageId: z.string().nullable(),
      toStageId: z.string().nullable().describe('null: to what the feature exposed before'),
      automatic: z.boolean(),
      reason: z.string().nullable(),
      detail: z.string(),
      entry: recordedSchema,
    }),
  )
  .readonly();

const facet = z.union([z.literal('all'), z.array(z.string()).readonly()]);

const contract = z.strictObject({
  id: z.string(),
  feature: z.string(),
  title: z.string(),
  criticality: z.enum(['standard', 'critical']),
  digest: z.string(),
  planDigest: z.string(),
  proposedBy: z.string(),
  entry: recordedSchema.nullable(),
});

const execution = z.strictObject({
  startedAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
  stays,
  rollbacks,
  pauses: z.int(),
});

const rollout = z.strictObject({
  id: z.string(),
  wedgeState: z.enum(WEDGE_STATES),
  stageId: z.string(),
  percentage: z.number(),
  dryRun: z.boolean(),
  entry: recordedSchema.nullable(),
});

const rolloutPlan = z.strictObject({
  initialPercentage: z.number(),
  incrementPolicy: z.enum(['linear', 'exponential', 'manual']),
  maxBlastRadius: z.number(),
  observationWindowHours: z.number(),
  rollback: z.strictObject({ to: z.string(), mode: z.string() }),
  stages: z
    .array(
      z.strictObject({
        stageId: z.string(),
        audience: z.enum(AUDIENCES),
        targetPercentage: z.number(),
        durationHours: z.number(),
        requiresApproval: z.boolean(),
      }),
    )
    .readonly(),
});

const stageReach = z.strictObject({
  stageId: z.string(),
  affectedCustomers: z.int().nullable().describe("the proposer's estimate"),
  affectedPercentage: z.number(),
  geographicScope: facet,
  tierScope: facet,
});

const stageGate = z.strictObject({
  stageId: z.string(),
  minimumDurationHours: z.number(),
  healthThreshold: z.number(),
  requiredMetrics: z.array(z.string()).readonly(),
});

export const founderSchema = z
  .strictObject({
    issueIds: z.array(z.string()).readonly(),
    contract,
    approvals,
    execution,
    audit: z.strictObject({ verdict: verdict.nullable().describe('on the rollout as a whole'), verdicts: audits }),
    rollout,
    rolloutPlan,
    blastRadius: z.array(stageReach).readonly(),
    stabilization: z.array(stageGate).readonly(),
    lineageComplete: z.boolean(),
    missing: z.array(z.enum(LINKS)).readonly().describe('the links of the lineage that are not there'),
  })
  .meta({ id: 'FounderProjection' });

const health = z.strictObject({
  passingShare: z.number().nullable().describe('polls with all success criteria passing, of those with data'),
  criteria: z
    .array(
      z.strictObject({
        sli: z.string(),
        role: z.enum(['success', 'trigger', 'guard']),
        outcome: z.enum(['pass', 'fail', 'inconclusive']),
        value: z.number().nullable(),
        limit: z.number().nullable(),
      }),
    )
    .readonly(),
});

export const completionSchema = z
  .strictObject({
    rolloutId: z.string(),
    feature: z.string(),
    title: z.string(),
    issueIds: z.array(z.string()).readonly(),
    capability: z.string().nullable(),
    visibleFeatures: z.array(z.string()).readonly(),
    contractId: z.string(),
    contractDigest: z.string(),
    percentage: z.number(),
    startedAt: timeSchema.nullable(),
    completedAt: timeSchema,
    stages: stays,
    health: health.nullable(),
    approvals,
    audits,
    rollbacks,
    waivers: z.array(z.strictObject({ waiverId: z.string(), rules: z.array(z.string()).readonly() })).readonly(),
    entry: recordedSchema,
  })
  .meta({ id: 'CompletionReport' });
