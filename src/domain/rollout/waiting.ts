import { hoursToMs, minutesToMs } from '../hours.ts';
import type { Ask } from './context.ts';
import type { Poll } from './poll.ts';
import { currentStage, type RolloutState } from './state.ts';

export type Wait = {
  readonly reason: 'minimumDwell' | 'stageDuration' | 'observationWindow' | 'stabilizationWindow';
  readonly leftMs: number;
};

/** The clock of this phase that ends last, with the active time left; null where all are over. In the ramp the dwell alone. */
export function longestWait(rollout: RolloutState, poll: Poll, ask: Ask | null): Wait | null {
  const open = waits(rollout, poll, ask).filter((wait) => wait.leftMs > 0);
  return open.reduce<Wait | null>(
    (longest, wait) => (longest !== null && longest.leftMs >= wait.leftMs ? longest : wait),
    null,
  );
}

function waits(rollout: RolloutState, poll: Poll, ask: Ask | null): readonly Wait[] {
  const { visit, observation } = poll.activeMs;
  const dwell = minutesToMs(rollout.policy.minDwellMinutes) - visit;
  if (rollout.phase === 'ramp') return [{ reason: 'minimumDwell', leftMs: dwell }];
  const stage = currentStage(rollout);
  // Only an operator's reasoned wish stands in for the duration, and for none of the windows that gather proof.
  const duration = ask?.kind === 'advance' && ask.comment !== null ? 0 : hoursToMs(stage.durationHours) - visit;
  return [
    { reason: 'minimumDwell', leftMs: dwell },
    { reason: 'stageDuration', leftMs: duration },
    {
      reason: 'observationWindow',
      leftMs: hoursToMs(rollout.contract.rolloutWedge.observationWindowHours) - observation,
    },
    { reason: 'stabilizationWindow', leftMs: hoursToMs(stage.stabilization.minimumDurationHours) - observation },
  ];
}
