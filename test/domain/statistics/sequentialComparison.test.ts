import { describe, expect, test } from 'vitest';
import type { PollCounts } from '../../../src/domain/statistics/armCounts.ts';
import { LOG_WEIGHTS, ODDS_RATIOS } from '../../../src/domain/statistics/mixture.ts';
import { logIncrement } from '../../../src/domain/statistics/oddsIncrement.ts';
import {
  absorbPoll,
  beginComparison,
  logEvidence,
  openEpoch,
  type SequentialComparison,
} from '../../../src/domain/statistics/sequentialComparison.ts';
import { seededChance } from '../../demo/simulatedRelease.ts';
import { binomial } from './binomial.ts';
import { pollOf, REFERENCE } from './sequentialReference.ts';
import { meanOf, simulatedPoll } from './simulatedPolls.ts';

const absorbAll = (from: SequentialComparison, polls: readonly PollCounts[]) =>
  polls.reduce((comparison, poll) => absorbPoll(comparison, poll, 1), from);

describe('a sequential comparison', () => {
  test.for(REFERENCE.series)('is that of the reference: $name', ({ margin, phi, epochs, polls, lnE }) => {
    let comparison = beginComparison(margin);
    polls.forEach((poll, k) => {
      if (k > 0 && epochs.includes(k)) comparison = openEpoch(comparison);
      comparison = absorbPoll(comparison, pollOf(...poll), phi);
      expect(Math.abs(logEvidence(comparison) - (lnE[k] ?? Number.NaN))).toBeLessThan(1e-9);
    });
  });

  test('says nothing before its first poll, however many epochs were opened', () => {
    let comparison = beginComparison(1);
    for (let hour = 0; hour < 1000; hour += 1) {
      expect(logEvidence(comparison)).toBeCloseTo(0, 12);
      comparison = openEpoch(comparison);
    }
  });

  test('goes on from stored JSON as if it had never stopped', () => {
    const polls = Array.from({ length: 20 }, (_, k) => pollOf(k % 3, k % 2, 50, 40));
    const stored = JSON.parse(JSON.stringify(absorbAll(beginComparison(1.5), polls.slice(0, 7))));
    expect(absorbAll(stored, polls.slice(7))).toStrictEqual(absorbAll(beginComparison(1.5), polls));
  });

  test('foretells the rate from earlier polls alone', () => {
    const [first, second] = [pollOf(1, 5, 40, 50), pollOf(4, 1, 40, 50)];
    const after = absorbAll(beginComparison(1), [first, second]);
    const expected = ODDS_RATIOS.map(
      (r, j) =>
        Math.log(0.9) +
        (LOG_WEIGHTS[j] ?? 0) +
        logIncrement(first, 0, 1, r) +
        logIncrement(second, 5 / (50 + 20), 1, r),
    );
    after.logAtoms.forEach((logAtom, j) => {
      expect(logAtom).toBeCloseTo(expected[j] ?? Number.NaN, 12);
    });
  });

  test('keeps its evidence over polls in which an arm has no requests, and learns the rate of the control from them', () => {
    const before = absorbAll(beginComparison(1), [pollOf(3, 1, 50, 50)]);
    const after = absorbPoll(before, pollOf(0, 2, 0, 30), 1);
    expect(after.logAtoms).toStrictEqual(before.logAtoms);
    expect(after.control).toStrictEqual({ total: 80, bad: 3 });
    expect(absorbPoll(before, pollOf(7, 0, 30, 0), 1)).toStrictEqual(before);
  });

  test('counts a burst of φ as one', () => {
    const begun = beginComparison(1);
    const poll = pollOf(5, 1, 50, 50);
    const [plain, divided] = [absorbPoll(begun, poll, 1), absorbPoll(begun, poll, 4)];
    divided.logAtoms.forEach((logAtom, j) => {
      const grown = (plain.logAtoms[j] ?? 0) - (begun.logAtoms[j] ?? 0);
      expect(logAtom - (begun.logAtoms[j] ?? 0)).toBeCloseTo(grown / 4, 12);
    });
  });

  test('sees a late change sooner where epochs were opened', () => {
    const healthy = Array.from({ length: 400 }, () => pollOf(2, 2, 100, 100));
    const broken = Array.from({ length: 20 }, () => pollOf(6, 2, 100, 100));
    const withoutEpochs = absorbAll(beginComparison(1), healthy);
    let withEpochs = beginComparison(1);
    healthy.forEach((poll, k) => {
      if (k > 0 && k % 40 === 0) withEpochs = openEpoch(withEpochs);
      withEpochs = absorbPoll(withEpochs, poll, 1);
    });
    expect(logEvidence(absorbAll(openEpoch(withEpochs), broken))).toBeGreaterThan(Math.log(100));
    expect(logEvidence(absorbAll(withoutEpochs, broken))).toBeLessThan(0);
  });
});

