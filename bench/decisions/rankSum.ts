import { asymptoticPValue } from '../../src/domain/statistics/rankSumTest.ts';
import { rankTogether, uStatistic } from '../../src/domain/statistics/ranks.ts';
import type { Judge } from './judge.ts';

/** Above 25 a side, where the test is the normal approximation: the exact one would take most of the bench's time. */
const SAMPLES = 30;
/** Of the two-sided test: the confidence of .98 that canary judges take. */
const P_VALUE = 0.02;

/**
 * Mann and Whitney's test, looked at again and again: the shares of bad requests of 30 polls of each arm, then of the next 30.
 * Rolls back where the treatment's are the higher ones at p ≤ .02. No tolerance for small effects, which would make it slower.
 */
export function rankSum(): Judge {
  let treatmentShares: number[] = [];
  let controlShares: number[] = [];
  return ({ treatment, control }) => {
    if (treatment.total > 0) treatmentShares.push(treatment.bad / treatment.total);
    if (control.total > 0) controlShares.push(control.bad / control.total);
    if (treatmentShares.length < SAMPLES || controlShares.length < SAMPLES) return false;
    const ranked = rankTogether(treatmentShares, controlShares);
    const isHigher = uStatistic(ranked) > (ranked.treatmentSize * ranked.controlSize) / 2;
    treatmentShares = [];
    controlShares = [];
    return isHigher && asymptoticPValue(ranked) <= P_VALUE;
  };
}
