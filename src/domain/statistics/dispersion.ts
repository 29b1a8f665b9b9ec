import type { ArmCounts } from './armCounts.ts';

export type Dispersion = {
  /** φ ≥ 1: each increment of the evidence is divided by it. */
  readonly phi: number;
  /** K₊, pairs of windows that had bad events. */
  readonly pairsWithEvents: number;
  /** `assumed`: too few events to measure it. */
  readonly source: 'measured' | 'contract' | 'assumed';
};

const LEAST_PAIRS = 10;
const LEAST_ASSUMED_PHI = 10;

type Pair = readonly [ArmCounts, ArmCounts];

/**
 * How much more the service's bad events scatter than single ones would, since they come in bursts of users:
 * φ̂ = Σ(b₁ − s b)² / Σ s(1 − s) b over pairs of neighbouring windows, s = n₁/(n₁ + n₂), b = b₁ + b₂, and
 * φ = max(1, φ̂)(1 + 2/√K₊). Neighbours have the daily cycle in common, so that it cancels out.
 *
 * @param windows one after the other and equally long, at least three sessions each (10 minutes); null where there is no data
 * @param contractPhi what the contract says for a service with too few events; null where it says nothing
 */
export function dispersionOf(windows: ReadonlyArray<ArmCounts | null>, contractPhi: number | null): Dispersion {
  const pairs = neighbours(windows).filter(
    ([one, other]) => one.total > 0 && other.total > 0 && one.bad + other.bad > 0,
  );
  const pairsWithEvents = pairs.length;
  if (pairsWithEvents >= LEAST_PAIRS) return { phi: measured(pairs), pairsWithEvents, source: 'measured' };
  if (contractPhi !== null) return { phi: Math.max(1, contractPhi), pairsWithEvents, source: 'contract' };
  const largestCount = Math.max(0, ...windows.map((window) => window?.bad ?? 0));
  const atLeast = Math.max(LEAST_ASSUMED_PHI, largestCount);
  return { phi: Math.max(atLeast, measured(pairs)), pairsWithEvents, source: 'assumed' };
}

/** Each window is in one pair: the first with the second, the third with the fourth. */
function neighbours(windows: ReadonlyArray<ArmCounts | null>): readonly Pair[] {
  const pairs: Pair[] = [];
  for (let i = 0; i + 1 < windows.length; i += 2) {
    const [one, other] = [windows[i], windows[i + 1]];
    if (one && other) pairs.push([one, other]);
  }
  return pairs;
}

function measured(pairs: readonly Pair[]): number {
  if (pairs.length === 0) return 1;
  let squares = 0;
  let expected = 0;
  for (const [one, other] of pairs) {
    const share = one.total / (one.total + other.total);
    const bad = one.bad + other.bad;
    squares += (one.bad - share * bad) ** 2;
    expected += share * (1 - share) * bad;
  }
  return Math.max(1, squares / expected) * (1 + 2 / Math.sqrt(pairs.length));
}
