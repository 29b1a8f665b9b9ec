import type { ArmCounts } from '../../src/domain/statistics/armCounts.ts';

/** The share of bad requests of an arm over its last polls, as a query `[5m]` would tell it; 0 without requests. */
export function recentShare(polls: number): (counts: ArmCounts) => number {
  const totals = new Float64Array(polls);
  const bads = new Float64Array(polls);
  let [next, total, bad] = [0, 0, 0];
  return (counts) => {
    total += counts.total - (totals[next] ?? 0);
    bad += counts.bad - (bads[next] ?? 0);
    totals[next] = counts.total;
    bads[next] = counts.bad;
    next = (next + 1) % polls;
    return total === 0 ? 0 : bad / total;
  };
}
