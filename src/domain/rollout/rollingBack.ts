import { exposedTo, type Grants } from '../feature/grants.ts';

/** A progressive rollback that is under way: from where to where, by which clock, and how far it is. */
export type RollingBack = {
  /** What was exposed when it began. */
  readonly from: Grants;
  /** What is left at its end; `from` in other scopes has nothing left there. */
  readonly to: Grants;
  /** null: to what the feature exposed before this rollout, which ends it. */
  readonly toStageIndex: number | null;
  readonly beganAtMs: number;
  readonly overMs: number;
  /** The last one recorded: 0 is the half at once. */
  readonly step: number;
};

type Pace = Pick<RollingBack, 'beganAtMs' | 'overMs'>;

/**
 * After the half at once. Few, so that between two of them there is time to measure, and a rollback of a day does not fill the
 * ledger.
 */
export const ROLLBACK_STEPS = 10;

export const endsAtMs = ({ beganAtMs, overMs }: Pace) => beganAtMs + overMs;

/** The step that is due by now: 0 at the beginning, `ROLLBACK_STEPS` once its time is over. */
export function stepDue(pace: Pace, nowMs: number): number {
  if (nowMs >= endsAtMs(pace)) return ROLLBACK_STEPS;
  return Math.max(0, Math.floor(((nowMs - pace.beganAtMs) * ROLLBACK_STEPS) / pace.overMs));
}

/** When a step becomes due: the first millisecond at which `stepDue` names it. */
export const stepAtMs = ({ beganAtMs, overMs }: Pace, step: number) =>
  beganAtMs + Math.ceil((step * overMs) / ROLLBACK_STEPS);

/**
 * What is exposed from a step on: at least half of the way at once, the rest in equal steps, and at the last one the target itself.
 * Grants keep their places, since `live.grant` counts on them.
 */
export function grantsAtStep({ from, to }: Pick<RollingBack, 'from' | 'to'>, step: number): Grants {
  return from.map(({ scope, threshold }) => {
    const target = Math.min(threshold, exposedTo(to, scope));
    const left = Math.floor(((threshold - target) * (ROLLBACK_STEPS - step)) / (2 * ROLLBACK_STEPS));
    return { scope, threshold: target + left };
  });
}
