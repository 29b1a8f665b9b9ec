import { describe, expect, test } from 'vitest';
import { mostMeanBehind, poissonAtLeast } from '../../../src/domain/statistics/poissonBound.ts';

describe('the largest mean behind a count', () => {
  /** Half the 95 % quantile of χ² with 2(n + 1) degrees of freedom, from tables. */
  test.for([
    [0, 2.9957],
    [1, 4.7439],
    [2, 6.2958],
    [5, 10.513],
    [10, 16.9622],
    [50, 63.287],
  ] as const)('of %i is %f', ([count, mean]) => {
    expect(mostMeanBehind(count)).toBeCloseTo(mean, 3);
  });

  test('rises with the count and is finite up to the most that is asked', () => {
    const means = Array.from({ length: 401 }, (_, count) => mostMeanBehind(count));
    for (const [count, mean] of means.entries()) {
      expect(mean).toBeGreaterThan(count);
      expect(mean).toBeGreaterThan(means[count - 1] ?? 0);
    }
  });

  test('is that at which so few are a surprise of one in twenty', () => {
    for (const count of [0, 3, 40]) expect(1 - poissonAtLeast(mostMeanBehind(count), count + 1)).toBeCloseTo(0.05, 9);
    expect(poissonAtLeast(3, 0)).toBe(1);
    expect(poissonAtLeast(3, 1)).toBeCloseTo(1 - Math.exp(-3), 12);
  });
});
