import { z } from 'zod';
import { timeSchema } from './list.ts';
import { verdictReasonSchema, verdictRoleSchema } from './rolloutStatus.ts';

/** What one tick measured and decided, for charts. */
export const measurementSchema = z
  .strictObject({
    at: timeSchema,
    visit: z.int(),
    decision: z.strictObject({ kind: z.string(), reason: z.string(), row: z.int() }),
    slis: z.array(
      z.strictObject({
        id: z.string(),
        criterion: z.string(),
        role: verdictRoleSchema,
        value: z.number().nullable(),
        baseline: z.number().nullable(),
        threshold: z.number().nullable(),
        verdict: z.enum(['pass', 'fail', 'inconclusive']),
        reason: verdictReasonSchema,
        samples: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'Measurement' });
