import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exchangeArms, type PollCounts } from '../../../src/domain/statistics/armCounts.ts';
import {
  absorbIntoRelativeRisk,
  beginRelativeRisk,
  openRelativeRiskEpoch,
  relativeRiskBounds,
} from '../../../src/domain/statistics/relativeRisk.ts';
import {
  absorbPoll,
  beginComparison,
  logEvidence,
  openEpoch,
} from '../../../src/domain/statistics/sequentialComparison.ts';
import { seededChance } from '../../demo/simulatedRelease.ts';
import { pollOf } from './sequentialReference.ts';
import { simulatedPoll } from './simulatedPolls.ts';

const ALPHA = 0.05;
const EPOCH_POLLS = 10;
const absorbed = (polls: readonly PollCounts[], from = beginRelativeRisk()) =>
  polls.reduce((risk, poll) => absorbIntoRelativeRisk(risk, poll, 1, ALPHA), from);

const counts = fc.tuple(fc.nat(12), fc.nat(6), fc.integer({ min: 12, max: 40 }), fc.integer({ min: 6, max: 40 }));
const someCounts = fc.array(counts, { maxLength: 40 });
const grid = (octaves: number) => Array.from({ length: 8 * octaves + 1 }, (_, i) => 2 ** (i / 8 - 2));

/** The largest margin of the grid at which a comparison of its own ever reached 1/α. */
function largestRejected(polls: readonly PollCounts[], phi: number, octaves: number): number | null {
  const isRejected = (margin: number) => {
    let comparison = beginComparison(margin);
    return polls.some((poll, k) => {
      if (k > 0 && k % EPOCH_POLLS === 0) comparison = openEpoch(comparison);
      comparison = absorbPoll(comparison, poll, phi);
      return logEvidence(comparison) >= -Math.log(ALPHA);
    });
  };
  return grid(octaves).findLast(isRejected) ?? null;
}

function expectDuality(polls: readonly PollCounts[], phi: number): void {
  let risk = beginRelativeRisk();
  polls.forEach((poll, k) => {
    if (k > 0 && k % EPOCH_POLLS === 0) risk = openRelativeRiskEpoch(risk);
    risk = absorbIntoRelativeRisk(risk, poll, phi, ALPHA);
  });
  const { lower, upper } = relativeRiskBounds(risk);
  const inverse = largestRejected(polls.map(exchangeArms), phi, 3);
  expect(lower).toBe(largestRejected(polls, phi, 4));
  expect(upper).toBe(inverse === null ? null : 1 / inverse);
}

describe('the bounds of the relative risk', () => {
  test('are where a comparison with that margin would fail, and no further: test and bound are dual', () => {
    fc.assert(
      fc.property(someCounts, fc.constantFrom(1, 2.5), (all, phi) => {
        expectDuality(
          all.map((one) => pollOf(...one)),
          phi,
        );
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  test.for([1, 1.5, 4])('are dual where harm begins late, which epochs see sooner, with φ = %d', (phi) => {
    const healthy = Array.from({ length: 200 }, () => pollOf(3, 3, 60, 60));
    for (const late of [15, 30, 60]) {
      expectDuality([...healthy, ...Array.from({ length: late }, () => pollOf(12, 3, 60, 60))], phi);
      expectDuality([...healthy, ...Array.from({ length: late }, () => pollOf(3, 12, 60, 60))], phi);
    }
  });

  test('never widen', () => {
    fc.assert(
      fc.property(someCounts, (all) => {
        let risk = beginRelativeRisk();
        for (const one of all) {
          const before = relativeRiskBounds(risk);
          risk = absorbIntoRelativeRisk(risk, pollOf(...one), 1, ALPHA);
          const after = relativeRiskBounds(risk);
          expect(after.lower ?? 0).toBeGreaterThanOrEqual(before.lower ?? 0);
          expect(after.upper ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(before.upper ?? Number.POSITIVE_INFINITY);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('rule nothing out before there is anything to know', () => {
    expect(relativeRiskBounds(beginRelativeRisk())).toStrictEqual({ lower: null, upper: null });
    expect(relativeRiskBounds(absorbed([pollOf(0, 0, 0, 0), pollOf(5, 0, 10, 0)]))).toStrictEqual({
      lower: null,
      upper: null,
    });
  });

  test('reach the ends of the grid and stay there', () => {
    const outage = Array.from({ length: 50 }, () => pollOf(100, 1, 100, 100));
    const worse = absorbed(outage);
    expect(relativeRiskBounds(worse)).toStrictEqual({ lower: 4, upper: null });
    expect(worse.lower.logAtoms).toStrictEqual([]);
    const better = absorbed(outage.map(exchangeArms));
    expect(relativeRiskBounds(better)).toStrictEqual({ lower: null, upper: 0.5 });
    expect(relativeRiskBounds(absorbed(outage, absorbed(outage)))).toStrictEqual({ lower: 4, upper: null });
  });

  test('go on from stored JSON as if they had never stopped, in fewer numbers than they began with', () => {
    const chance = seededChance(3);
    const polls = Array.from({ length: 60 }, () =>
      simulatedPoll({ total: 200, rate: 0.05 }, { total: 200, rate: 0.05 }, chance),
    );
    const half = absorbed(polls.slice(0, 30));
    const stored = JSON.parse(JSON.stringify(half));
    expect(absorbed(polls.slice(30), stored)).toStrictEqual(absorbed(polls));
    expect(half.lower.logAtoms.length).toBeLessThan(beginRelativeRisk().lower.logAtoms.length);
  });

  test.for([0.7, 1, 2])('hold what is true at all times, and come near to it: %d', (truth) => {
    const chance = seededChance(Math.round(truth * 100));
    const RUNS = 60;
    let missed = 0;
    let near = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const polls = Array.from({ length: 100 }, () =>
        simulatedPoll({ total: 100, rate: 0.1 * truth }, { total: 100, rate: 0.1 }, chance),
      );
      const { lower, upper } = relativeRiskBounds(absorbed(polls));
      if ((lower ?? 0) > truth || (upper ?? 9) < truth) missed += 1;
      if ((lower ?? 0) > truth / 1.6 && (upper ?? 9) < truth * 1.6) near += 1;
    }
    expect(missed / RUNS).toBeLessThanOrEqual(2 * ALPHA);
    expect(near / RUNS).toBeGreaterThan(0.9);
  });
});
