import type { Random } from '../../src/domain/simulation/random.ts';
import { isSampleRatioMismatch, logSampleRatioBayesFactor } from '../../src/domain/statistics/sampleRatio.ts';
import type { Arrivals } from '../decisions/armTraffic.ts';
import { armTraffic } from '../decisions/armTraffic.ts';
import { normal, poisson } from '../decisions/draws.ts';
import { POLLS_PER_DAY } from '../decisions/polling.ts';

/** How many an arm shows in each poll. */
export type ArmOfSplit = (random: Random) => () => number;

const PER_POLL = 100;
const HALF = 0.5;

/** Requests as the bench of decisions has them: of users that come once, and go. */
export const passing =
  (arrivals: Arrivals): ArmOfSplit =>
  (random) => {
    const traffic = armTraffic(arrivals, random);
    return () => traffic(PER_POLL, 0).total;
  };

/** Requests of the same users all day long, some of whom ask for much more than others (log-normal, σ 1.2). */
export const staying =
  (users: number): ArmOfSplit =>
  (random) => {
    const perUser = PER_POLL / users / Math.exp(1.2 ** 2 / 2);
    let mean = 0;
    for (let user = 0; user < users; user += 1) mean += perUser * Math.exp(1.2 * normal(random));
    return () => poisson(mean, random);
  };

/** Whether a day of polls at a split of halves that is just as meant is found wrong. */
export function isPaused(arm: ArmOfSplit, random: Random): boolean {
  const [ofTreatment, ofControl] = [arm(random), arm(random)];
  let [treatment, control] = [0, 0];
  for (let poll = 0; poll < POLLS_PER_DAY; poll += 1) {
    treatment += ofTreatment();
    control += ofControl();
    const counts = [treatment, control].map((count) => ({ count, share: HALF }));
    if (isSampleRatioMismatch(logSampleRatioBayesFactor(counts))) return true;
  }
  return false;
}
