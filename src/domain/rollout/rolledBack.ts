import type { Exposure } from '../feature/flagDocument.ts';
import { minutesToMs } from '../hours.ts';
import type { EntryDraft } from '../ledger/entry.ts';
import { draft, type Saying } from './draft.ts';
import { percentageIn } from './exposure.ts';
import { currentStage, type RolloutState, stageAt } from './state.ts';

export type RolledBackHow = {
  /** As the flag store took it, version included: it may have been published before this entry exists. */
  readonly exposure: Exposure;
  readonly toStageIndex: number | null;
  readonly automatic: boolean;
  /** `progressive`: its last step, at its time. One that can't wait is immediate. */
  readonly mode: 'immediate' | 'progressive';
  readonly detail: string;
};

/** The entry of a rollback. The cooldown is the longer of the contract's and the policy's. */
export function rolledBackEntry(rollout: RolloutState, saying: Saying, how: RolledBackHow): EntryDraft {
  const { cooldownMinutes } = rollout.contract.rolloutWedge.rollback;
  const cooledAfterMs = minutesToMs(Math.max(cooldownMinutes, rollout.policy.cooldownMinutes));
  const wasOpen = rollout.wedgeState !== 'PENDING';
  return draft(rollout, saying, {
    type: 'rolledBack',
    after: wasOpen ? exposedAfter(rollout, how) : 0,
    data: {
      ...how,
      fromStage: wasOpen ? currentStage(rollout).stageId : null,
      triggeredAtMs: saying.atMs,
      cooldownUntilMs: wasOpen ? saying.atMs + cooledAfterMs : saying.atMs,
    },
  });
}

/** Of the scope that it goes back to: what the feature exposed before stays, and what a hand has capped stays as low. */
function exposedAfter(rollout: RolloutState, { exposure, toStageIndex }: RolledBackHow): number {
  const stage = toStageIndex === null ? currentStage(rollout) : stageAt(rollout, toStageIndex);
  return exposure.killed ? 0 : percentageIn(stage, exposure);
}
