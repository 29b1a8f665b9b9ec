import { percentile } from '../support/percentile.ts';
import { type Random, randomOf } from './random.ts';

/** A measured value with the 95 % interval about it. */
export type Estimate = { readonly value: number; readonly low: number; readonly high: number };

const Z = 1.959964;
const RESAMPLES = 1000;

/** A share, with Wilson's interval. */
export function shareOf(count: number, of: number): Estimate {
  const value = count / of;
  const spread = Z * Math.sqrt((value * (1 - value)) / of + Z ** 2 / (4 * of ** 2));
  const [middle, scale] = [value + Z ** 2 / (2 * of), 1 + Z ** 2 / of];
  return { value, low: Math.max(0, (middle - spread) / scale), high: Math.min(1, (middle + spread) / scale) };
}

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
