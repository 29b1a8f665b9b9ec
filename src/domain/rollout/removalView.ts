import { timeOf, timeOrNull } from '../time.ts';
import type { RolloutState } from './state.ts';

/** Times RFC 3339; the seconds are counted from the trigger. */
export type RemovalView = {
  readonly state: 'removing' | 'removed' | 'confirmed';
  readonly triggeredAt: string;
  readonly removedAt: string | null;
  readonly removedAfterSeconds: number | null;
  readonly confirmedAt: string | null;
  readonly confirmedAfterSeconds: number | null;
  /** Who serves it for certain, and who was not heard from when the wait was over: the first hundred by name. */
  readonly heardCount: number;
  readonly unheard: readonly string[];
  readonly unheardCount: number;
};

export function removalView({ removal }: RolloutState): RemovalView | null {
  if (removal === null) return null;
  const { triggeredAtMs, removedAtMs, confirmation } = removal;
  const after = (ms: number | null) => (ms === null ? null : (ms - triggeredAtMs) / 1000);
  const confirmedAtMs = confirmation?.atMs ?? null;
  return {
    state: confirmation !== null ? 'confirmed' : removedAtMs === null ? 'removing' : 'removed',
    triggeredAt: timeOf(triggeredAtMs),
    removedAt: timeOrNull(removedAtMs),
    removedAfterSeconds: after(removedAtMs),
    confirmedAt: timeOrNull(confirmedAtMs),
    confirmedAfterSeconds: after(confirmedAtMs),
    heardCount: confirmation?.heardCount ?? 0,
    unheard: confirmation?.unheard ?? [],
    unheardCount: confirmation?.unheardCount ?? 0,
  };
}
