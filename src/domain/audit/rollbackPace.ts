import type { Grants } from '../feature/grants.ts';
import type { RollingBack } from '../rollout/rollingBack.ts';
import { metByBoth, reachOf } from './reach.ts';

/** Half of the way at once, and then as many equal steps. */
const STEPS = 10;

export const overAtMs = ({ beganAtMs, overMs }: RollingBack) => beganAtMs + overMs;

/** How many steps are due after the half at once. */
export function stepsDue(rollback: RollingBack, nowMs: number): number {
  if (!(nowMs < overAtMs(rollback))) return STEPS;
  const passedMs = nowMs - rollback.beganAtMs;
  return passedMs <= 0 ? 0 : Math.floor((passedMs * STEPS) / rollback.overMs);
}

/** What is left at a step: of the way from `from` to `to` at most half, and a tenth of that less with each step. */
export function leftAt({ from, to }: Pick<RollingBack, 'from' | 'to'>, step: number): Grants {
  return from.map(({ scope, threshold }) => {
    const end = Math.min(threshold, reachOf(to, scope));
    const way = threshold - end;
    return { scope, threshold: end + Math.floor((way * (STEPS - step)) / (2 * STEPS)) };
  });
}

/** The same where somebody has lowered it meanwhile: nothing comes back. */
export const leftOver = (rollback: RollingBack, step: number, shown: Grants): Grants =>
  metByBoth(leftAt(rollback, step), shown);
