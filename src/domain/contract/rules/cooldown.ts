import type { Rule } from '../subject.ts';
import { violation } from '../violation.ts';

/** "The thresholds come from one policy": `cooldownMinutes` is the least that a contract's `rollback.cooldownMinutes` may be. */
export const cooldownMinimum: Rule = ({ proposal, policy }) => {
  const { cooldownMinutes } = proposal.rolloutWedge.rollback;
  if (cooldownMinutes >= policy.cooldownMinutes) return [];
  const at = ['rolloutWedge', 'rollback', 'cooldownMinutes'];
  const allowed = `at least ${policy.cooldownMinutes}`;
  return [violation('COOLDOWN_MINIMUM', at, cooldownMinutes, allowed, `must be ${allowed} min`)];
};
