import { z } from 'zod';
import { MOST_HOURS, MOST_MINUTES } from '../hours.ts';
import { parseInput } from './parseInput.ts';
import type { Violation } from './violation.ts';

const hasNoRepeats = (names: readonly string[]) => new Set(names).size === names.length;
const isNobodyOrTwo = (names: readonly string[]) =>
  names.length === 0 || new Set(names.map((name) => name.trim().toLowerCase())).size >= 2;

/**
 * The thresholds that judge contracts. What a policy file leaves out keeps its default; fractions are allowed.
 * The contract's rollout keeps the policy that judged it (`created` embeds it).
 * Four eyes, the 60 s, blast radius and ledger can't be loosened: the first two are bounds here, the others are no setting.
 */
export const policySchema = z
  .strictObject({
    minStages: z.number().min(1).default(2),
    minObservationWindowHours: z.number().gt(0).max(MOST_HOURS).default(1),
    maxInitialPercentageCritical: z.number().gt(0).max(100).default(10),
    maxFirstStagePercentage: z.number().gt(0).max(100).default(25),
    rollbackDeadlineSeconds: z.number().gt(0).max(60).default(60),
    pauseAfterWindows: z.number().gt(0).max(100_000).default(3),
    waiverMaxDays: z.number().min(0).max(90).default(90),
    minDwellMinutes: z.number().min(0).max(MOST_MINUTES).default(15),
    cooldownMinutes: z.number().min(0).max(MOST_MINUTES).default(60),
    /** An approval that was not used within this time has expired: the world it was given in is gone. */
    approvalValidDays: z.number().gt(0).max(366).default(7),
    approversStandard: z.int().min(1).default(1),
    approversCritical: z.int().min(2).default(2),
    maxConcurrentRollouts: z.int().min(1).default(100),
    /** How long the contract's SLIs must have been healthy before its rollout starts; 0 switches the look back off. */
    baselineWindowHours: z.number().min(0).max(MOST_HOURS).default(48),
    baselineMaxErrorRate: z.number().gt(0).max(1).default(0.01),
    baselineMaxP95Seconds: z.number().gt(0).max(3600).default(0.4),
    /** What somebody has to vouch for by name before a rollout starts: "no P0 or P1 open", "24 h soak passed". */
    attestations: z
      .array(z.string().trim().min(1).max(100))
      .max(20)
      .refine(hasNoRepeats, { message: 'must name each one once' })
      .readonly()
      .default([]),
    approvedBy: z
      .array(z.string().min(1).max(200))
      .max(10)
      .refine(isNobodyOrTwo, { message: 'must be two different names' })
      .readonly()
      .default([]),
  })
  .readonly();
export type Policy = z.infer<typeof policySchema>;

export const DEFAULT_POLICY: Policy = policySchema.parse({});

/** A policy file's content, its defaults filled in; every mistake at once. */
export function parsePolicy(
  input: unknown,
): { readonly ok: true; readonly policy: Policy } | { readonly ok: false; readonly violations: readonly Violation[] } {
  const parsed = parseInput(policySchema, input);
  return parsed.ok ? { ok: true, policy: parsed.value } : parsed;
}
