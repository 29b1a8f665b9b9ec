import { z } from 'zod';
import { CATALOGUE_RULE_IDS, GOVERNANCE_RULE_IDS, RULE_IDS, WARNING_IDS } from '../../domain/contract/ruleIds.ts';

const shape = {
  path: z.string().describe('JSON path into what was sent'),
  found: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  allowed: z.string(),
  message: z.string(),
};

const rule = z.enum([...RULE_IDS, ...GOVERNANCE_RULE_IDS, ...CATALOGUE_RULE_IDS]);

/** One broken rule on the wire. */
export const violationSchema = z.strictObject({ rule, ...shape }).meta({ id: 'Violation' });

/** The same where it is told what a waiver can do about it. */
export const weighedViolationSchema = z
  .strictObject({
    rule,
    ...shape,
    waivable: z.boolean().describe('a waiver can cover it'),
    waivedBy: z.string().nullable().describe('the waiver that covers it at this moment'),
  })
  .meta({ id: 'WeighedViolation' });

/** What is remarked about a contract that is accepted all the same. */
export const warningSchema = z.strictObject({ rule: z.enum(WARNING_IDS), ...shape }).meta({ id: 'Warning' });
