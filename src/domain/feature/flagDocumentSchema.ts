import { z } from 'zod';
import { BUCKETING } from './feature.ts';
import { featureKeySchema, prerequisiteSchema, variantsSchema } from './featureSchema.ts';
import type { FlagDocument } from './flagDocument.ts';
import { grantSchema } from './grantSchema.ts';
import { thresholdSchema } from './thresholdSchema.ts';

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
    caps: z.record(z.string(), thresholdSchema).readonly(),
    raises: z.record(z.string(), thresholdSchema).readonly(),
    prerequisites: z.array(prerequisiteSchema).readonly(),
    live: z
      .strictObject({
        rolloutId: z.string(),
        stage: z.string(),
        whenStale: z.enum(['close', 'keep']),
        grant: z.int().min(0),
      })
      .readonly()
      .nullable(),
  })
  .readonly() satisfies z.ZodType<FlagDocument>;
