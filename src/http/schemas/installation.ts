import { z } from 'zod';
import { policySchema } from '../../domain/contract/policy.ts';
import { timeSchema } from './list.ts';

export const sourceSchema = z
  .strictObject({ name: z.string(), kind: z.string(), ok: z.boolean(), detail: z.string() })
  .meta({ id: 'Source' });

export const policyAnswer = policySchema
  .unwrap()
  .extend({
    since: timeSchema.nullable().describe('when it was recorded; null for the defaults that no other ever replaced'),
    inForce: z
      .boolean()
      .describe('false: the ledger has another one since, and this process judges nothing by its own'),
  })
  .meta({ id: 'Policy' });

export const stopSchema = z
  .strictObject({
    active: z.boolean(),
    by: z.string().nullable(),
    reason: z.string().nullable(),
    at: timeSchema.nullable(),
  })
  .meta({ id: 'Stop' });

export const readinessSchema = z
  .strictObject({
    ready: z.boolean(),
    dependencies: z.record(z.string(), z.strictObject({ ok: z.boolean(), detail: z.string() })),
    policyLooserThanDefault: z.array(z.string()),
  })
  .meta({ id: 'Readiness' });
