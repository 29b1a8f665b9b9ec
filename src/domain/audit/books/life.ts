import type { WaiverUse } from '../../governance/waiver.ts';
import type { JudgedRollout } from '../judgedRollout.ts';

/** A rollout as the verifier has it of its entries: what the table looks at, and clocks of its own by the entries' times alone. */
export type Life = JudgedRollout & {
  readonly id: string;
  readonly contractId: string;
  readonly proposer: string;
  readonly planDigest: string;
  readonly waivers: readonly WaiverUse[];
  /** Counted as `evidence.rolloutVersion` counts: entries that change what is allowed next. */
  readonly version: number;
  /** Observation and stabilization count from here. */
  readonly epochSinceMs: number;
  /** Active time of the visit, but for what runs since `activeSinceMs`; that is null while it is paused or pending. */
  readonly activeBeforeMs: number;
  readonly activeSinceMs: number | null;
  /** Sluice, or an auditor, has passed this visit. */
  readonly visitPassed: boolean;
  readonly visitFailed: boolean;
  /** Of this visit: each criterion that alerted, and whether that still stands. */
  readonly alerts: Readonly<Record<string, 'standing' | 'over'>>;
};

/** Pauses left out. */
export function activeMsOf({ activeBeforeMs, activeSinceMs }: Life, atMs: number): number {
  return activeBeforeMs + (activeSinceMs === null ? 0 : atMs - activeSinceMs);
}
