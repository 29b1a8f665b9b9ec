import { z } from 'zod';
import { BUCKETING } from '../../domain/feature/feature.ts';
import { featurePatchSchema, newFeatureSchema } from '../../domain/feature/featureInput.ts';
import { prerequisiteSchema } from '../../domain/feature/featureSchema.ts';
import { grantSchema } from '../../domain/feature/grantSchema.ts';
import { scopeSchema } from '../../domain/feature/scopeSchema.ts';
import { judgedByDesk } from '../validation.ts';
import { timeSchema } from './list.ts';

/** A value of any JSON type but a list or null. Said without recursion, which the OpenAPI document could not show. */
export const valueSchema = z.union([z.boolean(), z.string(), z.number(), z.record(z.string(), z.unknown())]);
export const variantsSchema = z.strictObject({ on: valueSchema, off: valueSchema }).describe('both of one type');

export const featureSchema = z
  .strictObject({
    id: z.string(),
    key: z.string(),
    description: z.string(),
    owner: z.string(),
    variants: variantsSchema,
    prerequisites: z.array(prerequisiteSchema),
    salt: z.string(),
    bucketing: z.literal(BUCKETING),
    grants: z.array(grantSchema).describe('who is let in, and how many of them'),
    caps: z.record(z.string(), z.int()).describe('thresholds that bound single workspaces'),
    raises: z.record(z.string(), z.int()).describe('thresholds of single workspaces above the grants'),
    killed: z.boolean(),
    live: z.strictObject({ rolloutId: z.string(), stage: z.string() }).nullable(),
    cooldownUntil: timeSchema.nullable(),
    reviveRequestedBy: z.string().nullable().describe('somebody else has to ask for the revival too'),
    createdAt: timeSchema,
    archivedAt: timeSchema.nullable(),
    version: z.int().describe('of what it is and of what it exposes'),
  })
  .meta({ id: 'Feature' });

/** `recorded` false: the gate is closed, and the ledger will hear of it. `feature` is null where the ledger is away. */
export const killedSchema = z
  .strictObject({
    key: z.string(),
    killed: z.literal(true),
    recorded: z.boolean(),
    feature: featureSchema.nullable(),
  })
  .meta({ id: 'Killed' });

const newVariants = variantsSchema.describe('both of one type, and different; `off` is what it is for ever');
const changedVariants = variantsSchema.describe(
  '`off` as it is: everybody outside the exposure gets it, and nothing changes it; another `on` only while nobody is let in, ' +
    'by a grant, a raised workspace or a live rollout',
);
const changedPrerequisites = featurePatchSchema.shape.prerequisites.describe('none is dropped while anybody is let in');
export const newFeatureBody = judgedByDesk(newFeatureSchema.extend({ variants: newVariants.optional() }));
export const featurePatchBody = judgedByDesk(
  featurePatchSchema.extend({ variants: changedVariants.optional(), prerequisites: changedPrerequisites }),
);

export const explainBody = z.strictObject({
  context: z.record(z.string(), z.unknown()).default({}).describe('as a lookup would send it'),
});

const outcome = z.enum(['passed', 'on', 'off', 'targetingKeyMissing']);
const explainedGrant = z.strictObject({
  index: z.int(),
  scope: scopeSchema,
  threshold: z.int(),
  matches: z.boolean(),
});
const stepSchema = z.discriminatedUnion('step', [
  z.strictObject({ step: z.literal('hardKill'), outcome, variable: z.string() }),
  z.strictObject({ step: z.literal('killed'), outcome, killed: z.boolean() }),
  z.strictObject({ step: z.literal('stale'), outcome, whenStale: z.enum(['close', 'keep']).nullable() }),
  z.strictObject({
    step: z.literal('prerequisite'),
    outcome,
    needs: z.array(z.string()),
    missing: z.string().nullable(),
  }),
  z.strictObject({ step: z.literal('workspaceCap'), outcome, threshold: z.int().nullable() }),
  z.strictObject({
    step: z.literal('grants'),
    outcome,
    grants: z.array(explainedGrant),
    deciding: z.int().nullable(),
    raise: z.int().nullable().describe('how far the workspace is met beyond the grants'),
  }),
]);

/** How a lookup comes to its answer. */
export const explanationSchema = z
  .strictObject({
    feature: z.string(),
    version: z.int(),
    bucket: z.int().nullable(),
    threshold: z.int().nullable().describe('of the grant that decided; buckets below it are on'),
    cohort: z.enum(['treatment', 'control', 'rest']).nullable(),
    steps: z.array(stepSchema).describe('those that were asked, in order; the last one decided'),
    answer: z.union([
      z.strictObject({
        value: valueSchema,
        variant: z.enum(['on', 'off']),
        reason: z.string(),
        step: z.string(),
      }),
      z.strictObject({ errorCode: z.string(), errorDetails: z.string() }),
    ]),
  })
  .meta({ id: 'Explanation' });
