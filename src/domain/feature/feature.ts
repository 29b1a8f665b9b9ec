/** What JSON can say. */
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What a lookup may answer: no null and no list, which not every OpenFeature SDK can tell from "nothing". */
export type VariantValue = boolean | string | number | { [key: string]: Json };

/** What a lookup answers with the gate open and closed; both of one type. */
export type Variants = { readonly on: VariantValue; readonly off: VariantValue };

/**
 * Another feature that must be on before this one may be. `off` can't be asked for: closing that feature would then open
 * this one without a contract (SLU-DOOR).
 */
export type Prerequisite = { readonly feature: string; readonly variant: 'on' };

/** The one algorithm so far; stored, so that a later one never moves anybody. */
export const BUCKETING = 'sha256-v1';

/** What a feature is, without what it exposes: that comes from the ledger alone. */
export type FeatureDefinition = {
  readonly key: string;
  readonly description: string;
  readonly owner: string;
  readonly variants: Variants;
  readonly prerequisites: readonly Prerequisite[];
  /** Hex; drawn once, never changed: the same users are met in the same order for ever. */
  readonly salt: string;
  readonly bucketing: typeof BUCKETING;
  /** Grows with every change of the definition that lookups can see; part of the document's version. */
  readonly revision: number;
  readonly createdAtMs: number;
  readonly archivedAtMs: number | null;
};
