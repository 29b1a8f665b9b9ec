import { z } from 'zod';
import { INCIDENT_SEVERITIES } from '../../domain/governance/incident.ts';
import { timeSchema } from './list.ts';

const url = z
  .url({ protocol: /^https?$/, message: 'must be an http or https URL' })
  .max(2000)
  .refine(hasNoPassword, { message: 'must hold no user name or password' });

/** The ledger keeps it for ever, and whoever may look at the ledger may read it. */
function hasNoPassword(text: string): boolean {
  const parsed = URL.parse(text);
  return parsed === null || (parsed.username === '' && parsed.password === '');
}

const severity = z.enum(INCIDENT_SEVERITIES).describe('sev1 is the worst');

export const incidentBody = z.strictObject({
  reference: z.string().trim().min(1).max(200).describe('what it is called where incidents are kept'),
  severity,
  url: url.optional(),
  detectedBySluice: z.boolean(),
  resolved: z.boolean().default(false),
});

export const incidentSchema = z
  .strictObject({
    reference: z.string(),
    severity,
    url: z.string().nullable(),
    detectedBySluice: z.boolean(),
    resolved: z.boolean(),
    linkedAt: timeSchema,
    changedAt: timeSchema,
  })
  .meta({ id: 'Incident' });
