import type { ArmCounts, PollCounts } from './armCounts.ts';

const LEAST_BAD_SHARE = 0.5;
const LARGEST_CONTROL_RATIO = 0.5;
/** In each arm: with fewer, half of them bad is no outage yet. */
const LEAST_REQUESTS = 20;
const POLLS_RUNNING = 2;

/**
 * How many polls running, this one included, showed an outage of the treatment alone: at least half of its requests bad, the
 * control's share of bad ones at most half of the treatment's, at least 20 requests in each arm. Any other poll begins anew at 0.
 * It stands beside the evidence, for counts that were divided by a large φ: what is broken altogether is broken at any φ.
 *
 * @param before the number after the poll before; 0 at the start
 */
export function outagePolls(before: number, poll: PollCounts): number {
  return showsOutage(poll) ? before + 1 : 0;
}

/** Whether so many polls running roll back. One alone may be a restart. */
export function isOutage(polls: number): boolean {
  return polls >= POLLS_RUNNING;
}

function showsOutage({ treatment, control }: PollCounts): boolean {
  if (treatment.total < LEAST_REQUESTS || control.total < LEAST_REQUESTS) return false;
  const treatmentShare = badShare(treatment);
  return treatmentShare >= LEAST_BAD_SHARE && badShare(control) <= LARGEST_CONTROL_RATIO * treatmentShare;
}

const badShare = ({ total, bad }: ArmCounts) => bad / total;
