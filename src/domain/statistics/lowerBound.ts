import { type ArmCounts, addCounts, NO_COUNTS, type PollCounts } from './armCounts.ts';
import { expectedRate } from './expectedRate.ts';
import { logAddExp, logSumExp } from './logSumExp.ts';
import { LOG_FIRST_EPOCH_MASS, LOG_WEIGHTS, logEpochMass, logUnspentMass, ODDS_RATIOS } from './mixture.ts';
import { logIncrement } from './oddsIncrement.ts';

/** Grid point i: 2^(i/8) times 1/4, which is the lowest relative risk that can be a bound. */
const relativeRiskAt = (point: number) => 2 ** (point / 8 - 2);

const ATOMS = ODDS_RATIOS.length;
/** The evidence is at most this many times the larger of its largest atom and what is unspent. */
const LOG_TERMS = Math.log(ATOMS + 1);

/**
 * A comparison for every relative risk of the grid that is not yet ruled out, as its own margin. A bound never falls, so
 * what is ruled out needs no atoms any more: six numbers a point at first, fewer with every step, and four beside them.
 */
export type LowerBound = {
  /** How many points of the grid are ruled out, from its lowest on. */
  readonly ruledOut: number;
  /** Six of each point above those, point by point. */
  readonly logAtoms: readonly number[];
  readonly epochsOpened: number;
  readonly control: ArmCounts;
};

/**
 * The bound before its first poll, its first epoch opened.
 *
 * @param octaves how far above 1/4 the grid reaches, in doublings: 4 is up to 4
 */
export function beginLowerBound(octaves: number): LowerBound {
  const atoms = LOG_WEIGHTS.map((logWeight) => LOG_FIRST_EPOCH_MASS + logWeight);
  const logAtoms = Array.from({ length: 8 * octaves + 1 }, () => atoms).flat();
  return { ruledOut: 0, logAtoms, epochsOpened: 1, control: NO_COUNTS };
}

/** With every epoch of the comparison that it stands beside. */
export function openBoundEpoch(bound: LowerBound): LowerBound {
  const logMass = logEpochMass(bound.epochsOpened);
  const logAtoms = bound.logAtoms.map((logAtom, k) => logAddExp(logAtom, logMass + (LOG_WEIGHTS[k % ATOMS] ?? 0)));
  return { ...bound, logAtoms, epochsOpened: bound.epochsOpened + 1 };
}

/**
 * The largest ρ′ whose comparison reached 1/α at some poll so far: the relative risk is above it with confidence 1 − α, at
 * all times together. null: not even the grid's lowest is ruled out.
 */
export function lowerBoundOf({ ruledOut }: LowerBound): number | null {
  return ruledOut === 0 ? null : relativeRiskAt(ruledOut - 1);
}

/**
 * @param phi φ ≥ 1, the dispersion of bad events
 * @param alpha the same at every poll
 */
export function absorbIntoBound(bound: LowerBound, poll: PollCounts, phi: number, alpha: number): LowerBound {
  const rate = expectedRate(bound.control);
  const logAtoms = [...bound.logAtoms];
  for (let k = 0, point = bound.ruledOut; k < logAtoms.length; point += 1) {
    const margin = relativeRiskAt(point);
    for (const oddsRatio of ODDS_RATIOS) {
      logAtoms[k] = (logAtoms[k] ?? 0) + logIncrement(poll, rate, margin, oddsRatio) / phi;
      k += 1;
    }
  }
  return rulingOut({ ...bound, logAtoms, control: addCounts(bound.control, poll.control) }, -Math.log(alpha));
}

function rulingOut(bound: LowerBound, needed: number): LowerBound {
  const { logAtoms, ruledOut } = bound;
  if (!logAtoms.some((logAtom) => logAtom + LOG_TERMS >= needed)) return bound;
  const logUnspent = logUnspentMass(bound.epochsOpened);
  for (let start = logAtoms.length - ATOMS; start >= 0; start -= ATOMS) {
    const next = start + ATOMS;
    if (logAddExp(logUnspent, logSumExp(logAtoms.slice(start, next))) < needed) continue;
    return { ...bound, ruledOut: ruledOut + next / ATOMS, logAtoms: logAtoms.slice(next) };
  }
  return bound;
}
