import type { PollCounts } from './armCounts.ts';

const LEAST_REQUESTS = 20;
const LEAST_BAD_SHARE = 0.5;

/**
 * Whether treatment was out in this poll and control was not: at least half of at least 20 requests bad, and of control's at most
 * half of that share. Plain to see, so it need not wait for evidence; two polls running take a release back.
 */
export function isOutage({ treatment, control }: PollCounts): boolean {
  if (treatment.total < LEAST_REQUESTS || control.total < LEAST_REQUESTS) return false;
  const share = treatment.bad / treatment.total;
  return share >= LEAST_BAD_SHARE && control.bad / control.total <= share / 2;
}
