import { exposedTo, isNoWider, largestThreshold } from '../feature/grants.ts';
import { percentageOf } from '../feature/threshold.ts';
import type { DecisionContext } from './context.ts';
import type { Hold } from './decision.ts';
import { hold } from './hold.ts';
import type { DecisionInput, Row } from './row.ts';
import { isPending, type RolloutState } from './state.ts';

/** Row 15: the world around a rollout that is proven itself. A dry run exposes nobody: it neither waits for others nor makes them wait. */
export const featureIsFree: Row = (input) => {
  const { rollout, context } = input;
  if (rollout.dryRun) return null;
  return (
    coolingDown(input) ?? shutByCalendar(input) ?? roomTaken(input) ?? waiverEnded(context) ?? hookAgainst(context)
  );
};

function coolingDown({ rollout, context, nowMs }: DecisionInput): Hold | null {
  const untilMs = Math.max(context.featureCooldownUntilMs ?? 0, rollout.cooldownUntilMs ?? 0);
  return nowMs < untilMs ? hold('cooldown', 'the feature was rolled back lately', untilMs) : null;
}

function shutByCalendar({ context: { calendar } }: DecisionInput): Hold | null {
  return calendar === null ? null : hold('calendar', `${calendar.name}: ${calendar.detail}`, calendar.opensAtMs);
}

function roomTaken({ rollout, context }: DecisionInput): Hold | null {
  if (!isPending(rollout)) return null;
  if (rollout.contract.supersedes !== undefined) return takeoverRefused(rollout, context);
  if (context.otherLiveRolloutId !== null) {
    return hold('concurrency', `rollout ${context.otherLiveRolloutId} of this feature is live`);
  }
  const allowed = rollout.policy.maxConcurrentRollouts;
  return context.otherLiveRollouts < allowed ? null : hold('concurrency', `${allowed} rollouts are live already`);
}

/** It takes the place of the one that it ends, so it needs no other room. */
function takeoverRefused({ contract }: RolloutState, { takeover }: DecisionContext): Hold | null {
  if (takeover === null) return hold('concurrency', `rollout ${contract.supersedes}, which it supersedes, is not live`);
  if (takeover.auditFailed)
    return hold('audit', `the audit of rollout ${takeover.rolloutId} is FAIL: only a rollback leaves such a visit`);
  const { maxBlastRadius, wedgeStages } = contract.rolloutWedge;
  const widest = percentageOf(largestThreshold(takeover.grants.filter((grant) => !isNoWider([grant], takeover.base))));
  if (widest > maxBlastRadius) return hold('concurrency', `${widest} % is exposed, above its blast radius`);
  const [first] = wedgeStages;
  const isExposed = first !== undefined && exposedTo(takeover.grants, first.scope) > 0;
  return isExposed
    ? null
    : hold('concurrency', 'the scope of its first stage is not exposed: there is nothing to take over');
}

function waiverEnded({ waiverGap }: DecisionContext): Hold | null {
  if (waiverGap === null) return null;
  const ended = `the waiver of ${waiverGap.rule} ended at ${new Date(waiverGap.endedAtMs).toISOString()}`;
  return hold('waiverExpired', `${ended}; ask for a new one of this plan and rule, or roll back`);
}

const hookAgainst = ({ gateHook }: DecisionContext): Hold | null =>
  gateHook === null ? null : refusedByHook(gateHook);

export const refusedByHook = ({ hook, detail }: { readonly hook: string; readonly detail: string }): Hold =>
  hold('gateHook', `${hook} ${detail}`);
