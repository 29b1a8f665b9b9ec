import { z } from 'zod';
import { CHECK_IDS } from '../../domain/audit/report.ts';
import { timeSchema } from './list.ts';

const verdictSchema = z.enum(['PASS', 'FAIL', 'INCONCLUSIVE']);
const subjectSchema = z.enum(['visit', 'rollout']);

const findingSchema = z.strictObject({
  seq: z.int().describe('of the entry in the chain of the feature'),
  rollout: z.string().nullable().describe('null where it speaks of the chain or the feature'),
  message: z.string(),
});

const checkSchema = z.strictObject({
  check: z.enum(CHECK_IDS),
  verdict: verdictSchema,
  examined: z.int().describe('entries of the chain that the check had something to say about'),
  found: z.int().describe('findings in all; the first twenty are shown'),
  findings: z.array(findingSchema),
});

const recordedSchema = z.strictObject({
  seq: z.int(),
  at: timeSchema,
  by: z.strictObject({ kind: z.enum(['person', 'sluice']), subject: z.string() }),
  subject: subjectSchema,
  visit: z.int(),
  verdict: verdictSchema,
  throughSeq: z.int().describe('the chain was looked at up to here'),
  findings: z.array(z.string()),
  comment: z.string().nullable(),
});

/** The check of the chain at this moment, as far as it concerns the rollout, and the verdicts that the ledger holds. */
export const rolloutAuditSchema = z
  .strictObject({
    rolloutId: z.string(),
    feature: z.string(),
    audit: z.enum(['automatic', 'external']),
    verdict: verdictSchema,
    entries: z.int(),
    head: z.strictObject({ seq: z.int(), hash: z.string() }),
    checks: z.array(checkSchema),
    verdicts: z.array(recordedSchema),
  })
  .meta({ id: 'RolloutAudit' });

export const auditorsVerdictBody = z.strictObject({
  verdict: verdictSchema,
  subject: subjectSchema.optional().describe('left out: the rollout on its last stage, before it the visit'),
  findings: z.array(z.string().trim().min(1).max(1000)).max(100).default([]),
  comment: z.string().trim().min(1).max(1000).optional(),
});
