import type { z } from 'zod';
import type { LinkedIncident } from '../../domain/governance/incident.ts';
import { timeOf } from '../../domain/time.ts';
import type { incidentSchema } from '../schemas/incident.ts';

export function incidentView({
  seq: _,
  linkedAtMs,
  changedAtMs,
  ...incident
}: LinkedIncident): z.infer<typeof incidentSchema> {
  return { ...incident, linkedAt: timeOf(linkedAtMs), changedAt: timeOf(changedAtMs) };
}
