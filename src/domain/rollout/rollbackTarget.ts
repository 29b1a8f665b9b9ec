import type { FeatureState } from '../feature/featureState.ts';
import type { Exposure } from '../feature/flagDocument.ts';
import { noHigherThan } from '../feature/grants.ts';
import { thresholdOf } from '../feature/threshold.ts';
import { exposureAt, exposureWithoutRollout } from './exposure.ts';
import { type RolloutState, stageAt } from './state.ts';

/** How a rollback was asked for. `plan`: where the contract says; `underWay`: where a progressive one is on its way to. */
export type RollbackAsk = { readonly to: 'zero' | 'previousStage' | 'plan' | 'underWay'; readonly automatic: boolean };

/**
 * The stage that a rollback goes back to; null: to what the feature exposed before, which ends the rollout.
 * From the ramp or the first stage previous is zero; so is a second automatic rollback: the release had its chance.
 * With a progressive rollback under way none leads higher than that.
 */
export function rollbackStage(rollout: RolloutState, ask: RollbackAsk): number | null {
  const { rollingBack } = rollout;
  if (rollingBack === null) return wantedStage(rollout, ask);
  if (ask.to === 'underWay' || rollingBack.toStageIndex === null) return rollingBack.toStageIndex;
  const wanted = wantedStage(rollout, ask);
  return wanted === null ? null : Math.min(wanted, rollingBack.toStageIndex);
}

function wantedStage(rollout: RolloutState, ask: RollbackAsk): number | null {
  const to = ask.to === 'plan' ? rollout.contract.rolloutWedge.rollback.to : ask.to;
  if (to === 'zero' || rollout.phase !== 'stage' || rollout.stageIndex === 0) return null;
  if (ask.automatic && rollout.automaticRollbacks > 0) return null;
  return rollout.stageIndex - 1;
}

/**
 * What lookups must see after it. Pure, so that it can be published before the ledger has heard of it.
 * A rollback never raises: what a hand has lowered meanwhile stays as low.
 */
export function rolledBackExposure(
  rollout: RolloutState,
  feature: FeatureState,
  stageIndex: number | null,
  nowMs: number,
): Exposure {
  // What raises a workspace is void from any rollback: it was granted beside a release that nobody doubted yet.
  const raises = {};
  if (stageIndex === null) {
    return { ...exposureWithoutRollout(feature, noHigherThan(rollout.base, rollout.grants), nowMs), raises };
  }
  const threshold = thresholdOf(stageAt(rollout, stageIndex).targetPercentage);
  const planned = exposureAt(rollout, feature, { base: rollout.base, stageIndex, threshold, nowMs });
  return { ...planned, raises, grants: noHigherThan(planned.grants, rollout.grants) };
}
