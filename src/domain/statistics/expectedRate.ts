import type { ArmCounts } from './armCounts.ts';

/** Requests without a bad one that the first estimate begins with, so that a few requests say little. */
const PRIOR_TOTAL = 20;

/** ph = B/(N + 20), the share of bad ones that the next poll of an arm is expected to show, from all before it. */
export function expectedRate(earlier: ArmCounts): number {
  return earlier.bad / (earlier.total + PRIOR_TOTAL);
}
