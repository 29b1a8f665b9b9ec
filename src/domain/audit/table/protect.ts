import { isRunning } from '../judgedRollout.ts';
import { bucketsOf, raising } from '../reach.ts';
import { msOfHours } from '../spans.ts';
import { counts, failedTriggers } from './criteria.ts';
import { type Answer, holds, type Question } from './question.ts';

/** Rows 1 to 9: whatever protects, before anything is permitted. */
export function protect(question: Question): Answer | null {
  const { rollout, context } = question;
  if (!isRunning(rollout) && rollout.wedgeState !== 'PENDING') return holds('terminal');
  if (isRunning(rollout)) {
    const emergency = emergencyOf(question);
    if (emergency !== null) return emergency;
    if (failedTriggers(question.poll, 'rollback').length > 0)
      return { kind: 'rollback', reason: 'criterion', to: isTargetUnhealthy(question) ? 'zero' : 'plan' };
    const underWay = onTheWayDown(question);
    if (underWay !== null) return underWay;
  }
  if (rollout.wedgeState === 'PENDING' && !isStartDue(question)) return holds('pending');
  if (rollout.wedgeState === 'PAUSED') return holds('paused');
  const pause = pauseWanted(question);
  if (pause !== null) return pause;
  if (context.globalStop) return holds('globalStop');
  if (context.storePaused) return holds('storePaused');
  return isStuck(question) ? { kind: 'pause', reason: 'noProgress' } : null;
}

/** Row 2. What was exposed before the rollout is none of its doing. */
function emergencyOf({ rollout, context: { found } }: Question): Answer | null {
  if (found === null) return null;
  if (found.killed) return { kind: 'rollback', reason: 'killed', to: 'zero' };
  const allowed = bucketsOf(rollout.contract.rolloutWedge.maxBlastRadius);
  const above = found.grants.filter(({ threshold }) => threshold > allowed);
  return raising(above, rollout.base) === null ? null : { kind: 'rollback', reason: 'blastRadius', to: 'zero' };
}

/** What the plan goes back to would be rolled back from at once. */
const isTargetUnhealthy = ({ poll }: Question) =>
  (poll?.targetVerdicts ?? []).some((verdict) => verdict.outcome === 'fail' && counts(verdict));

/** Row 4: by its clock, but at the first sign of an emergency. */
function onTheWayDown({ rollout, poll, context, nowMs }: Question): Answer | null {
  const { rollingBack } = rollout;
  if (rollingBack === null) return null;
  const isMuted = ({ key }: { readonly key: string }) => poll?.muted.includes(key) === true;
  const down = { kind: 'rollback', to: 'underWay' } as const;
  if (failedTriggers(poll, 'pause').some((verdict) => !isMuted(verdict))) return { ...down, reason: 'criterion' };
  const isAway = (poll?.verdicts ?? []).some((verdict) => verdict.reason === 'unavailable' && counts(verdict));
  if (isAway) return { ...down, reason: 'sourceUnavailable' };
  const isOver = nowMs - rollingBack.beganAtMs >= rollingBack.overMs;
  return context.ledgerAway || isOver ? { ...down, reason: 'operator' } : holds('rollingBack');
}

function isStartDue({ rollout, context, nowMs }: Question): boolean {
  if (context.ask !== null && context.ask.kind === 'start') return true;
  return rollout.startAtMs !== null && nowMs >= rollout.startAtMs;
}

/** Row 7. A pending rollout has nothing to pause: it is held. */
function pauseWanted({ rollout, poll, context }: Question): Answer | null {
  const auditFailed = context.audit === 'FAIL' || rollout.auditFailedVisit === rollout.visit;
  if (rollout.wedgeState === 'PENDING') return auditFailed ? holds('audit') : null;
  const unacknowledged = failedTriggers(poll, 'pause').filter(({ key }) => !(poll?.muted ?? []).includes(key));
  if (unacknowledged.length > 0) return { kind: 'pause', reason: 'criterion' };
  return auditFailed ? { kind: 'pause', reason: 'auditFailed' } : null;
}

/** Row 9. */
function isStuck({ rollout, poll }: Question): boolean {
  if (rollout.wedgeState === 'PENDING' || poll === null) return false;
  const { pauseAfterWindows } = rollout.policy;
  const windowMs = msOfHours(rollout.contract.rolloutWedge.observationWindowHours);
  return poll.activeMs.noProgress >= pauseAfterWindows * windowMs;
}
