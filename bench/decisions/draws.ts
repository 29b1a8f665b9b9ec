import { logGamma } from '../../src/domain/statistics/logGamma.ts';
import type { Random } from './random.ts';

/** From this mean on the rejection methods of Hörmann take over, whose time does not grow with the mean. */
const REJECTION_FROM = 10;

/** Box and Muller's; the second of the two is thrown away. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}

export function poisson(mean: number, random: Random): number {
  return mean < REJECTION_FROM ? poissonByInversion(mean, random) : poissonByRejection(mean, random);
}

export function binomial(n: number, p: number, random: Random): number {
  if (n === 0 || p <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial(n, 1 - p, random);
  return n * p < REJECTION_FROM ? binomialByInversion(n, p, random) : binomialByRejection(n, p, random);
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

function binomialByInversion(n: number, p: number, random: Random): number {
  const odds = p / (1 - p);
  let left = random();
  let chance = (1 - p) ** n;
  let k = 0;
  while (left > chance && k < n) {
    left -= chance;
    k += 1;
    chance *= (odds * (n - k + 1)) / k;
  }
  return k;
}

/** BTRS of Hörmann 1993, "The generation of binomial random variates". */
function binomialByRejection(n: number, p: number, random: Random): number {
  const deviation = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const alpha = (2.83 + 5.1 / b) * deviation;
  const quick = 0.92 - 4.2 / b;
  const logOdds = Math.log(p / (1 - p));
  const mode = Math.floor((n + 1) * p);
  for (;;) {
    const u = random() - 0.5;
    const v = random();
    const edge = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / edge + b) * u + n * p + 0.5);
    if (edge >= 0.07 && v <= quick) return k;
    if (k < 0 || k > n) continue;
    // ln P(k)/P(mode). Seldom needed, so nothing of it is worked out beforehand.
    const bound = logGammas(n, mode) - logGammas(n, k) + (k - mode) * logOdds;
    if (Math.log((v * alpha) / (a / (edge * edge) + b)) <= bound) return k;
  }
}

const logGammas = (n: number, k: number) => logGamma(k + 1) + logGamma(n - k + 1);
