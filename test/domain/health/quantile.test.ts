import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Bucket, histogramQuantile } from '../../../src/domain/health/quantile.ts';

const INFINITE = Number.POSITIVE_INFINITY;
const quantile = fc.double({ min: 0.001, max: 0.999, noNaN: true });
const bounds = fc.uniqueArray(fc.double({ min: 0.001, max: 1000, noNaN: true }), { minLength: 1, maxLength: 12 });
const counts = fc.array(fc.nat({ max: 1000 }), { minLength: 13, maxLength: 13 });

/** A histogram of positive bounds with at least one observation. */
const histogram = fc.tuple(bounds, counts).map(([uppers, observed]): readonly Bucket[] => {
  let total = 1;
  return [...uppers, INFINITE]
    .sort((a, b) => a - b)
    .map((upperBound, index) => {
      total += observed[index] ?? 0;
      return { upperBound, count: total };
    });
});

describe('the quantile of a histogram', () => {
  test('lies between nothing and the highest finite bound', () => {
    fc.assert(
      fc.property(quantile, histogram, (q, buckets) => {
        const highest = buckets.at(-2)?.upperBound ?? 0;
        const found = histogramQuantile(q, buckets);
        expect(found).toBeGreaterThanOrEqual(0);
        expect(found).toBeLessThanOrEqual(highest);
      }),
    );
  });

  test('rises with the quantile', () => {
    fc.assert(
      fc.property(quantile, quantile, histogram, (one, other, buckets) => {
        const low = histogramQuantile(Math.min(one, other), buckets) ?? Number.NaN;
        expect(low).toBeLessThanOrEqual(histogramQuantile(Math.max(one, other), buckets) ?? Number.NaN);
      }),
    );
  });

  test('has that share of the observations below it, where they are even inside their bucket', () => {
    const even = [0.1, 0.2, 0.4, INFINITE].map((upperBound) => ({
      upperBound,
      count: Math.min(upperBound, 0.4) * 1000,
    }));
    expect(histogramQuantile(0.25, even)).toBeCloseTo(0.1, 12);
    expect(histogramQuantile(0.5, even)).toBeCloseTo(0.2, 12);
    expect(histogramQuantile(0.75, even)).toBeCloseTo(0.3, 12);
  });

  test('does not depend on the order of the buckets, nor on a bound that stands there twice', () => {
    fc.assert(
      fc.property(quantile, histogram, (q, buckets) => {
        const halves = buckets.flatMap(({ upperBound, count }) => [
          { upperBound, count: count / 2 },
          { upperBound, count: count / 2 },
        ]);
        expect(histogramQuantile(q, halves.reverse())).toBe(histogramQuantile(q, buckets));
      }),
    );
  });

  test('is the bound below where it falls into the infinite bucket, and the lowest bound where that is not positive', () => {
    const beyond = [
      { upperBound: 1, count: 1 },
      { upperBound: INFINITE, count: 100 },
    ];
    expect(histogramQuantile(0.5, beyond)).toBe(1);
    const negative = [
      { upperBound: -2, count: 90 },
      { upperBound: 3, count: 100 },
      { upperBound: INFINITE, count: 100 },
    ];
    expect(histogramQuantile(0.5, negative)).toBe(-2);
    expect(histogramQuantile(0.95, negative)).toBeCloseTo(0.5, 12);
  });

  test('makes counts that fall stay level', () => {
    const falling = [
      { upperBound: 1, count: 10 },
      { upperBound: 2, count: 8 },
      { upperBound: INFINITE, count: 20 },
    ];
    expect(histogramQuantile(0.25, falling)).toBeCloseTo(0.5, 12);
  });

  test.for<readonly Bucket[]>([
    [],
    [{ upperBound: INFINITE, count: 3 }],
    [
      { upperBound: 1, count: 3 },
      { upperBound: 2, count: 3 },
    ],
    [
      { upperBound: 1, count: 0 },
      { upperBound: INFINITE, count: 0 },
    ],
  ])('is nothing where Prometheus says NaN: %j', (buckets) => {
    expect(histogramQuantile(0.5, buckets)).toBeNull();
  });
});
