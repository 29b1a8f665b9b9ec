import { measurementPlan, type PlannedAt, type PlannedWindow } from '../health/measurementPlan.ts';
import { rollbackStage } from './rollbackTarget.ts';
import type { RolloutState } from './state.ts';

/**
 * The triggers of the stage that an automatic rollback would lead to, to be judged at the present exposure: one that fails already is no
 * place to go back to. Empty where it leads to zero anyway. Those over windows alone: what was counted since the beginning begins anew
 * there, and is no measurement of the present.
 */
export function targetPlan(rollout: RolloutState, at: PlannedAt): readonly PlannedWindow[] {
  const stageIndex = rollbackStage(rollout, { to: 'plan', automatic: true });
  if (stageIndex === null) return [];
  return measurementPlan({ ...rollout, stageIndex }, {}, at)
    .filter((planned) => planned.looksAt === 'window')
    .filter(({ severity }) => severity === 'rollback');
}
