import { z } from 'zod';
import { featureKeySchema, prerequisiteSchema, variantsSchema } from './feature.ts';

const text = z.string().max(1000);
const prerequisites = z.array(prerequisiteSchema).max(20).readonly();

/** What creates a feature. */
export const newFeatureSchema = z.strictObject({
  key: featureKeySchema,
  description: text.default(''),
  owner: text.default(''),
  variants: variantsSchema.default({ on: true, off: false }),
  prerequisites: prerequisites.default([]),
});

/** What may change of it afterwards; nothing here ever lets anybody in. */
export const featurePatchSchema = z.strictObject({
  description: text.optional(),
  owner: text.optional(),
  variants: variantsSchema.optional(),
  prerequisites: prerequisites.optional(),
});
export type FeaturePatch = z.infer<typeof featurePatchSchema>;
