import type { WaiverStanding, WaiverState } from '../../domain/governance/waiverState.ts';
import type { Cursor } from './featureRegister.ts';

/** `standing` is what it is at `nowMs`, whether its end is recorded yet or not. */
export type WaiverFilter = { readonly feature?: string; readonly standing?: WaiverStanding };

/** The waivers, as their entries have made them; written by `Ledger.append` alone. Throws `LedgerUnreachable`. */
export interface WaiverRegister {
  get(id: string): Promise<WaiverState | null>;
  /** Newest first. */
  list(filter: WaiverFilter, nowMs: number, cursor: Cursor): Promise<readonly WaiverState[]>;
  /** All that were ever asked for with this plan, whatever became of them. */
  ofPlan(feature: string, planDigest: string): Promise<readonly WaiverState[]>;
  /** Those whose time is over while no entry says so: neither rejected nor recorded as expired. The longest over first. */
  over(nowMs: number, limit: number): Promise<readonly WaiverState[]>;
}
