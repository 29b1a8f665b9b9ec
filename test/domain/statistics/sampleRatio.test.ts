import { describe, expect, test } from 'vitest';
import { logGamma } from '../../../src/domain/statistics/logGamma.ts';
import {
  averageLogBayesFactor,
  isSampleRatioMismatch,
  logSampleRatioBayesFactor,
} from '../../../src/domain/statistics/sampleRatio.ts';
import { seededChance } from '../../demo/simulatedRelease.ts';
import { REFERENCE } from './sequentialReference.ts';

const split = (counts: readonly number[], shares: readonly number[]) =>
  counts.map((count, i) => ({ count, share: shares[i] ?? Number.NaN }));

describe('sample ratio', () => {
  test.for(REFERENCE.srm)('has the Bayes factor of the reference: $counts of $shares', ({ counts, shares, lnBF }) => {
    expect(Math.abs(logSampleRatioBayesFactor(split(counts, shares)) - lnBF)).toBeLessThan(1e-9);
  });

  test('says nothing of nobody', () => {
    expect(logSampleRatioBayesFactor(split([0, 0], [0.1, 0.9]))).toBeCloseTo(0, 10);
  });

  test('is of a mismatch from a hundred on', () => {
    expect(isSampleRatioMismatch(Math.log(100))).toBe(true);
    expect(isSampleRatioMismatch(Math.log(100) - 1e-9)).toBe(false);
  });

  test('averages the stages, those to come included', () => {
    expect(averageLogBayesFactor([Math.log(8), 0, 0, 0])).toBeCloseTo(Math.log(11 / 4), 12);
    expect(averageLogBayesFactor([2000, -2000])).toBeCloseTo(2000 - Math.log(2), 9);
    expect(averageLogBayesFactor([])).toBeNull();
  });

  test.for([
    [0.1, 0.1, 0, 0.02],
    [0.1, 0.13, 0.95, 1],
  ])(
    'looked at after every unit, a share of %d that is %d is called a mismatch in %d to %d of all stages',
    ([intended = 0, real = 0, atLeast = 0, atMost = 0]) => {
      const chance = seededChance(7);
      let found = 0;
      for (let stage = 0; stage < 100; stage += 1) {
        let treatment = 0;
        for (let unit = 1; unit <= 3000; unit += 1) {
          if (chance() < real) treatment += 1;
          if (unit % 10 > 0) continue;
          const log = logSampleRatioBayesFactor(split([treatment, unit - treatment], [intended, 1 - intended]));
          if (!isSampleRatioMismatch(log)) continue;
          found += 1;
          break;
        }
      }
      expect(found / 100).toBeGreaterThanOrEqual(atLeast);
      expect(found / 100).toBeLessThanOrEqual(atMost);
    },
  );
});

describe('ln Γ', () => {
  test('is ln (n − 1)! at whole numbers', () => {
    let factorial = 0;
    for (let n = 1; n <= 2000; n += 1) {
      expect(Math.abs(logGamma(n) - factorial)).toBeLessThan(1e-14 * Math.max(10, factorial * 10));
      factorial += Math.log(n);
    }
  });

  test('is ln √π at one half, and reflects: Γ(x) Γ(1 − x) = π / sin πx', () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 14);
    for (const x of [1e-9, 0.01, 0.1, 0.25, 0.4]) {
      const both = logGamma(x) + logGamma(1 - x);
      expect(Math.abs(both - Math.log(Math.PI / Math.sin(Math.PI * x)))).toBeLessThan(1e-13);
    }
  });
});
