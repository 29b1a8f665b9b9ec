import { COARSE, FAULTY, HEALTHY, OUTAGES } from './cells.ts';
import { multiplier } from './confidenceSequence.ts';
import type { Verdict } from './requirements.ts';
import type { Results } from './results.ts';
import { faultyTable, healthyTable, ratioTable, verdictTable } from './tables.ts';

/** The multiples of the standard error that the bound has to have, known to two places. */
const EXPECTED: ReadonlyArray<readonly [n: number, z: number]> = [
  [100, 6.61],
  [500, 3.68],
  [1000, 3.15],
  [5000, 2.78],
  [20_000, 2.87],
  [100_000, 3.09],
];

export function multiplierCheck(): string {
  const parts = EXPECTED.map(([n, z]) => `${multiplier(n).toFixed(3)} (${z}) at ${n.toLocaleString('en')}`);
  const agrees = EXPECTED.every(([n, z]) => Math.abs(multiplier(n) - z) <= 0.005);
  return `The confidence sequence's multipliers of the standard error, expected ones in brackets: ${parts.join(', ')}; they ${agrees ? 'agree' : 'DO NOT AGREE'}.`;
}

/** `docs/decision-quality.md`, but for the chart. */
export function documentOf(results: Results, verdicts: readonly Verdict[]): string {
  const runs = results.runs.toLocaleString('en');
  const requests = FAULTY[0]?.requests;
  const coarse = COARSE[0]?.requests;
  const unmet = verdicts.filter(({ met }) => !met).length;
  return `# Decision quality

How often healthy releases are rolled back, and how soon faulty ones are: by Sluice, and by small stand-ins of what else is in use. Written by
\`npm run bench -- decisions\`, not by hand: ${runs} simulated releases a row, seed \`${results.seed}\`, on which no choice was made. All
methods look at the same polls, and none is set differently from one row to the next. ${unmet === 0 ? 'All limits are met.' : `${unmet} of ${verdicts.length} limits are not met.`}

![False alarms of each method, and the time to detection against a confidence sequence](decision-quality.svg)

## What must hold
One criterion with the whole α of 0.05, no margin. Clustered rows with φ from history, the others with φ = 1. Never rolled back counts as infinitely long;
runs rolled back before the fault are left out of a method's times. Intervals are Wilson's for shares, of 1,000 bootstrap samples otherwise.

${verdictTable(verdicts)}

## Healthy releases
Rolled back within 1,000 looks. Single users unless clusters are named; in these whoever is hit fails with every request.

${healthyTable(results)}

- Clustered requests counted as if they were single ones are worthless as evidence (φ = 1 in the clustered rows): the guarantee is about users. Count
  users hit where such a metric exists; where none does, φ is not optional.
- The fixed limits' figures are those of their traffic: with more requests in a window they roll back less. At ${HEALTHY[0]?.requests} requests a poll
  and 5 % they are quiet, at 1 % most are no longer.

## Faulty releases
Median requests of the treatment from the beginning of the fault until the rollback. Those of a method that rolls back healthy releases too (above,
"${requests} requests a poll") are no merit: it would have gone off anyway.

${faultyTable(results)}

## What is not good
As shares of the confidence sequence's figures, ${requests} requests an arm and poll unless said otherwise; above 1 it is slower.

${ratioTable(results)}

- **Small changes**: a rise by half or a doubling of a low rate takes as long as, or longer than, by the confidence sequence. The bets on large rises cost that much.
- **90→95 %**: slower, because evidence is bet on odds; where nearly everything fails already, look at the good ones.
- **The slow tenth** (p90) comes off worse than the median: the mass on the right odds ratio has to make up for a bad beginning.
- **Two criteria** share one α, so each needs twice the evidence.
- **φ from history** is at least 1.2 where single users would need none (1 + 2/√72 from a day of windows): that is what not counting users costs.
- **Large polls**: in polls that hold most of a detection's requests all wait for the same poll's end, and the ratio goes to 1, or above. The limits are judged in polls
  of ${requests} requests, a size that was chosen after trials on other seeds; in polls of ${coarse} (last column) 50→75 % would miss its 0.7, and 20→30 % would just meet its 0.75.
- **After a healthy past** the ratio depends on its length: epochs keep Sluice's time nearly as it is, the confidence sequence's grows with all that was seen before.
- **Right after the beginning** the confidence sequence is asymptotic and has no guarantee at low counts; Sluice's holds from the first poll.

## How it is measured
A poll each 15 s; both arms have as many requests: ${HEALTHY[0]?.requests} a poll where healthy (${HEALTHY[3]?.requests?.toLocaleString('en')} at a base of 0.01 %, so that
events happen), ${requests} where faulty, ${OUTAGES[0]?.requests} in outages. An outage fails every request of the treatment.
Daily cycle: requests rise and fall by half. Wandering base: its logarithm by 0.3, with a memory of two hours. Sessions of 12: a user's requests are scattered
over 12 polls. φ: \`dispersionOf\` on a simulated day of the whole service, in windows of 10 minutes, another day in each run.

- **Sluice**: the sequential comparison, an epoch each hour, and the rule for outages; either rolls back.
- **Confidence sequence**: the one-sided asymptotic one of arXiv 2103.06476, eq. 134, α 0.05, tuned at n = 5,000, of the difference of both arms' shares; n counts
  the requests of both arms. ${multiplierCheck()}
- **Threshold each poll**: the share of bad requests of the last 5 minutes, above 1.5 times the usual one, which is known exactly.
- **Argo Rollouts**: the same limit measured every 5 minutes over 5 minutes; rolled back when failures exceed \`failureLimit\` 3, never reset.
- **Flagger**: the same limit every minute over a minute; rolled back at the run after the 10th failed check (\`threshold\` 10), never reset.
- **Mann-Whitney**: shares of 30 polls of each arm, then of the next 30; rolled back where the treatment's are higher at p ≤ 0.02, two-sided.
- **No data**: whole controllers in a simulated installation lose their data at five moments of a healthy release, in eight ways (target
  gone, no series, no label, NaN, infinite, no traffic, stale, its clock behind), for 12 hours, judged by windows and by counts; behind each they fare well, or all fail.
`;
}
