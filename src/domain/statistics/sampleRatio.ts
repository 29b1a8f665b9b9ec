import { logGamma } from './logGamma.ts';
import { logSumExp } from './logSumExp.ts';

/** How many units were seen in one place of a split, and which share was intended; the shares add up to 1. */
export type SplitCount = { readonly count: number; readonly share: number };

/** k, the weight of the prior that is centred on the intended shares. */
const CONCENTRATION = 1000;
/** ln 1/α, α = .01. */
export const LOG_MISMATCH = Math.log(100);

/**
 * ln of the Bayes factor of some other split against the intended one, of all units of a stage so far. It may be looked at
 * after every poll. Lindon and Malek 2022, "Anytime-Valid Inference For Multinomial Count Data": Dirichlet prior, k = 1,000.
 *
 * @param split shares above 0; counts of distinct units, or of requests where there are none
 */
export function logSampleRatioBayesFactor(split: readonly SplitCount[]): number {
  const n = split.reduce((sum, { count }) => sum + count, 0);
  return split.reduce(
    (log, { count, share }) => {
      const prior = CONCENTRATION * share;
      return log + logGamma(prior + count) - logGamma(prior) - count * Math.log(share);
    },
    logGamma(CONCENTRATION) - logGamma(CONCENTRATION + n),
  );
}

/**
 * The mean of the stages' Bayes factors, as a logarithm; null without a stage.
 *
 * @param logBayesFactors of every stage that the plan has, 0 for those that are yet to come
 */
export function averageLogBayesFactor(logBayesFactors: readonly number[]): number | null {
  if (logBayesFactors.length === 0) return null;
  return logSumExp(logBayesFactors) - Math.log(logBayesFactors.length);
}

/** BF ≥ 1/α: who gets the feature is not who should. */
export function isSampleRatioMismatch(logBayesFactor: number): boolean {
  return logBayesFactor >= LOG_MISMATCH;
}
