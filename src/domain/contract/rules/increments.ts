import { sameScope } from '../../feature/scope.ts';
import { thresholdOf } from '../../feature/threshold.ts';
import { nearestLine } from '../increments.ts';
import { type PlacedStage, placedStages } from '../places.ts';
import type { WarningRule } from '../subject.ts';
import { violation, type Warning } from '../violation.ts';

const MOST_POINTS_OFF = 10;

/** "targets more than 10 points off the line … get a warning"; a wider scope starts a line of its own. */
export const offLineWarning: WarningRule = ({ proposal }) => {
  const { incrementPolicy } = proposal.rolloutWedge;
  if (incrementPolicy === 'manual') return [];
  return runsOfOneScope(placedStages(proposal)).flatMap((run) => {
    const line = nearestLine(
      incrementPolicy,
      run.map(({ stage }) => stage.targetPercentage),
    );
    return run.flatMap((placed, index) => offLine(placed, line[index] ?? 0, incrementPolicy));
  });
};

/** "or rising by ever smaller steps" */
export const shrinkingWarning: WarningRule = ({ proposal }) => {
  const { incrementPolicy } = proposal.rolloutWedge;
  if (incrementPolicy === 'manual') return [];
  return runsOfOneScope(placedStages(proposal)).flatMap((run) => {
    const targets = run.map(({ stage }) => thresholdOf(stage.targetPercentage));
    const steps = targets.slice(1).map((target, index) => target - (targets[index] ?? 0));
    const last = run.at(-1);
    if (last === undefined || steps.length < 2 || !isEverSmaller(steps)) return [];
    const found = steps.map((step) => step / 1000).join(', ');
    const at = [...last.at, 'targetPercentage'];
    return [
      violation('INCREMENT_SHRINKING', at, found, 'steps that do not shrink', 'is reached by ever smaller steps'),
    ];
  });
};

function offLine({ stage, at }: PlacedStage, expected: number, policy: string): readonly Warning[] {
  const pointsOff = Math.abs(thresholdOf(stage.targetPercentage) - thresholdOf(expected)) / 1000;
  if (pointsOff <= MOST_POINTS_OFF) return [];
  const allowed = `within ${MOST_POINTS_OFF} points of ${Math.round(expected * 1000) / 1000}`;
  const message = `lies more than ${MOST_POINTS_OFF} points off the ${policy} line`;
  return [violation('INCREMENT_OFF_LINE', [...at, 'targetPercentage'], stage.targetPercentage, allowed, message)];
}

function runsOfOneScope(stages: readonly PlacedStage[]): readonly (readonly PlacedStage[])[] {
  const runs: PlacedStage[][] = [];
  for (const placed of stages) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (run !== undefined && before !== undefined && sameScope(before.stage.scope, placed.stage.scope))
      run.push(placed);
    else runs.push([placed]);
  }
  return runs;
}

const isEverSmaller = (steps: readonly number[]) =>
  steps.every((step, index) => index === 0 || step < (steps[index - 1] ?? 0));
