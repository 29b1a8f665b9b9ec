import { describe, expect, test } from 'vitest';
import { type ClusterSize, clusterSizes } from '../../bench/decisions/clusterSize.ts';
import { poisson } from '../../bench/decisions/draws.ts';
import { binomial } from '../../src/domain/simulation/binomial.ts';
import { randomOf, xoshiro128 } from '../../src/domain/simulation/random.ts';

const DRAWS = 200_000;

/** How many standard errors mean and variance are away from the wanted ones. */
function deviations(draw: () => number, mean: number, variance: number) {
  const values = Array.from({ length: DRAWS }, draw);
  const measuredMean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
  const squares = values.map((value) => (value - mean) ** 2);
  const measuredVariance = squares.reduce((sum, square) => sum + square, 0) / DRAWS;
  const ofSquares = squares.reduce((sum, square) => sum + (square - measuredVariance) ** 2, 0) / DRAWS;
  return {
    mean: Math.abs(measuredMean - mean) / Math.sqrt(variance / DRAWS),
    variance: Math.abs(measuredVariance - variance) / Math.sqrt(ofSquares / DRAWS),
  };
}

describe('chance', () => {
  test('is xoshiro128**', () => {
    const next = xoshiro128(1, 2, 3, 4);
    expect([next(), next(), next(), next()]).toStrictEqual([11_520, 0, 5_927_040, 70_819_200]);
  });

  test('is the same of the same seed, and another of another', () => {
    const [one, same, other] = ['cell/1', 'cell/1', 'cell/2'].map(randomOf);
    const first = one?.();
    expect(same?.()).toBe(first);
    expect(other?.()).not.toBe(first);
  });

  test.for([
    [20, 0.05],
    [10, 0.9],
    [100, 0.05],
    [1000, 0.0001],
    [200, 0.05],
    [1000, 0.5],
    [1000, 0.95],
  ])('draws binomials: %i of %f', ([n = 0, p = 0]) => {
    const random = randomOf(`binomial ${n} ${p}`);
    const { mean, variance } = deviations(() => binomial(n, p, random), n * p, n * p * (1 - p));
    expect(mean).toBeLessThan(4);
    expect(variance).toBeLessThan(4);
  });

  test('draws no binomials where there is nothing to draw', () => {
    const random = randomOf('none');
    expect([binomial(0, 0.5, random), binomial(7, 0, random), binomial(7, 1, random)]).toStrictEqual([0, 0, 7]);
  });

  test.for([0.1, 3, 9.99, 10, 40, 400])('draws Poisson numbers: %f', (wanted) => {
    const random = randomOf(`poisson ${wanted}`);
    const { mean, variance } = deviations(() => poisson(wanted, random), wanted, wanted);
    expect(mean).toBeLessThan(4);
    expect(variance).toBeLessThan(4);
  });

  test('draws geometric clusters: mean 5, variance 20', () => {
    const { mean, variance } = deviations(clusterSizes('geometric', randomOf('geometric')), 5, 20);
    expect(mean).toBeLessThan(4);
    expect(variance).toBeLessThan(4);
  });

  test('draws log-normal clusters: mean about 5, bursts of about 5 exp(σ²), 21', () => {
    const draw = clusterSizes('logNormal', randomOf('log-normal'));
    const sizes = Array.from({ length: DRAWS }, draw);
    const sum = sizes.reduce((all, size) => all + size, 0);
    expect(sum / DRAWS).toBeGreaterThan(5);
    expect(sum / DRAWS).toBeLessThan(5.2);
    const burst = sizes.reduce((all, size) => all + size ** 2, 0) / sum;
    expect(burst).toBeGreaterThan(20);
    expect(burst).toBeLessThan(23);
  });

  test.for<ClusterSize>(['geometric', 'logNormal', 'constant'])('draws no empty cluster: %s', (size) => {
    const draw = clusterSizes(size, randomOf(size));
    const sizes = Array.from({ length: 10_000 }, draw);
    expect(Math.min(...sizes)).toBe(size === 'constant' ? 20 : 1);
  });
});
