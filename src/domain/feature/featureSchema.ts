import { z } from 'zod';
import type { Prerequisite, Variants } from './feature.ts';

/** A feature's permanent name. */
export const featureKeySchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,127}$/, { message: 'must match [a-z0-9][a-z0-9._-]{0,127}' })
  // A flag of this name would lie on the key of the store's counter, `flags:revision`.
  .refine((key) => key !== 'revision', { message: 'revision is reserved' });

const jsonObjectSchema = z.record(z.string(), z.json());
const variantValueSchema = z.union([z.boolean(), z.string(), z.number(), jsonObjectSchema]);

/** What a lookup answers with the gate open and closed; both of one type. */
export const variantsSchema = z
  .strictObject({ on: variantValueSchema, off: variantValueSchema })
  .refine((variants) => typeof variants.on === typeof variants.off, {
    message: '`on` and `off` must be of one type',
  })
  .readonly() satisfies z.ZodType<Variants>;

export const prerequisiteSchema = z
  .strictObject({ feature: featureKeySchema, variant: z.literal('on') })
  .readonly() satisfies z.ZodType<Prerequisite>;
