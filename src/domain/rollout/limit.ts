import type { PollLimit } from '../health/criterion.ts';
import { describeVerdict } from '../health/describeVerdict.ts';
import type { Verdict } from '../health/verdict.ts';
import type { Poll } from './poll.ts';

type Counted = Pick<Poll, 'counts' | 'history'>;

/** Whether a criterion's condition has held as often as it must before it counts: in a row, or in enough of the last polls. */
export function hasReachedLimit(poll: Counted, verdict: Verdict): boolean {
  const { key, polls, consecutive } = verdict;
  if (polls === null) return (poll.counts[key] ?? 0) >= consecutive;
  return heldOfLast(poll, key, polls) >= polls.atLeast;
}

/** In how many of the polls that its limit looks back on the condition held. */
export function heldOfLast({ history }: Pick<Poll, 'history'>, key: string, { ofLast }: PollLimit): number {
  return [...(history[key] ?? '').slice(-ofLast)].filter((held) => held === '1').length;
}

/** A verdict in one line for people, with how often it has been so where its limit looks back. */
export function describeCounted(poll: Counted, verdict: Verdict): string {
  const { key, polls } = verdict;
  if (polls === null) return describeVerdict(verdict);
  const { atLeast, ofLast } = polls;
  return `${describeVerdict(verdict)}, ${heldOfLast(poll, key, polls)} of the last ${ofLast} polls, limit ${atLeast}`;
}
