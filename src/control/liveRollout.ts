import type { RolloutState } from '../domain/rollout/state.ts';
import type { FeatureRecord } from './ports/featureRegister.ts';
import type { RolloutRegister } from './ports/rolloutRegister.ts';

/** The rollout under which a feature exposes somebody now; null where none does. */
export async function liveRollout(rollouts: RolloutRegister, { state }: FeatureRecord): Promise<RolloutState | null> {
  const { live } = state.exposure;
  const record = live === null ? null : await rollouts.get(live.rolloutId);
  return record?.state ?? null;
}
