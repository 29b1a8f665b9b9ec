import type { RuledDecision } from '../../domain/rollout/decision.ts';
import type { Poll } from '../../domain/rollout/poll.ts';
import type { RolloutState, WedgeState } from '../../domain/rollout/state.ts';
import type { Cursor, FeatureRecord } from './featureRegister.ts';

/** One tick's findings and what they led to. Its time is `poll.atMs`. */
export type Tick = { readonly poll: Poll; readonly decision: RuledDecision };

/** A rollout as its entries and its last tick have made it. */
export type RolloutRecord = {
  readonly state: RolloutState;
  readonly tick: Tick | null;
  readonly nextCheckAtMs: number | null;
};

/** A rollout that is this scheduler's to tick until the lease ends. */
export type Claim = RolloutRecord & {
  readonly feature: FeatureRecord;
  /** The chain's head at the time of the claim. */
  readonly headSeq: number;
  /** Grows with every claim: what a late writer with an old lease fails on. */
  readonly fence: number;
};

export type ClaimRequest = {
  readonly nowMs: number;
  readonly limit: number;
  readonly leaseMs: number;
};

export type RolloutFilter = {
  readonly feature?: string;
  readonly wedgeState?: WedgeState;
  readonly dryRun?: boolean;
};

/**
 * The rollouts. States are written by `Ledger.append`; ticks by `append` or `storeTick`. Throws `LedgerUnreachable`.
 * - `claimDue` takes rollouts that are live or wait for a start, whose next check is due and that nobody holds
 *   (`FOR UPDATE SKIP LOCKED`): two schedulers never hold one rollout;
 * - the next check is persisted, so a restart neither skips nor repeats a tick.
 */
export interface RolloutRegister {
  claimDue(request: ClaimRequest): Promise<readonly Claim[]>;
  /**
   * After a clock went backwards: what was looked at in what is now the future is due now, and nobody's. Without it nobody would look
   * at it until the clock has caught up.
   */
  dueAfterSetBack(nowMs: number): Promise<void>;
  /** Stores a tick that recorded nothing, sets the next check and gives the lease back; false where version or fence have moved on. */
  storeTick(claim: Pick<Claim, 'state' | 'fence'>, tick: Tick, nextCheckAtMs: number): Promise<boolean>;
  /** Gives a lease back without a poll: the tick failed before it had one. Nothing happens where the fence has moved on. */
  release(claim: Pick<Claim, 'state' | 'fence'>, nextCheckAtMs: number): Promise<void>;
  get(id: string): Promise<RolloutRecord | null>;
  /** Newest first. */
  list(filter: RolloutFilter, cursor: Cursor): Promise<readonly RolloutRecord[]>;
  /** What the ticks left for charts, from `fromMs` to `toMs`, oldest first. */
  ticks(
    id: string,
    range: { readonly fromMs: number; readonly toMs: number; readonly limit: number },
  ): Promise<readonly Tick[]>;
  /** Live real rollouts of the installation. */
  countLive(): Promise<number>;
  /** Forgets ticks older than this, but the last of no rollout: it is part of its state. Entries are never forgotten. */
  forgetTicksBefore(beforeMs: number): Promise<void>;
}
