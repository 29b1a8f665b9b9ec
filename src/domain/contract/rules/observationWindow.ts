import { isSequential } from '../../health/criterion.ts';
import { hoursToMs } from '../../hours.ts';
import { placedCriteria } from '../places.ts';
import type { Rule } from '../subject.ts';
import { violation } from '../violation.ts';

/** Observation window "≥ 1.0 h" (`minObservationWindowHours`; INV-RWG-OBSERVE) */
export const observationWindowMinimum: Rule = ({ proposal, policy }) => {
  const { observationWindowHours } = proposal.rolloutWedge;
  if (hoursToMs(observationWindowHours) >= hoursToMs(policy.minObservationWindowHours)) return [];
  const at = ['rolloutWedge', 'observationWindowHours'];
  const allowed = `at least ${policy.minObservationWindowHours}`;
  return [violation('OBSERVATION_WINDOW_MINIMUM', at, observationWindowHours, allowed, `must be ${allowed} h`)];
};

/** "every criterion's window fits into it" */
export const criterionWindowsFit: Rule = ({ proposal }) => {
  const windowMs = hoursToMs(proposal.rolloutWedge.observationWindowHours);
  return placedCriteria(proposal).flatMap(({ criterion, at }) => {
    if (isSequential(criterion) || criterion.windowSeconds * 1000 <= windowMs) return [];
    const allowed = `at most ${windowMs / 1000}`;
    const message = `must be ${allowed} s, the plan's observation window`;
    return [violation('CRITERION_WINDOW_FITS', [...at, 'windowSeconds'], criterion.windowSeconds, allowed, message)];
  });
};
