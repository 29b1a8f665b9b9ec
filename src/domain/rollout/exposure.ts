import type { WedgeStage } from '../contract/wedge.ts';
import type { FeatureState } from '../feature/featureState.ts';
import type { Exposure } from '../feature/flagDocument.ts';
import { exposedTo, type Grants, withGrant } from '../feature/grants.ts';
import { sameScope } from '../feature/scope.ts';
import { percentageOf, thresholdOf } from '../feature/threshold.ts';
import { type RolloutState, stageAt } from './state.ts';

/** The grants of a rollout that stands at `threshold` in a stage: what was there before, every earlier stage's target, its own. */
export function grantsAt(rollout: RolloutState, base: Grants, stageIndex: number, threshold: number): Grants {
  const earlier = rollout.contract.rolloutWedge.wedgeStages.slice(0, stageIndex);
  const kept = earlier.reduce(
    (grants, stage) => withGrant(grants, { scope: stage.scope, threshold: thresholdOf(stage.targetPercentage) }),
    base,
  );
  return withGrant(kept, { scope: stageAt(rollout, stageIndex).scope, threshold });
}

/** What lookups see while the rollout stands there. */
export function exposureAt(
  rollout: RolloutState,
  feature: FeatureState,
  at: { readonly base: Grants; readonly stageIndex: number; readonly threshold: number; readonly nowMs: number },
): Exposure {
  const stage = stageAt(rollout, at.stageIndex);
  const grants = grantsAt(rollout, at.base, at.stageIndex, at.threshold);
  return {
    ...feature.exposure,
    documentVersion: feature.exposure.documentVersion + 1,
    changedAtMs: at.nowMs,
    grants,
    live: {
      rolloutId: rollout.id,
      stage: stage.stageId,
      whenStale: rollout.contract.whenStale,
      grant: grants.findIndex((grant) => sameScope(grant.scope, stage.scope)),
    },
  };
}

/** What lookups see once no rollout is live: these grants and nothing else. */
export function exposureWithoutRollout(feature: FeatureState, grants: Grants, nowMs: number): Exposure {
  return {
    ...feature.exposure,
    documentVersion: feature.exposure.documentVersion + 1,
    changedAtMs: nowMs,
    grants,
    live: null,
  };
}

/** The percentage of a stage's people who are met. What was exposed before stays, so it may be more than the stage plans. */
export function percentageIn({ scope }: WedgeStage, { grants }: Pick<Exposure, 'grants'>): number {
  return percentageOf(exposedTo(grants, scope));
}

/** The stage that the ramp stands below, or the first one at its target where there is no ramp. */
export function startThreshold(rollout: RolloutState): {
  readonly threshold: number;
  readonly phase: 'ramp' | 'stage';
} {
  const initial = thresholdOf(rollout.contract.rolloutWedge.initialPercentage);
  const target = thresholdOf(stageAt(rollout, 0).targetPercentage);
  return initial < target ? { threshold: initial, phase: 'ramp' } : { threshold: target, phase: 'stage' };
}
