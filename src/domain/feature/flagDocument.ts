import { z } from 'zod';
import { BUCKETING, type FeatureDefinition, featureKeySchema, prerequisiteSchema, variantsSchema } from './feature.ts';
import { type Grants, grantSchema, largestThreshold } from './grants.ts';
import { thresholdSchema } from './threshold.ts';

/** What every evaluator reads: all that a lookup of one feature needs, as flag stores hold it. */
export const flagDocumentSchema = z
  .strictObject({
    schema: z.literal(1),
    feature: featureKeySchema,
    environment: z.string(),
    version: z.int().min(0),
    revisionAt: z.iso.datetime(),
    bucketing: z.literal(BUCKETING),
    salt: z.string().min(1),
    variants: variantsSchema,
    killed: z.boolean(),
    grants: z.array(grantSchema).readonly(),
    /** Workspaces that are met no further than this, whatever the grants say. */
    caps: z.record(z.string(), thresholdSchema).readonly(),
    /** Workspaces that are met so far whatever their scope: each counts as a grant of its own. */
    raises: z.record(z.string(), thresholdSchema).readonly(),
    prerequisites: z.array(prerequisiteSchema).readonly(),
    live: z
      .strictObject({
        rolloutId: z.string(),
        stage: z.string(),
        whenStale: z.enum(['close', 'keep']),
        /** Index into `grants` of the live rollout's own grant: its threshold and scope define the cohorts. */
        grant: z.int().min(0),
      })
      .readonly()
      .nullable(),
  })
  .readonly();
export type FlagDocument = z.infer<typeof flagDocumentSchema>;

/** How far anybody is met at most, by a grant or beyond it: what `rollout_percent` shows. */
export function largestReach({ grants, raises }: Pick<FlagDocument, 'grants' | 'raises'>): number {
  return Math.max(largestThreshold(grants), ...Object.values(raises));
}

/** The part of a feature that its document exposes, as the ledger has it. */
export type Exposure = {
  /** Grows with every change of exposure; with the definition's revision it makes the document's version. */
  readonly documentVersion: number;
  readonly changedAtMs: number;
  readonly killed: boolean;
  readonly grants: Grants;
  readonly caps: Readonly<Record<string, number>>;
  readonly raises: Readonly<Record<string, number>>;
  readonly live: FlagDocument['live'];
};

/** The document of a feature as it stands. Pure, so publishing twice publishes the same. */
export function flagDocumentOf(feature: FeatureDefinition, exposure: Exposure, environment: string): FlagDocument {
  return {
    schema: 1,
    feature: feature.key,
    environment,
    version: exposure.documentVersion + feature.revision,
    revisionAt: new Date(exposure.changedAtMs).toISOString(),
    bucketing: feature.bucketing,
    salt: feature.salt,
    variants: feature.variants,
    killed: exposure.killed,
    grants: exposure.grants,
    caps: exposure.caps,
    raises: exposure.raises,
    prerequisites: feature.prerequisites,
    live: exposure.live,
  };
}
