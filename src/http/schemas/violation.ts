import { z } from 'zod';
import { RULE_IDS, WARNING_IDS } from '../../domain/contract/ruleIds.ts';

const shape = {
  path: z.string().describe('JSON path into what was sent'),
  found: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  allowed: z.string(),
  message: z.string(),
};

/** One broken rule on the wire. */
export const violationSchema = z.strictObject({ rule: z.enum(RULE_IDS), ...shape }).meta({ id: 'Violation' });

/** What is remarked about a contract that is accepted all the same. */
export const warningSchema = z.strictObject({ rule: z.enum(WARNING_IDS), ...shape }).meta({ id: 'Warning' });
