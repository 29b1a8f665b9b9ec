import { logSumExp } from './logSumExp.ts';
import { LOG_FIRST_EPOCH_MASS, LOG_WEIGHTS, ODDS_RATIOS } from './mixture.ts';

export type DetectionQuestion = {
  readonly treatmentPerHour: number;
  readonly controlPerHour: number;
  /** p, the share of bad events in the control. */
  readonly baseRate: number;
  /** r, how many times as frequent they are in the treatment. */
  readonly relativeRisk: number;
  /** ρ of the comparison. */
  readonly margin: number;
  /** φ ≥ 1. */
  readonly phi: number;
  /** α of this criterion alone: times its weight where there are several. */
  readonly alpha: number;
};

/** null: not within the horizon. */
export type DetectionHours = { readonly median: number | null; readonly p90: number | null };

const MEDIAN_Z = -0.4;
const P90_Z = 1;
const SHORTEST_HOURS = 1e-6;
const STEP = 1.1;
const RELATIVE_TOLERANCE = 1e-12;

/**
 * How long the comparison takes to see a change of this size that is there from its first poll: the hours after which half,
 * and nine tenths, of such releases are rolled back. Within some 10 % of simulation where bad events are rare and the arms are
 * alike in size; at a tenth of the traffic the median comes out a fifth too early.
 */
export function detectionHours(question: DetectionQuestion, horizonHours: number): DetectionHours {
  return {
    median: firstHours((hours) => surplus(question, hours, MEDIAN_Z), horizonHours),
    p90: firstHours((hours) => surplus(question, hours, P90_Z), horizonHours),
  };
}

/** ln of the evidence after so many hours, above what a rollback needs, where the treatment's bad events are z deviations too few. */
function surplus(question: DetectionQuestion, hours: number, z: number): number {
  const { treatmentPerHour, controlPerHour, baseRate, relativeRisk, margin, phi, alpha } = question;
  const badTreatment = treatmentPerHour * Math.min(1, baseRate * relativeRisk);
  const badControl = controlPerHour * baseRate;
  const n = (hours * (badTreatment + badControl)) / phi;
  const theta = badTreatment / (badTreatment + badControl);
  const x = n * theta - z * Math.sqrt(n * theta * (1 - theta));
  const share = (margin * treatmentPerHour) / (margin * treatmentPerHour + controlPerHour);
  const logParts = ODDS_RATIOS.map((r, j) => (LOG_WEIGHTS[j] ?? 0) + x * Math.log(r) - n * Math.log1p(share * (r - 1)));
  return logSumExp(logParts) + LOG_FIRST_EPOCH_MASS + Math.log(alpha);
}

/** The surplus may fall before it rises, so the first step across zero is looked for and only then halved. */
function firstHours(surplusAt: (hours: number) => number, horizonHours: number): number | null {
  let low = 0;
  for (let high = Math.min(SHORTEST_HOURS, horizonHours); ; high = Math.min(high * STEP, horizonHours)) {
    if (surplusAt(high) >= 0) return crossing(surplusAt, low, high);
    if (!(high < horizonHours)) return null;
    low = high;
  }
}

function crossing(surplusAt: (hours: number) => number, below: number, above: number): number {
  let [low, high] = [below, above];
  while (high - low > RELATIVE_TOLERANCE * high) {
    const middle = (low + high) / 2;
    if (surplusAt(middle) >= 0) high = middle;
    else low = middle;
  }
  return high;
}
