import { FULL_THRESHOLD, thresholdOf } from '../../feature/threshold.ts';
import { comparesWithControl, type SuccessCriterion, type Trigger } from '../../health/criterion.ts';
import { type PlacedStage, placedStages } from '../places.ts';
import type { Rule } from '../subject.ts';
import { type Violation, violation } from '../violation.ts';

type Kind = {
  readonly list: 'successCriteria' | 'rollbackTrigger';
  readonly required: 'SUCCESS_CRITERION_REQUIRED' | 'ROLLBACK_TRIGGER_REQUIRED';
  readonly withoutControl: 'SUCCESS_CRITERION_WITHOUT_CONTROL' | 'ROLLBACK_TRIGGER_WITHOUT_CONTROL';
  readonly allowed: string;
  /** Those that can do what the law wants them for. */
  readonly counting: (stage: PlacedStage['stage']) => readonly (SuccessCriterion | Trigger)[];
};

const SUCCESS: Kind = {
  list: 'successCriteria',
  required: 'SUCCESS_CRITERION_REQUIRED',
  withoutControl: 'SUCCESS_CRITERION_WITHOUT_CONTROL',
  allowed: 'at least 1 that is no dry run',
  counting: (stage) => stage.successCriteria.filter((criterion) => !criterion.dryRun),
};

const TRIGGER: Kind = {
  list: 'rollbackTrigger',
  required: 'ROLLBACK_TRIGGER_REQUIRED',
  withoutControl: 'ROLLBACK_TRIGGER_WITHOUT_CONTROL',
  allowed: 'at least 1 of severity rollback that is no dry run',
  counting: (stage) => stage.rollbackTrigger.filter((trigger) => !trigger.dryRun && trigger.severity === 'rollback'),
};

/** "at least one success criterion and one rollback trigger" (one that only shows, alerts or pauses takes nothing back) */
export const criteriaRequired: Rule = ({ proposal }) =>
  placedStages(proposal).flatMap((placed) => [SUCCESS, TRIGGER].flatMap((kind) => missing(placed, kind)));

/** "a stage at 100 % needs one of each that does not compare with a control" */
export const fullStagesWithoutControl: Rule = ({ proposal }) =>
  placedStages(proposal)
    .filter(({ stage }) => thresholdOf(stage.targetPercentage) >= FULL_THRESHOLD)
    .flatMap((placed) => [SUCCESS, TRIGGER].flatMap((kind) => onlyComparing(placed, kind)));

function missing({ stage, at }: PlacedStage, kind: Kind): readonly Violation[] {
  const counting = kind.counting(stage).length;
  if (counting > 0) return [];
  return [violation(kind.required, [...at, kind.list], counting, kind.allowed, `needs ${kind.allowed}`)];
}

function onlyComparing({ stage, at }: PlacedStage, kind: Kind): readonly Violation[] {
  const counting = kind.counting(stage);
  if (counting.length === 0 || counting.some((criterion) => !comparesWithControl(criterion))) return [];
  const allowed = `${kind.allowed} and does not compare with a control`;
  return [violation(kind.withoutControl, [...at, kind.list], 0, allowed, `needs ${allowed}: at 100 % there is none`)];
}
