import { type ArmCounts, addCounts, NO_COUNTS, type PollCounts } from './armCounts.ts';
import { expectedRate } from './expectedRate.ts';
import { logAddExp, logSumExp } from './logSumExp.ts';
import { LOG_FIRST_EPOCH_MASS, LOG_WEIGHTS, logEpochMass, logUnspentMass, ODDS_RATIOS } from './mixture.ts';
import { logIncrement } from './oddsIncrement.ts';

/**
 * The evidence so far that the treatment's bad events are more than `margin` times as frequent as the control's:
 * an e-process, so it may be looked at after every poll. Plain JSON, ten numbers.
 */
export type SequentialComparison = {
  /** ρ, the relative risk that is still fine. It stays as it is for the life of the process. */
  readonly margin: number;
  /** ln a_j, what has become of the bet on each odds ratio. */
  readonly logAtoms: readonly number[];
  readonly epochsOpened: number;
  /** Of all polls so far; the next one's control rate is foretold from it. */
  readonly control: ArmCounts;
};

/** The comparison before its first poll, its first epoch opened. */
export function beginComparison(margin: number): SequentialComparison {
  const logAtoms = LOG_WEIGHTS.map((logWeight) => LOG_FIRST_EPOCH_MASS + logWeight);
  return { margin, logAtoms, epochsOpened: 1, control: NO_COUNTS };
}

/** Bets anew with a part of what was held back, so that a healthy past does not hide a late change: each stage, each hour. */
export function openEpoch(comparison: SequentialComparison): SequentialComparison {
  const logMass = logEpochMass(comparison.epochsOpened);
  const logAtoms = comparison.logAtoms.map((logAtom, j) => logAddExp(logAtom, logMass + (LOG_WEIGHTS[j] ?? 0)));
  return { ...comparison, logAtoms, epochsOpened: comparison.epochsOpened + 1 };
}

/** @param phi φ ≥ 1, the dispersion of bad events */
export function absorbPoll(comparison: SequentialComparison, poll: PollCounts, phi: number): SequentialComparison {
  const { margin, control } = comparison;
  // The rate must be known before the poll: with the poll's own counts in it the evidence would prove nothing.
  const rate = expectedRate(control);
  const logAtoms = comparison.logAtoms.map(
    (logAtom, j) => logAtom + logIncrement(poll, rate, margin, ODDS_RATIOS[j] ?? 1) / phi,
  );
  return { ...comparison, logAtoms, control: addCounts(control, poll.control) };
}

/** ln e. Under the null e reaches 1/α at any time with a probability of at most α. */
export function logEvidence({ logAtoms, epochsOpened }: SequentialComparison): number {
  return logAddExp(logUnspentMass(epochsOpened), logSumExp(logAtoms));
}
