import { logSumExp } from './logSumExp.ts';

/** One rollback criterion's evidence; the weights v of all criteria together are 1. */
export type WeightedEvidence = { readonly key: string; readonly weight: number; readonly logEvidence: number };

export type CombinedEvidence = {
  /** ln E of E = Σ v e. */
  readonly logEvidence: number;
  /** The criterion that has most of it, the reason of a rollback; of equals the first. */
  readonly leadingKey: string;
  /** How much of E is the leading criterion's, above 0 and at most 1. */
  readonly leadingShare: number;
  /** E ≥ 1/α. */
  readonly fails: boolean;
};

/**
 * All criteria as one e-process: a weighted mean, which needs no independence. A product would, and criteria of one service
 * fail together.
 *
 * @returns null without any criterion
 */
export function combineEvidence(criteria: readonly WeightedEvidence[], alpha: number): CombinedEvidence | null {
  const parts = criteria.map(({ key, weight, logEvidence }) => ({ key, logPart: Math.log(weight) + logEvidence }));
  const [first, ...others] = parts;
  if (first === undefined) return null;
  const leading = others.reduce((most, part) => (part.logPart > most.logPart ? part : most), first);
  const logEvidence = logSumExp(parts.map(({ logPart }) => logPart));
  return {
    logEvidence,
    leadingKey: leading.key,
    leadingShare: Math.exp(leading.logPart - logEvidence),
    fails: logEvidence >= -Math.log(alpha),
  };
}

/**
 * The α that evidence begins with after so many rollbacks within a rollout: half of what the run before had. So all runs of
 * a rollout together roll back a healthy release with a probability below 2α.
 */
export function alphaAfterRollbacks(alpha: number, rollbacks: number): number {
  return alpha / 2 ** rollbacks;
}
