import { z } from 'zod';
import type { Grant } from './grants.ts';
import { scopeSchema } from './scopeSchema.ts';
import { thresholdSchema } from './thresholdSchema.ts';

/** Who may be met, and how many of them. */
export const grantSchema = z
  .strictObject({ scope: scopeSchema, threshold: thresholdSchema })
  .readonly() satisfies z.ZodType<Grant>;
