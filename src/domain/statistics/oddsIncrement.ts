import type { PollCounts } from './armCounts.ts';

/** Below this control rate the odds ratio is a relative risk, and the control's rate cancels out. */
const RARE = 1e-7;
const HIGHEST_NULL_RATE = 0.99;

/**
 * l(r), the logarithm of the factor by which one poll changes the bet on odds that are r times those of the null
 * p_t ≤ ρ p_c. Its exponential has an expectation of at most 1 under the null, whatever the rates are.
 * The reverse information projection onto the null: Turner, Ly and Grünwald 2021, "Generic E-variables for exact
 * sequential k-sample tests". Where bad events are rare: the same, given how many there were in both arms.
 *
 * @param controlRate ph, what earlier polls said of the control; a wrong one costs power, never validity
 * @param margin ρ > 0, the relative risk that is still fine; 1 is none
 * @param oddsRatio r > 1
 * @returns 0 where an arm had no requests
 */
export function logIncrement(poll: PollCounts, controlRate: number, margin: number, oddsRatio: number): number {
  const { treatment, control } = poll;
  if (treatment.total <= 0 || control.total <= 0) return 0;
  if (controlRate < RARE) return logIncrementOfRare(poll, margin, oddsRatio);
  // Without the clip the null's treatment rate passes 1, and the expectation of the factor reaches thousands.
  const pc = Math.min(controlRate, HIGHEST_NULL_RATE / Math.max(margin, 1));
  const p0 = margin * pc;
  const pt = (oddsRatio * p0) / (1 - p0 + oddsRatio * p0);
  const q = projectedControlRate(treatment.total, control.total, pt, pc, margin);
  const badTreatment = treatment.bad === 0 ? 0 : treatment.bad * Math.log(pt / (margin * q));
  const badControl = control.bad === 0 ? 0 : control.bad * Math.log(pc / q);
  const goodTreatment = (treatment.total - treatment.bad) * Math.log1p((margin * q - pt) / (1 - margin * q));
  const goodControl = (control.total - control.bad) * Math.log1p((q - pc) / (1 - q));
  return badTreatment + badControl + goodTreatment + goodControl;
}

function logIncrementOfRare({ treatment, control }: PollCounts, margin: number, oddsRatio: number): number {
  const share = (margin * treatment.total) / (margin * treatment.total + control.total);
  const bad = treatment.bad + control.bad;
  return treatment.bad * Math.log(oddsRatio) - bad * Math.log1p(share * (oddsRatio - 1));
}

/**
 * q, the control's rate of that null (ρq, q) which is nearest to the alternative (pt, pc): the smaller root of
 * ρ n q² − B q + A, with A = n_t pt + n_c pc and B = n_t (ρ + pt) + n_c (1 + ρ pc).
 */
function projectedControlRate(nt: number, nc: number, pt: number, pc: number, margin: number): number {
  const a = nt * pt + nc * pc;
  const b = nt * (margin + pt) + nc * (1 + margin * pc);
  // B² − 4ρnA, written as a sum: the difference would lose its digits, and its sign, where the roots are close.
  const difference = nt * (margin - pt) - nc * (1 - margin * pc);
  const discriminant = difference * difference + 4 * nt * nc * margin * (1 - pt) * (1 - pc);
  return (2 * a) / (b + Math.sqrt(discriminant));
}
