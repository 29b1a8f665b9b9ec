import { exposedTo } from '../feature/grants.ts';
import { percentageOf } from '../feature/threshold.ts';
import { timeOf } from '../time.ts';
import type { HealthOutcome } from './healthWatch.ts';
import { endsAtMs, ROLLBACK_STEPS, stepAtMs } from './rollingBack.ts';
import { currentStage, type RolloutState, stageAt } from './state.ts';

/** Percentages of the stage that it is rolled back from; times RFC 3339. */
export type RollingBackView = {
  /** null: to what the feature exposed before. */
  readonly toStageId: string | null;
  readonly percentageFrom: number;
  readonly percentage: number;
  readonly percentageTo: number;
  readonly beganAt: string;
  readonly nextStepAt: string;
  readonly endsAt: string;
};

export type HealthView = {
  readonly state: 'verifying' | HealthOutcome;
  readonly since: string;
  readonly verifiedAt: string | null;
  readonly detail: string | null;
};

export function rollingBackView(state: RolloutState): RollingBackView | null {
  const { rollingBack } = state;
  if (rollingBack === null) return null;
  const { from, to, toStageIndex, beganAtMs, step } = rollingBack;
  const { scope } = currentStage(state);
  return {
    toStageId: toStageIndex === null ? null : stageAt(state, toStageIndex).stageId,
    percentageFrom: percentageOf(exposedTo(from, scope)),
    percentage: percentageOf(state.threshold),
    percentageTo: percentageOf(exposedTo(to, scope)),
    beganAt: timeOf(beganAtMs),
    nextStepAt: timeOf(stepAtMs(rollingBack, Math.min(step + 1, ROLLBACK_STEPS))),
    endsAt: timeOf(endsAtMs(rollingBack)),
  };
}

export function healthView({ healthWatch }: RolloutState): HealthView | null {
  if (healthWatch === null) return null;
  const { sinceMs, found } = healthWatch;
  const since = timeOf(sinceMs);
  if (found === null) return { state: 'verifying', since, verifiedAt: null, detail: null };
  return { state: found.outcome, since, verifiedAt: timeOf(found.atMs), detail: found.detail };
}
