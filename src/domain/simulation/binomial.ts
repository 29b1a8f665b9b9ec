import { logGamma } from '../statistics/logGamma.ts';
import type { Random } from './random.ts';

/** From this mean on the rejection method of Hörmann takes over, whose time does not grow with the mean. */
const REJECTION_FROM = 10;

/** How many of n things, each taken with probability p. Exact at any size. */
export function binomial(n: number, p: number, random: Random): number {
  if (n === 0 || p <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial(n, 1 - p, random);
  return n * p < REJECTION_FROM ? binomialByInversion(n, p, random) : binomialByRejection(n, p, random);
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
