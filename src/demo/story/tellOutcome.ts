import type { Outcome } from './outcome.ts';
import type { Screen } from './screen.ts';
import { secondsBetween } from './words.ts';

/** The end of a story, in plain words. */
export function tellOutcome(outcome: Outcome, screen: Screen, nowMs: number): void {
  const { wedgeState, detectedAtMs, lastMetAtMs } = outcome;
  if (detectedAtMs !== null)
    screen.happened(detectedAtMs, 'SEEN: the trigger has failed three polls running; Sluice takes it back');
  if (detectedAtMs !== null && lastMetAtMs !== null) {
    screen.happened(lastMetAtMs, 'WITHDRAWN: the last request that was answered with the new variant');
  }
  screen.happened(
    nowMs,
    `the rollout is ${wedgeState}${wedgeState === outcome.expected ? '' : `, and had to be ${outcome.expected}`}`,
  );
  for (const line of summaryOf(outcome)) screen.say(`  ${line}`);
}

function summaryOf(outcome: Outcome): readonly string[] {
  const { exactness, largestPercentage, failedLookups } = outcome;
  return [
    ...timesOf(outcome),
    `met by ${exactness.met} users; the salt says ${exactness.expected} lie below ${largestPercentage} %`,
    ...(failedLookups > 0 ? [`${failedLookups} lookups got no answer, and were served the old variant`] : []),
    ...(exactness.discrepancies.length === 0
      ? ["the shop's books and the salt agree exactly, at every exposure"]
      : exactness.discrepancies.map((discrepancy) => `DISAGREE: ${discrepancy}`)),
  ];
}

function timesOf({ faultAtMs, detectedAtMs, lastMetAtMs, hurt }: Outcome): readonly string[] {
  if (faultAtMs === null || detectedAtMs === null || lastMetAtMs === null) return [];
  const whole = secondsBetween(faultAtMs, lastMetAtMs);
  const parts = `${secondsBetween(faultAtMs, detectedAtMs)} to be sure, ${secondsBetween(detectedAtMs, lastMetAtMs)} to withdraw`;
  return [`from fault to withdrawn exposure: ${whole} (${parts}); ${hurt} users had got an error`];
}
