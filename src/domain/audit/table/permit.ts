import type { Takeover } from '../../rollout/context.ts';
import type { HoldReason } from '../../rollout/reason.ts';
import { isGateOpen } from '../gate.ts';
import { stageOf } from '../judgedRollout.ts';
import { bucketsOf, highestOf, raising, reachOf } from '../reach.ts';
import { type Answer, holds, type Question } from './question.ts';

/** Rows 15 to 17: the world around it, people, and then the gate opens. */
export function permit(question: Question): Answer {
  const { rollout } = question;
  const outside = rollout.dryRun ? null : heldFromOutside(question);
  if (outside !== null) return holds(outside);
  if (!rollout.dryRun && rollout.phase !== 'ramp' && isWaitingForPeople(question))
    return { kind: 'awaitApproval', reason: 'approval' };
  if (rollout.wedgeState === 'PENDING') return { kind: 'start', reason: 'ready' };
  return { kind: rollout.phase === 'ramp' ? 'ramp' : 'advance', reason: 'ready' };
}

/** Row 15. */
function heldFromOutside(question: Question): HoldReason | null {
  const { rollout, context, nowMs } = question;
  const cooledAtMs = Math.max(context.featureCooldownUntilMs ?? 0, rollout.cooldownUntilMs ?? 0);
  if (cooledAtMs > nowMs) return 'cooldown';
  if (context.calendar !== null) return 'calendar';
  const crowded = rollout.wedgeState === 'PENDING' ? lackOfRoom(question) : null;
  if (crowded !== null) return crowded;
  if (context.waiverGap !== null) return 'waiverExpired';
  return context.gateHook === null ? null : 'gateHook';
}

function lackOfRoom({ rollout, context }: Question): HoldReason | null {
  const { takeover, otherLiveRolloutId, otherLiveRollouts } = context;
  if (rollout.contract.supersedes === undefined) {
    const isFree = otherLiveRolloutId === null && otherLiveRollouts < rollout.policy.maxConcurrentRollouts;
    return isFree ? null : 'concurrency';
  }
  if (takeover === null) return 'concurrency';
  if (takeover.auditFailed) return 'audit';
  return isWithinReach(rollout, takeover) ? null : 'concurrency';
}

/** What it takes over must be within its blast radius, but for what was there before, and reach its first stage. */
function isWithinReach({ contract }: Question['rollout'], { grants, base }: Takeover): boolean {
  const own = grants.filter((grant) => raising([grant], base) !== null);
  const isWithin = highestOf(own) <= bucketsOf(contract.rolloutWedge.maxBlastRadius);
  return isWithin && reachOf(grants, stageOf({ contract }, 0).scope) > 0;
}

/** Row 16. */
function isWaitingForPeople({ rollout, context }: Question): boolean {
  if (rollout.wedgeState === 'PENDING' && !context.contractApproved) return true;
  return !isGateOpen(rollout, context.ask);
}
