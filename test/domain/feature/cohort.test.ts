import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketOf } from '../../../src/domain/feature/bucketing.ts';
import { cohortOf } from '../../../src/domain/feature/cohort.ts';
import { threshold } from './arbitraries.ts';

const bucket = fc.integer({ min: 0, max: 99_999 });

describe('the cohorts', () => {
  test('are treatment below the threshold, control an equal share at the other end, else rest', () => {
    expect([0, 9999, 10_000, 89_999, 90_000, 99_999].map((at) => cohortOf(10_000, at))).toEqual([
      'treatment',
      'treatment',
      'rest',
      'rest',
      'control',
      'control',
    ]);
    expect([69_999, 70_000, 99_999].map((at) => cohortOf(70_000, at))).toEqual(['treatment', 'control', 'control']);
    expect([0, 99_999].map((at) => cohortOf(0, at))).toEqual(['rest', 'rest']);
    expect([0, 99_999].map((at) => cohortOf(100_000, at))).toEqual(['treatment', 'treatment']);
  });

  test('are of equal size, up to half of everyone: counted over all buckets', () => {
    for (const size of [1, 5000, 33_333, 50_000, 50_001, 99_999]) {
      const counts = { treatment: 0, control: 0, rest: 0 };
      for (let at = 0; at < 100_000; at += 1) counts[cohortOf(size, at)] += 1;
      expect(counts).toEqual({
        treatment: size,
        control: Math.min(size, 100_000 - size),
        rest: 100_000 - size - Math.min(size, 100_000 - size),
      });
    }
  });

  test('are about equal among real units too', () => {
    const counts = { treatment: 0, control: 0, rest: 0 };
    for (let user = 0; user < 100_000; user += 1) counts[cohortOf(20_000, bucketOf('9f2c1d', `user-${user}`))] += 1;
    // Five standard deviations of a share of 20 % in 100,000.
    expect(Math.abs(counts.treatment - 20_000)).toBeLessThan(633);
    expect(Math.abs(counts.control - 20_000)).toBeLessThan(633);
  });

  test('SLU-STICKY: a rising threshold takes nobody out of treatment', () => {
    fc.assert(
      fc.property(threshold, threshold, bucket, (one, other, at) => {
        const [lower, higher] = one < other ? [one, other] : [other, one];
        fc.pre(cohortOf(lower, at) === 'treatment');
        expect(cohortOf(higher, at)).toBe('treatment');
      }),
    );
  });
});
