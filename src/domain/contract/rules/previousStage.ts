import { isWindowed, type Trigger, type WindowedCriterion } from '../../health/criterion.ts';
import { placedStages } from '../places.ts';
import type { WarningRule } from '../subject.ts';
import { violation } from '../violation.ts';

/**
 * A stage whose own trigger fails as well is no place to go back to: where it bears no more than the stage that is left,
 * `previousStage` is as good as `zero`.
 */
export const previousStageWarning: WarningRule = ({ proposal }) => {
  if (proposal.rolloutWedge.rollback.to !== 'previousStage') return [];
  const stages = placedStages(proposal);
  return stages.slice(1).flatMap(({ stage, at }, index) => {
    const before = windowsOf(stages[index]?.stage.rollbackTrigger ?? []);
    return stage.rollbackTrigger.flatMap((trigger, place) => {
      const [own] = windowsOf([trigger]);
      if (own === undefined || !before.some((other) => isAlike(own, other) && !bearsMore(other, own))) return [];
      const message = 'the stage before bears no more: an automatic rollback for it goes to zero';
      const where = [...at, 'rollbackTrigger', place, 'threshold'];
      return [
        violation('PREVIOUS_STAGE_NO_BETTER', where, own.threshold, 'stricter than in the stage before', message),
      ];
    });
  });
};

/** Those that roll back for a window: what is judged sequentially begins anew after a rollback, and is not asked. */
const windowsOf = (triggers: readonly Trigger[]): readonly WindowedCriterion[] =>
  triggers.flatMap((trigger) =>
    isWindowed(trigger) && trigger.severity === 'rollback' && !trigger.dryRun ? [trigger] : [],
  );

const isAlike = (one: WindowedCriterion, other: WindowedCriterion) =>
  one.sli === other.sli && one.compare === other.compare && one.operator === other.operator;

const bearsMore = (before: WindowedCriterion, after: WindowedCriterion) =>
  before.operator === '>' || before.operator === '>='
    ? before.threshold > after.threshold
    : before.threshold < after.threshold;
