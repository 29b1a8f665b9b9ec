import { medianDifference } from './medianDifference.ts';
import { asymptoticPValue, exactPValue, isExactlyCountable } from './rankSumTest.ts';
import { rankTogether, uStatistic } from './ranks.ts';

export type MannWhitney = {
  /** U of the treatment: pairs in which its value is the larger, ties counting half. */
  readonly u: number;
  /** U/(n_t n_c), the probability that a value of the treatment is larger than one of the control: the CLES. */
  readonly probabilityLarger: number;
  /** Hodges and Lehmann's estimate of how far the treatment lies above the control: the median of all differences. */
  readonly shift: number;
  /** Two-sided, of "both are alike". */
  readonly pValue: number;
  readonly method: 'exact' | 'asymptotic';
};

/** Mann and Whitney's comparison of two samples, finite and not empty. Meant to be looked at once, not at every poll. */
export function mannWhitney(treatment: readonly number[], control: readonly number[]): MannWhitney {
  const ranked = rankTogether(treatment, control);
  const u = uStatistic(ranked);
  const isExact = isExactlyCountable(ranked);
  return {
    u,
    probabilityLarger: u / (treatment.length * control.length),
    shift: medianDifference(treatment, control),
    pValue: isExact ? exactPValue(ranked) : asymptoticPValue(ranked),
    method: isExact ? 'exact' : 'asymptotic',
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
