import type { WedgeStage } from '../contract/wedge.ts';
import { comparisonKey } from './comparison.ts';
import { isSequential, type SequentialCriterion, type Severity } from './criterion.ts';

/**
 * Comparisons whose evidence is weighed together, each as much as any other: those that any stage of the plan may roll back for,
 * pause for, or alert for. The weights must not change on the way, or the mean would prove nothing.
 */
export type ComparisonGroup = {
  readonly comparisons: readonly string[];
  /** Those that the present stage looks at. */
  readonly inStage: readonly string[];
  readonly alpha: number;
};

/** A success criterion stands for itself, and what decides nothing weighs nothing beside what decides. */
export function groupOf(
  stages: readonly WedgeStage[],
  stageIndex: number,
  severity: Severity | null,
  own: SequentialCriterion,
): ComparisonGroup {
  const alike = (stage: WedgeStage | undefined): readonly SequentialCriterion[] =>
    (stage?.rollbackTrigger ?? [])
      .filter((trigger) => trigger.severity === severity && trigger.dryRun === own.dryRun)
      .filter((trigger) => isSequential(trigger));
  const criteria = severity === null ? [own] : stages.flatMap(alike);
  const keys = (some: readonly SequentialCriterion[]) => [...new Set(some.map(comparisonKey))];
  return {
    comparisons: keys(criteria),
    inStage: keys(severity === null ? [own] : alike(stages[stageIndex])),
    alpha: Math.min(...criteria.map(({ alpha }) => alpha)),
  };
}
