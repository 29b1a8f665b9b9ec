import type { FeatureState } from '../feature/featureState.ts';
import { exposedTo, isNoWider } from '../feature/grants.ts';
import { thresholdOf } from '../feature/threshold.ts';
import type { EntryDraft } from '../ledger/entry.ts';
import type { Takeover } from './context.ts';
import { draft, type Saying } from './draft.ts';
import { exposureAt, grantsAt, percentageIn } from './exposure.ts';
import { isLive, type RolloutState, stageAt } from './state.ts';

/** What a rollout would be taken over with; null where it is live no more, or on its way down. */
export function takeoverOf(superseded: RolloutState | null): Takeover | null {
  if (superseded === null || !isLive(superseded) || superseded.dryRun) return null;
  // Nothing opens while it is being taken back, be it by another's hand.
  if (superseded.rollingBack !== null) return null;
  const { id, grants, base, auditFailedVisit, visit } = superseded;
  return { rolloutId: id, grants, base, auditFailed: auditFailedVisit === visit };
}

/** The last stage of the plan that lets nobody in who is out at present; null where even the first one is wider: then its ramp goes on. */
export function takeoverStage(rollout: RolloutState, { grants, base }: Takeover): number | null {
  const targets = rollout.contract.rolloutWedge.wedgeStages.map((stage, index) =>
    grantsAt(rollout, base, index, thresholdOf(stage.targetPercentage)),
  );
  const last = targets.findLastIndex((planned) => isNoWider(planned, grants));
  return last === -1 ? null : last;
}

/** One ends and the other begins, in one append: at the present grants, at a stage no wider, back to what was there before both. */
export function takeoverEntries(
  rollout: RolloutState,
  feature: FeatureState,
  superseded: RolloutState,
  saying: Saying,
): readonly EntryDraft[] {
  const takeover = takeoverOf(superseded);
  if (takeover === null) throw new Error(`rollout ${superseded.id} is not live: there is nothing to take over`);
  const fitting = takeoverStage(rollout, takeover);
  const stageIndex = fitting ?? 0;
  const stage = stageAt(rollout, stageIndex);
  const threshold = exposedTo(takeover.grants, stage.scope);
  const exposure = exposureAt(rollout, feature, { base: takeover.grants, stageIndex, threshold, nowMs: saying.atMs });
  const data = {
    exposure,
    base: takeover.base,
    phase: fitting === null ? ('ramp' as const) : ('stage' as const),
    stageIndex,
    supersedes: superseded.id,
    approvalTakenAsGiven: false,
  };
  const ended = draft(superseded, { ...saying, evidence: null }, { type: 'superseded', data: { by: rollout.id } });
  const started = draft(rollout, saying, { type: 'started', data, after: percentageIn(stage, exposure) });
  return [ended, { ...started, stage: stage.stageId }];
}
