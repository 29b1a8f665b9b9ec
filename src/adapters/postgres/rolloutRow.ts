import type { RolloutRecord, Tick } from '../../control/ports/rolloutRegister.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { documentIn } from './document.ts';
import { Prisma } from './generated/client.ts';

export type RolloutRow = {
  readonly state: unknown;
  readonly tick: unknown;
  readonly next_check_at_ms: bigint | null;
};

/** A rollout with its last tick, for `SELECT ... FROM`. */
export const ROLLOUT_COLUMNS = Prisma.sql`rollouts.state, rollouts.next_check_at_ms, ticks.tick`;
export const ROLLOUT_TABLES = Prisma.sql`
  rollouts LEFT JOIN ticks ON ticks.rollout_id = rollouts.id AND ticks.at_ms = rollouts.tick_at_ms`;

export function rolloutIn(row: RolloutRow): RolloutRecord {
  return {
    state: documentIn<RolloutState>(row.state),
    tick: documentIn<Tick | null>(row.tick),
    nextCheckAtMs: row.next_check_at_ms === null ? null : Number(row.next_check_at_ms),
  };
}
