import { z } from 'zod';
import { waiverRequestSchema } from '../../domain/governance/waiverRequest.ts';
import { WAIVER_STANDINGS } from '../../domain/governance/waiverState.ts';
import { judgedByDesk } from '../validation.ts';
import { timeSchema } from './list.ts';

export const waiverSchema = z
  .strictObject({
    id: z.string(),
    feature: z.string(),
    planDigest: z.string(),
    rules: z.array(z.string()),
    rationale: z.string(),
    state: z.enum(WAIVER_STANDINGS),
    requestedBy: z.string(),
    approvals: z.array(z.strictObject({ subject: z.string(), at: timeSchema, comment: z.string().nullable() })),
    approversMissing: z.int(),
    rejectedBy: z.string().nullable(),
    createdAt: timeSchema,
    expiresAt: timeSchema,
    version: z.int(),
  })
  .meta({ id: 'Waiver' });

export const waiverBody = judgedByDesk(waiverRequestSchema.meta({ id: 'WaiverRequest' }));

export const waiverWordBody = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  comment: z.string().max(1000).optional(),
});
