import type { ArmCounts, PollCounts } from './armCounts.ts';

const LEAST_BAD_SHARE = 0.5;
const LARGEST_CONTROL_RATIO = 0.5;
/** In each arm: with fewer, half of them bad is no outage yet. */
const LEAST_REQUESTS = 20;
/** Polls running that roll back. One alone may be a restart. */
export const OUTAGE_POLLS = 2;

/**
 * Whether a poll shows an outage of the treatment alone: at least half of its requests bad, the control's share of bad ones at most
 * half of the treatment's, at least 20 requests in each arm. It stands beside the evidence, which is divided by φ and weighed with
 * others: what is broken altogether is broken at any φ.
 */
export function showsOutage({ treatment, control }: PollCounts): boolean {
  if (treatment.total < LEAST_REQUESTS || control.total < LEAST_REQUESTS) return false;
  const treatmentShare = badShare(treatment);
  return treatmentShare >= LEAST_BAD_SHARE && badShare(control) <= LARGEST_CONTROL_RATIO * treatmentShare;
}

const badShare = ({ total, bad }: ArmCounts) => bad / total;