describe('evidence stopped at its first crossing', () => {
  const crosses = (comparison: SequentialComparison, alpha: number) => logEvidence(comparison) >= -Math.log(alpha);

  test.for([
    [0.3, 0.3],
    [0.6, 0.6],
    [0.5, 0.9],
    [0, 1],
    [1, 1],
  ])('has a mean of at most 1, all courses of five polls enumerated: rates %j', ([pt = 0, pc = 0]) => {
    const [treatment, control] = [binomial(2, pt), binomial(1, pc)];
    const meanFrom = (comparison: SequentialComparison, pollsLeft: number): number => {
      if (pollsLeft === 0 || crosses(comparison, 0.5)) return Math.exp(logEvidence(comparison));
      let mean = 0;
      for (const [bt, chanceOfTreatment] of treatment.entries()) {
        for (const [bc, chanceOfControl] of control.entries()) {
          const next = absorbPoll(comparison, pollOf(bt, bc, 2, 1), 1);
          mean += chanceOfTreatment * chanceOfControl * meanFrom(next, pollsLeft - 1);
        }
      }
      return mean;
    };
    expect(meanFrom(beginComparison(1), 5)).toBeLessThanOrEqual(1 + 1e-9);
  });

  const ALPHA = 0.1;
  const RUNS = 3000;

  /** Whose rates wander, and whose shares change half way. */
  function stoppedEvidence(chance: () => number, harm: number): number {
    let comparison = beginComparison(1);
    for (let k = 0; k < 120 && !crosses(comparison, ALPHA); k += 1) {
      if (k > 0 && k % 40 === 0) comparison = openEpoch(comparison);
      const rate = 0.2 + 0.12 * Math.sin(k / 10);
      const total = k < 60 ? 8 : 20;
      const poll = simulatedPoll({ total, rate: harm * rate }, { total: 28 - total, rate }, chance);
      comparison = absorbPoll(comparison, poll, 1);
    }
    return Math.exp(logEvidence(comparison));
  }

  function stopped(harm: number): readonly number[] {
    const chance = seededChance(20_261_121);
    return Array.from({ length: RUNS }, () => stoppedEvidence(chance, harm));
  }

  test('has a mean below 1, and crosses in fewer than α of all runs, where treatment and control are alike', () => {
    const evidence = stopped(1);
    const { mean, standardError } = meanOf(evidence);
    const crossed = evidence.filter((e) => e >= 1 / ALPHA).length / RUNS;
    expect(mean + 3 * standardError).toBeLessThan(1);
    expect(crossed + 3 * Math.sqrt((crossed * (1 - crossed)) / RUNS)).toBeLessThan(ALPHA);
  });

  test('crosses in nearly all where the treatment fails twice as often', () => {
    const crossed = stopped(2).filter((e) => e >= 1 / ALPHA).length / RUNS;
    expect(crossed).toBeGreaterThan(0.95);
  });
});
