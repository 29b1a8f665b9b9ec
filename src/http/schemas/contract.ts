import { z } from 'zod';
import { proposalSchema } from '../../domain/contract/contract.ts';
import { judgedByDesk } from '../validation.ts';
import { timeSchema } from './list.ts';
import { stagePowerSchema } from './power.ts';
import { warningSchema, weighedViolationSchema } from './violation.ts';

const DIGEST = z.string().describe('lowercase hex SHA-256');

export const contractSchema = z
  .strictObject({
    id: z.string(),
    feature: z.string(),
    title: z.string(),
    state: z.enum(['proposed', 'approved', 'rejected', 'expired', 'used']),
    digest: DIGEST.describe('of `contract` as RFC 8785 JSON: what an approval names'),
    planDigest: DIGEST,
    proposedBy: z.string(),
    approvals: z.array(z.strictObject({ subject: z.string(), at: timeSchema, comment: z.string().nullable() })),
    rejectedBy: z.string().nullable(),
    rolloutId: z.string().nullable().describe('the real rollout that it started'),
    warnings: z.array(warningSchema),
    waivers: z
      .array(z.strictObject({ id: z.string(), rules: z.array(z.string()), expiresAt: timeSchema }))
      .describe('by whose leave it breaks which rules, as it was when proposed'),
    contract: z.record(z.string(), z.unknown()).describe('the proposal as stored: with its id, its defaults filled in'),
    createdAt: timeSchema,
    version: z.int(),
  })
  .meta({ id: 'Contract' });

export const judgementSchema = z
  .strictObject({
    planDigest: DIGEST.nullable().describe('what a waiver names; null where the plan can not be read'),
    violations: z.array(weighedViolationSchema).describe('those that a waiver covers among them'),
    warnings: z.array(warningSchema),
    power: z
      .array(stagePowerSchema)
      .nullable()
      .describe('what each stage will be able to notice; null where the plan can not be read'),
  })
  .meta({ id: 'Judgement' });

export const proposalBody = judgedByDesk(proposalSchema.meta({ id: 'Proposal' }));

export const contractApprovalBody = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { message: 'must be a digest in lowercase hex' })
    .describe('of the contract that was read'),
  comment: z.string().max(1000).optional(),
});
