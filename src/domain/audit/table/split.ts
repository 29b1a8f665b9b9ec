import type { SplitStratum } from '../../health/sampleRatio.ts';

const BUCKETS = 100_000;
const WEIGHT = 1000;

/** Control is as many buckets as treatment, as far as there are. */
export function treatmentShare(threshold: number): number {
  const control = Math.min(threshold, BUCKETS - threshold);
  return threshold / (threshold + control);
}

/**
 * ln of the Bayes factor of Lindon and Malek (2022) against the split that was meant: Dirichlet prior of weight 1,000, two cohorts;
 * strata of a stage one after the other, and the mean over the plan's stages.
 */
export function logMismatchOf(strata: readonly SplitStratum[], stageIds: readonly string[]): number {
  const logs = stageIds.map((stageId) =>
    strata.filter((stratum) => stratum.stageId === stageId).reduce((log, stratum) => log + ofStratum(stratum), 0),
  );
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / logs.length);
}

function ofStratum({ threshold, treatment, control }: SplitStratum): number {
  const share = treatmentShare(threshold);
  const prior = [WEIGHT * share, WEIGHT * (1 - share)] as const;
  const seen = logBeta(prior[0] + treatment, prior[1] + control) - logBeta(...prior);
  return seen - treatment * Math.log(share) - control * Math.log(1 - share);
}

const logBeta = (a: number, b: number) => logFactorialBefore(a) + logFactorialBefore(b) - logFactorialBefore(a + b);

/** ln Γ by Stirling's series, from where it is exact to the last digits. */
function logFactorialBefore(x: number): number {
  if (x < 16) return logFactorialBefore(x + 1) - Math.log(x);
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5) - 1 / (1680 * x ** 7);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
