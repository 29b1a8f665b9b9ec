import { exposedTo } from '../../feature/grants.ts';
import { percentageOf, thresholdOf } from '../../feature/threshold.ts';
import type { Rule, Subject } from '../subject.ts';
import { violation } from '../violation.ts';

const AT = ['rolloutWedge', 'initialPercentage'];

/** "above the e % that the feature already exposes to the first stage's scope" */
export const initialAboveExposed: Rule = (subject) => {
  const { initialPercentage } = subject.proposal.rolloutWedge;
  const exposed = exposedToFirst(subject);
  if (exposed === null || thresholdOf(initialPercentage) > exposed) return [];
  const allowed = `above ${percentageOf(exposed)}`;
  const message = `must be ${allowed}, which the first stage's scope is exposed to already`;
  return [violation('INITIAL_ABOVE_EXPOSED', AT, initialPercentage, allowed, message)];
};

/** "≤ e + 10 where `criticality` is `critical`" (`maxInitialPercentageCritical`) */
export const initialMaximumCritical: Rule = (subject) => {
  const { initialPercentage } = subject.proposal.rolloutWedge;
  const exposed = exposedToFirst(subject);
  if (subject.proposal.criticality !== 'critical' || exposed === null) return [];
  const highest = exposed + thresholdOf(subject.policy.maxInitialPercentageCritical);
  if (thresholdOf(initialPercentage) <= highest) return [];
  const allowed = `at most ${percentageOf(highest)}`;
  return [
    violation('INITIAL_MAXIMUM_CRITICAL', AT, initialPercentage, allowed, `must be ${allowed}: the change is critical`),
  ];
};

/** "≤ the first stage's target" */
export const initialWithinFirstTarget: Rule = ({ proposal }) => {
  const { initialPercentage, wedgeStages } = proposal.rolloutWedge;
  const first = wedgeStages[0];
  if (first === undefined || thresholdOf(initialPercentage) <= thresholdOf(first.targetPercentage)) return [];
  const allowed = `at most ${first.targetPercentage}`;
  const message = `must be ${allowed}, the target of the first stage`;
  return [violation('INITIAL_WITHIN_FIRST_TARGET', AT, initialPercentage, allowed, message)];
};

/** Threshold that the first stage's scope is exposed to already; null without a stage. */
function exposedToFirst({ proposal, exposed }: Subject): number | null {
  const first = proposal.rolloutWedge.wedgeStages[0];
  return first === undefined ? null : exposedTo(exposed, first.scope);
}
