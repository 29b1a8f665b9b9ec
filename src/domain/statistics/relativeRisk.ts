import { exchangeArms, type PollCounts } from './armCounts.ts';
import { absorbIntoBound, beginLowerBound, type LowerBound, lowerBoundOf, openBoundEpoch } from './lowerBound.ts';

/** The treatment's risk is found to be at least 1/4 … 4 times the control's. */
const HARM_OCTAVES = 4;
/** And at most 4 … 1/2 times: how much better than half it is nobody has to know, and every point costs at each poll. */
const RELIEF_OCTAVES = 3;

/**
 * How many times as frequent the treatment's bad events are, between bounds that hold at all times together, each with
 * confidence 1 − α. Plain JSON: 356 numbers at first, about 170 once both bounds are near.
 */
export type RelativeRisk = {
  readonly lower: LowerBound;
  /** A lower bound with the arms exchanged; its reciprocal is the upper one. */
  readonly inverseUpper: LowerBound;
};

/** The bounds before the first poll, their first epoch opened. */
export function beginRelativeRisk(): RelativeRisk {
  return { lower: beginLowerBound(HARM_OCTAVES), inverseUpper: beginLowerBound(RELIEF_OCTAVES) };
}

/** With every epoch of the comparison that it stands beside. */
export function openRelativeRiskEpoch({ lower, inverseUpper }: RelativeRisk): RelativeRisk {
  return { lower: openBoundEpoch(lower), inverseUpper: openBoundEpoch(inverseUpper) };
}

/**
 * @param phi φ ≥ 1, the dispersion of bad events
 * @param alpha of each bound; the same at every poll
 */
export function absorbIntoRelativeRisk(risk: RelativeRisk, poll: PollCounts, phi: number, alpha: number): RelativeRisk {
  return {
    lower: absorbIntoBound(risk.lower, poll, phi, alpha),
    inverseUpper: absorbIntoBound(risk.inverseUpper, exchangeArms(poll), phi, alpha),
  };
}

/** null: nothing is ruled out on that side. Where the risk changed meanwhile, lower may come to stand above upper. */
export function relativeRiskBounds(risk: RelativeRisk): {
  readonly lower: number | null;
  readonly upper: number | null;
} {
  const inverse = lowerBoundOf(risk.inverseUpper);
  return { lower: lowerBoundOf(risk.lower), upper: inverse === null ? null : 1 / inverse };
}
