import { normalTail } from './normalTail.ts';
import { type RankedSamples, type TieGroup, uStatistic } from './ranks.ts';

/** Above it the counts of ways are no longer whole numbers, C(50, 25) < 2^53, and the normal approximation is good. */
const MOST_EXACT = 50;

/** Whether `exactPValue` can be asked. */
export function isExactlyCountable({ treatmentSize, controlSize }: RankedSamples): boolean {
  return treatmentSize + controlSize <= MOST_EXACT;
}

/**
 * Two-sided p: twice the smaller tail among all ways to draw the treatment's values from both samples. The ties stay as
 * they are, so that they need no approximation.
 */
export function exactPValue({ groups, treatmentSize, doubledRankSum }: RankedSamples): number {
  let below = 0;
  let above = 0;
  let all = 0;
  for (const [doubledSum, ways] of waysByDoubledSum(groups, treatmentSize).entries()) {
    all += ways;
    if (doubledSum <= doubledRankSum) below += ways;
    if (doubledSum >= doubledRankSum) above += ways;
  }
  return Math.min(1, (2 * Math.min(below, above)) / all);
}

/** Two-sided p by the normal approximation, corrected for ties and continuity. */
export function asymptoticPValue(ranked: RankedSamples): number {
  const { groups, treatmentSize, controlSize } = ranked;
  const n = treatmentSize + controlSize;
  const pairs = treatmentSize * controlSize;
  const ties = groups.reduce((sum, { size }) => sum + size ** 3 - size, 0);
  const variance = (pairs / 12) * (n + 1 - ties / (n * (n - 1)));
  const distance = Math.abs(uStatistic(ranked) - pairs / 2) - 0.5;
  return variance <= 0 || distance <= 0 ? 1 : 2 * normalTail(distance / Math.sqrt(variance));
}

type Ways = readonly number[];

/** In how many ways so many of the values have which doubled sum of ranks, which is the index. */
function waysByDoubledSum(groups: readonly TieGroup[], chosen: number): Ways {
  const highest = groups.reduce((sum, { size, doubledRank }) => sum + size * doubledRank, 0);
  const none: Ways = new Array<number>(highest + 1).fill(0);
  const start = Array.from({ length: chosen + 1 }, (_, count) => (count === 0 ? none.with(0, 1) : none));
  return groups.reduce<readonly Ways[]>(withGroup, start)[chosen] ?? none;
}

/** @param ways by how many are chosen among the groups before this one */
function withGroup(ways: readonly Ways[], { size, doubledRank }: TieGroup): readonly Ways[] {
  return ways.map((of, chosen) => {
    const next = [...of];
    let binomial = 1;
    for (let taken = 1; taken <= Math.min(size, chosen); taken += 1) {
      binomial = (binomial * (size - taken + 1)) / taken;
      addShifted(next, ways[chosen - taken] ?? [], taken * doubledRank, binomial);
    }
    return next;
  });
}

function addShifted(into: number[], from: Ways, shift: number, times: number): void {
  for (let sum = shift; sum < into.length; sum += 1) into[sum] = (into[sum] ?? 0) + times * (from[sum - shift] ?? 0);
}
