import type { Random } from '../../src/domain/simulation/random.ts';
import { logGamma } from '../../src/domain/statistics/logGamma.ts';

/** From this mean on the rejection method of Hörmann takes over, whose time does not grow with the mean. */
const REJECTION_FROM = 10;

/** Box and Muller's; the second of the two is thrown away. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}

export function poisson(mean: number, random: Random): number {
  return mean < REJECTION_FROM ? poissonByInversion(mean, random) : poissonByRejection(mean, random);
}

function poissonByInversion(mean: number, random: Random): number {
  let left = random();
  let chance = Math.exp(-mean);
  let k = 0;
  // The bound is for the last rounding of the sum alone: beyond it there is less than 2^-60.
  while (left > chance && k < 100) {
    left -= chance;
    k += 1;
    chance *= mean / k;
  }
  return k;
}

/** PTRS of Hörmann 1993, "The transformed rejection method for generating Poisson random variables". */
function poissonByRejection(mean: number, random: Random): number {
  const logMean = Math.log(mean);
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const quick = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = random() - 0.5;
    const v = random();
    const edge = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= quick) return k;
    if (k < 0 || (edge < 0.013 && v > edge)) continue;
    const bound = k * logMean - mean - logGamma(k + 1);
    if (Math.log((v * inverseAlpha) / (a / (edge * edge) + b)) <= bound) return k;
  }
}
