import { z } from 'zod';
import { timeSchema } from './list.ts';

/** A ledger entry, exactly as it was hashed: what each type says in `data` is told in the documentation of the ledger. */
export const entrySchema = z
  .looseObject({
    schema: z.literal(1),
    chain: z.string(),
    seq: z.int(),
    at: timeSchema,
    recordedAt: timeSchema,
    late: z.boolean(),
    type: z.string(),
    code: z.string().nullable(),
    environment: z.string(),
    feature: z.string().nullable(),
    contract: z.string().nullable(),
    rollout: z.string().nullable(),
    dryRun: z.boolean(),
    stage: z.string().nullable(),
    visit: z.int().nullable(),
    percentageBefore: z.number().nullable(),
    percentageAfter: z.number().nullable(),
    actor: z.strictObject({ kind: z.enum(['person', 'sluice']), subject: z.string() }),
    reason: z.string().nullable(),
    comment: z.string().nullable(),
    evidence: z.record(z.string(), z.unknown()).nullable().describe('what the decision rested on'),
    policyDigest: z.string().nullable(),
    contractDigest: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
    prevHash: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'Entry' });
