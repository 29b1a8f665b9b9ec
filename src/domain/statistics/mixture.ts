/** Odds ratios, beyond the margin, that the process bets on. */
export const ODDS_RATIOS: readonly number[] = [1.2, 1.5, 2, 4, 8, 16];

/** How much is bet on each, as logarithms of .05 .12 .28 .05 .20 .30. */
export const LOG_WEIGHTS: readonly number[] = [0.05, 0.12, 0.28, 0.05, 0.2, 0.3].map(Math.log);

/** ln of the prior mass that the first epoch gets, π₀ = .9. */
export const LOG_FIRST_EPOCH_MASS = Math.log(0.9);

const LATER_EPOCHS_MASS = 0.1;

/** ln of the prior mass of an epoch, numbered from 0: π₀ = .9, π_m = .1/(m(m + 1)); all of them together are 1. */
export function logEpochMass(epoch: number): number {
  return epoch === 0 ? LOG_FIRST_EPOCH_MASS : Math.log(LATER_EPOCHS_MASS / (epoch * (epoch + 1)));
}

/** ln of the mass that is still unspent after the first epoch and others: 1 − Σπ, which is .1/n after n ≥ 1 epochs. */
export function logUnspentMass(epochsOpened: number): number {
  return Math.log(LATER_EPOCHS_MASS / epochsOpened);
}
