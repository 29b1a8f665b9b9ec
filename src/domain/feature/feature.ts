import { z } from 'zod';

/** A feature's permanent name. */
export const featureKeySchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,127}$/, { message: 'must match [a-z0-9][a-z0-9._-]{0,127}' })
  // A flag of this name would lie on the key of the store's counter, `flags:revision`.
  .refine((key) => key !== 'revision', { message: 'revision is reserved' });

const jsonObjectSchema = z.record(z.string(), z.json());
const variantValueSchema = z.union([z.boolean(), z.string(), z.number(), jsonObjectSchema]);
export type VariantValue = z.infer<typeof variantValueSchema>;

/** What a lookup answers with the gate open and closed; both of one type. */
export const variantsSchema = z
  .strictObject({ on: variantValueSchema, off: variantValueSchema })
  .refine((variants) => typeof variants.on === typeof variants.off, {
    message: '`on` and `off` must be of one type',
  })
  .readonly();

/**
 * Another feature that must be on before this one may be. `off` can't be asked for: closing that feature would then open
 * this one without a contract (SLU-DOOR).
 */
export const prerequisiteSchema = z.strictObject({ feature: featureKeySchema, variant: z.literal('on') }).readonly();

/** The one algorithm so far; stored, so that a later one never moves anybody. */
export const BUCKETING = 'sha256-v1';

/** What a feature is, without what it exposes: that comes from the ledger alone. */
export type FeatureDefinition = {
  readonly key: string;
  readonly description: string;
  readonly owner: string;
  readonly variants: z.infer<typeof variantsSchema>;
  readonly prerequisites: readonly z.infer<typeof prerequisiteSchema>[];
  /** Hex; drawn once, never changed: the same users are met in the same order for ever. */
  readonly salt: string;
  readonly bucketing: typeof BUCKETING;
  /** Grows with every change of the definition that lookups can see; part of the document's version. */
  readonly revision: number;
  readonly createdAtMs: number;
  readonly archivedAtMs: number | null;
};
