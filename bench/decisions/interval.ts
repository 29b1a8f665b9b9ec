import { type Random, randomOf } from '../../src/domain/simulation/random.ts';
import type { Estimate } from '../../src/domain/statistics/shareEstimate.ts';
import { percentile } from '../support/percentile.ts';

const RESAMPLES = 1000;

/** What is worked out of runs, with the interval of the bootstrap's percentiles: as many runs, drawn from them with repetition. */
export function bootstrapped(seed: string, runs: number, statistic: (chosen: Int32Array) => number): Estimate {
  const random = randomOf(seed);
  const values = Array.from({ length: RESAMPLES }, () => statistic(resampled(runs, random)));
  return {
    value: statistic(Int32Array.from({ length: runs }, (_, run) => run)),
    low: percentile(values, 0.025),
    high: percentile(values, 0.975),
  };
}

function resampled(runs: number, random: Random): Int32Array {
  const chosen = new Int32Array(runs);
  for (let i = 0; i < runs; i += 1) chosen[i] = Math.floor(random() * runs);
  return chosen;
}
