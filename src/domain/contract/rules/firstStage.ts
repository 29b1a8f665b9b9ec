import { exposedTo } from '../../feature/grants.ts';
import { percentageOf, thresholdOf } from '../../feature/threshold.ts';
import type { Rule } from '../subject.ts';
import { violation } from '../violation.ts';

const AT = ['rolloutWedge', 'wedgeStages', 0, 'targetPercentage'];

/** First stage's target: "above e" */
export const firstTargetAboveExposed: Rule = ({ proposal, exposed }) => {
  const first = proposal.rolloutWedge.wedgeStages[0];
  if (first === undefined) return [];
  const already = exposedTo(exposed, first.scope);
  if (thresholdOf(first.targetPercentage) > already) return [];
  const allowed = `above ${percentageOf(already)}`;
  const message = `must be ${allowed}, which its scope is exposed to already`;
  return [violation('FIRST_TARGET_ABOVE_EXPOSED', AT, first.targetPercentage, allowed, message)];
};

/** First stage's target: "≤ e + 25" (`maxFirstStagePercentage`), of internals too: the first step into any scope is a small one. */
export const firstTargetMaximum: Rule = ({ proposal, policy, exposed }) => {
  const first = proposal.rolloutWedge.wedgeStages[0];
  if (first === undefined) return [];
  const highest = exposedTo(exposed, first.scope) + thresholdOf(policy.maxFirstStagePercentage);
  if (thresholdOf(first.targetPercentage) <= highest) return [];
  const allowed = `at most ${percentageOf(highest)}`;
  return [
    violation('FIRST_TARGET_MAXIMUM', AT, first.targetPercentage, allowed, `must be ${allowed} in the first stage`),
  ];
};
