import type { RuleId } from '../contract/ruleIds.ts';
import type { Violation } from '../contract/violation.ts';
import { hoursToMs, minutesToMs } from '../hours.ts';

/**
 * The rules that two approvers may waive: thresholds of prudence, each with how far the leave can go. Below that the engine could not
 * run the plan soundly, whoever agrees. A rule that is not here can't be waived: the rollback trigger, blast radius, whatever can't be
 * read or measured, what must rise or widen, and what a word means to customers (`INTERNAL`, an audience that steps back).
 */
const WAIVABLE: Readonly<Partial<Record<RuleId, (broken: Violation) => boolean>>> = {
  // A plan without any stage has nothing to observe and nothing to go back from.
  STAGES_MINIMUM: ({ found }) => Number(found) >= 1,
  INITIAL_MAXIMUM_CRITICAL: () => true,
  FIRST_TARGET_MAXIMUM: () => true,
  // Shorter than a minute nothing is observed: the bound on waiting (row 9) would run out between two polls.
  OBSERVATION_WINDOW_MINIMUM: ({ found }) => hoursToMs(Number(found)) >= minutesToMs(1),
  // The gate waits for the full window all the same (row 11); where that takes long, row 9 may pause it once.
  CRITERION_WINDOW_FITS: () => true,
  // Coming again after a rollback needs an approver in any case.
  COOLDOWN_MINIMUM: () => true,
};

/** Items of the preflight that can be asked for in a waiver like a rule. */
export const WAIVABLE_PREFLIGHT = ['PREFLIGHT_BASELINE', 'PREFLIGHT_INCIDENTS', 'PREFLIGHT_ATTESTATIONS'] as const;

export const WAIVABLE_RULES: readonly string[] = [...Object.keys(WAIVABLE), ...WAIVABLE_PREFLIGHT];

export function isPreflightItem(rule: string): boolean {
  return WAIVABLE_PREFLIGHT.some((item) => item === rule);
}

/** Whether a waiver can help against this violation at all. */
export function isWaivable(broken: Violation): boolean {
  return WAIVABLE[broken.rule]?.(broken) ?? false;
}
