import { z } from 'zod';
import { featureKeySchema, prerequisiteSchema, variantsSchema } from './featureSchema.ts';
import { sameJson } from './sameJson.ts';

const text = z.string().max(1000);
const prerequisites = z.array(prerequisiteSchema).max(20).readonly();

/** Were both one value, nobody could tell whether the gate is open. */
const variants = variantsSchema.refine(({ on, off }) => !sameJson(on, off), { message: '`on` and `off` must differ' });

/** What creates a feature. */
export const newFeatureSchema = z.strictObject({
  key: featureKeySchema,
  description: text.default(''),
  owner: text.default(''),
  variants: variants.default({ on: true, off: false }),
  prerequisites: prerequisites.default([]),
});

/** What may change of it afterwards; nothing here ever lets anybody in. */
export const featurePatchSchema = z.strictObject({
  description: text.optional(),
  owner: text.optional(),
  variants: variants.optional(),
  prerequisites: prerequisites.optional(),
});
export type FeaturePatch = z.infer<typeof featurePatchSchema>;
