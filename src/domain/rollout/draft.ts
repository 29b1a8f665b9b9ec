import type { Actor, EntryData, EntryDraft, EntryType, Evidence } from '../ledger/entry.ts';
import { exposedPercentage } from './foldRollout.ts';
import type { Reason } from './reason.ts';
import { currentStage, type RolloutState } from './state.ts';

/** Who says it, when, why, and resting on what. */
export type Saying = {
  readonly atMs: number;
  readonly actor: Actor;
  readonly reason: Reason | null;
  readonly comment: string | null;
  readonly evidence: Evidence | null;
};

/** An entry about a rollout as it stands: `after` is the percentage once the entry holds. */
export function draft<T extends EntryType>(
  rollout: RolloutState,
  saying: Saying,
  said: { readonly type: T; readonly data: EntryData[T]; readonly after?: number },
): EntryDraft {
  const before = exposedPercentage(rollout);
  // `type` and `data` belong together by T; the mapped union can't be built generically without saying so.
  return {
    ...saying,
    type: said.type,
    data: said.data,
    feature: rollout.feature,
    contract: rollout.contract.id,
    rollout: rollout.id,
    dryRun: rollout.dryRun,
    stage: currentStage(rollout).stageId,
    visit: rollout.visit,
    percentageBefore: before,
    percentageAfter: said.after ?? before,
    policyDigest: rollout.policyDigest,
    contractDigest: rollout.contractDigest,
  } as EntryDraft;
}
