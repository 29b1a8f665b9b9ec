import type { WaiverState } from '../../../domain/governance/waiverState.ts';
import type { RolloutState } from '../../../domain/rollout/state.ts';
import type { FeatureRecord } from '../../ports/featureRegister.ts';
import { type Expected, unchanged } from '../../ports/ledger.ts';

/**
 * What must still hold when an opening is written: what the feature is and exposed, the waivers by which it breaks a rule, and of a
 * start the room that is left and the rollout that it takes over. A dry run exposes nobody, so nothing of the feature can be in its way.
 */
export function expectedOfOpening(
  rollout: RolloutState,
  feature: FeatureRecord,
  waivers: readonly WaiverState[],
  start: { readonly superseded: RolloutState | null; readonly maxLive: number } | null,
): Expected {
  if (rollout.dryRun) return {};
  const expected: Expected = {
    feature: unchanged(feature),
    waivers: waivers.map(({ waiverId, version }) => ({ id: waiverId, version })),
  };
  if (start === null) return expected;
  const { superseded, maxLive } = start;
  const room: Expected = { ...expected, maxLive };
  return superseded === null ? room : { ...room, superseded: { id: superseded.id, version: superseded.version } };
}
