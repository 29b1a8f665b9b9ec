import type { RolloutRecord } from './ports/rolloutRegister.ts';

/** No earlier than what the rollout has already seen: a clock that goes backwards shortens no window and no cooldown. */
export function nowFor({ state, tick }: Pick<RolloutRecord, 'state' | 'tick'>, clockMs: number): number {
  return Math.max(clockMs, state.lastEntryAtMs, tick?.poll.atMs ?? 0);
}
