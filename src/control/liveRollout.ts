import type { RolloutState } from '../domain/rollout/state.ts';
import type { FeatureRecord } from './ports/featureRegister.ts';
import type { RolloutRecord, RolloutRegister } from './ports/rolloutRegister.ts';

/** The rollout under which a feature exposes somebody now, with its last look; null where none does. */
export async function liveRecord(rollouts: RolloutRegister, { state }: FeatureRecord): Promise<RolloutRecord | null> {
  const { live } = state.exposure;
  return live === null ? null : rollouts.get(live.rolloutId);
}

/** The same without its last look. */
export async function liveRollout(rollouts: RolloutRegister, feature: FeatureRecord): Promise<RolloutState | null> {
  return (await liveRecord(rollouts, feature))?.state ?? null;
}
