import { type ArmCounts, addCounts, NO_COUNTS } from '../../src/domain/statistics/armCounts.ts';
import type { Judge } from './judge.ts';

const ALPHA = 0.05;
const TUNED_AT = 5000;
/** ρ² at which the bound is about the tightest after `TUNED_AT` observations, for a one-sided α (2α in place of α). */
const RHO_SQUARED = (-2 * Math.log(2 * ALPHA) + Math.log(-2 * Math.log(2 * ALPHA) + 1)) / TUNED_AT;

/**
 * The one-sided asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (arXiv 2103.06476, eq. 134), as a
 * multiple of the standard error after n observations: √(2(nρ² + 1)/(nρ²) · ln(1 + √(nρ² + 1)/(2α))).
 */
export function multiplier(n: number): number {
  const x = n * RHO_SQUARED;
  return Math.sqrt(((2 * (x + 1)) / x) * Math.log(1 + Math.sqrt(x + 1) / (2 * ALPHA)));
}

/**
 * Rolls back once the lower bound of the difference of both arms' shares is above 0. As in the paper's experiments an
 * observation is a request of either arm, so n counts both. Without a single bad request there is no variance and no bound.
 */
export function confidenceSequence(): Judge {
  let [treatment, control] = [NO_COUNTS, NO_COUNTS];
  return (poll) => {
    treatment = addCounts(treatment, poll.treatment);
    control = addCounts(control, poll.control);
    const error = Math.sqrt(varianceOfShare(treatment) + varianceOfShare(control));
    const difference = treatment.bad / treatment.total - control.bad / control.total;
    return error > 0 && difference > multiplier(treatment.total + control.total) * error;
  };
}

function varianceOfShare({ total, bad }: ArmCounts): number {
  const share = bad / total;
  return (share * (1 - share)) / total;
}
