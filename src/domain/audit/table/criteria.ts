import type { Verdict } from '../../health/verdict.ts';
import type { Poll } from '../../rollout/poll.ts';

/** What is not applicable, an alert or a dry run counts nowhere in the table. */
export const counts = ({ reason, severity, dryRun }: Verdict) =>
  !(reason === 'notApplicable' || severity === 'alert' || dryRun);

const timesInARow = (poll: Poll, { key }: Verdict) => poll.counts[key] ?? 0;

/** Of the last so many polls that said anything; the string may be longer than the criterion looks back. */
const timesOfLast = ({ history }: Poll, key: string, ofLast: number) =>
  (history[key] ?? '').slice(-ofLast).replaceAll(/[^1]/g, '').length;

function longEnough(poll: Poll, verdict: Verdict): boolean {
  const { polls, key } = verdict;
  if (polls === null) return timesInARow(poll, verdict) >= verdict.consecutive;
  return timesOfLast(poll, key, polls.ofLast) >= polls.atLeast;
}

/** Now, and often enough. */
export const hasFailedForCount = (poll: Poll, verdict: Verdict) =>
  verdict.outcome === 'fail' && longEnough(poll, verdict);

/** Triggers of this severity that have failed for their count, in their order. */
export const failedTriggers = (poll: Poll | null, severity: Verdict['severity']): readonly Verdict[] =>
  (poll?.verdicts ?? []).filter(
    (verdict) => poll !== null && verdict.severity === severity && counts(verdict) && hasFailedForCount(poll, verdict),
  );

export const successCriteria = (poll: Poll) => poll.verdicts.filter(({ role }) => role === 'success');

export const hasPassed = (poll: Poll, verdict: Verdict) => verdict.outcome === 'pass' && longEnough(poll, verdict);

/** Polls with all success criteria passing by polls with data; null where no poll had data. */
export function healthIn(poll: Poll): number | null {
  let passing = 0;
  let withData = 0;
  for (const slice of poll.health) {
    passing += slice.passing;
    withData += slice.withData;
  }
  return withData === 0 ? null : passing / withData;
}
