import { covers, type Scope, sameScope } from '../../feature/scope.ts';
import { thresholdOf } from '../../feature/threshold.ts';
import { type PlacedStage, placedStages } from '../places.ts';
import type { Rule } from '../subject.ts';
import { violation } from '../violation.ts';

/** "at least 2" stages (`minStages`; "none is ever skipped" is the decision's part). */
export const enoughStages: Rule = ({ proposal, policy }) => {
  const count = proposal.rolloutWedge.wedgeStages.length;
  if (count >= policy.minStages) return [];
  const allowed = `at least ${policy.minStages}`;
  return [violation('STAGES_MINIMUM', ['rolloutWedge', 'wedgeStages'], count, allowed, `needs ${allowed} stages`)];
};

/** "unique `stageId`" */
export const uniqueStageIds: Rule = ({ proposal }) =>
  repeated(placedStages(proposal), ({ stage }) => stage.stageId).map(({ stage, at }) =>
    violation('STAGE_ID_UNIQUE', [...at, 'stageId'], stage.stageId, 'a name of its own', 'names an earlier stage too'),
  );

/** "strictly rising within one scope"; "a stage with a wider scope may start lower" */
export const risingTargets: Rule = ({ proposal }) => {
  const stages = placedStages(proposal);
  return stages.flatMap(({ stage, at }, index) => {
    const before = stages.slice(0, index).findLast((earlier) => sameScope(earlier.stage.scope, stage.scope))?.stage;
    if (before === undefined || thresholdOf(stage.targetPercentage) > thresholdOf(before.targetPercentage)) return [];
    const allowed = `above ${before.targetPercentage}`;
    const message = `must be ${allowed}, the target of \`${before.stageId}\` in the same scope`;
    return [violation('TARGETS_RISING', [...at, 'targetPercentage'], stage.targetPercentage, allowed, message)];
  });
};

/** "scopes only widen" */
export const wideningScopes: Rule = ({ proposal }) => {
  const stages = placedStages(proposal);
  return stages.flatMap(({ stage, at }, index) => {
    const before = stages[index - 1]?.stage;
    if (before === undefined || covers(stage.scope, before.scope)) return [];
    const message = `must hold everyone of the scope of \`${before.stageId}\``;
    const allowed = `a scope that covers ${scopeText(before.scope)}`;
    return [violation('SCOPES_WIDEN', [...at, 'scope'], scopeText(stage.scope), allowed, message)];
  });
};

function repeated(stages: readonly PlacedStage[], name: (placed: PlacedStage) => string): readonly PlacedStage[] {
  const names = stages.map(name);
  return stages.filter((placed, index) => names.indexOf(name(placed)) < index);
}

function scopeText(scope: Scope): string {
  const facets = Object.entries(scope).map(([facet, values]) => `${facet}: ${[values].flat().join(', ')}`);
  return facets.join('; ');
}
