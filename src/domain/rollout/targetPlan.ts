import type { Comparisons } from '../health/comparison.ts';
import { measurementPlan, type PlannedAt, type PlannedCriterion } from '../health/measurementPlan.ts';
import { rollbackStage } from './rollbackTarget.ts';
import type { RolloutState } from './state.ts';

/**
 * The triggers of the stage that an automatic rollback would lead to, to be judged at the present exposure: one that fails already is no
 * place to go back to. Empty where it leads to zero anyway.
 */
export function targetPlan(
  rollout: RolloutState,
  comparisons: Comparisons,
  at: PlannedAt,
): readonly PlannedCriterion[] {
  const stageIndex = rollbackStage(rollout, { to: 'plan', automatic: true });
  if (stageIndex === null) return [];
  return measurementPlan({ ...rollout, stageIndex }, comparisons, at).filter(({ severity }) => severity === 'rollback');
}
