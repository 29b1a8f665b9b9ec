import type { BUCKETING, FeatureDefinition, Prerequisite, Variants } from './feature.ts';
import { type Grants, largestThreshold } from './grants.ts';

/** What every evaluator reads: all that a lookup of one feature needs, as flag stores hold it. */
export type FlagDocument = {
  readonly schema: 1;
  readonly feature: string;
  readonly environment: string;
  readonly version: number;
  /** RFC 3339. */
  readonly revisionAt: string;
  readonly bucketing: typeof BUCKETING;
  readonly salt: string;
  readonly variants: Variants;
  readonly killed: boolean;
  readonly grants: Grants;
  /** Workspaces that are met no further than this, whatever the grants say. */
  readonly caps: Readonly<Record<string, number>>;
  /** Workspaces that are met so far whatever their scope: each counts as a grant of its own. */
  readonly raises: Readonly<Record<string, number>>;
  readonly prerequisites: readonly Prerequisite[];
  readonly live: {
    readonly rolloutId: string;
    readonly stage: string;
    readonly whenStale: 'close' | 'keep';
    /** Index into `grants` of the live rollout's own grant: its threshold and scope define the cohorts. */
    readonly grant: number;
  } | null;
};

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
