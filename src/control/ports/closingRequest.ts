import type { OverrideWish } from '../../domain/feature/override.ts';
import type { Actor, Evidence } from '../../domain/ledger/entry.ts';
import type { Reason } from '../../domain/rollout/reason.ts';

type Common = {
  readonly id: string;
  readonly feature: string;
  readonly actor: Actor;
  readonly comment: string | null;
  /** When it was asked for or decided: the entry says so, however late it is recorded. */
  readonly atMs: number;
};

type Removing = {
  /** When the flag store had taken it; left out while it has not. */
  readonly removedAtMs?: number;
};

/** A wish to close. Plain data, so that it can wait in a journal and be carried out again. */
export type ClosingRequest =
  | (Common &
      Removing & {
        readonly kind: 'rollback';
        readonly rolloutId: string;
        readonly to: 'zero' | 'previousStage' | 'plan' | 'underWay';
        readonly automatic: boolean;
        readonly reason: Reason;
        readonly detail: string;
        readonly evidence: Evidence | null;
        /** Where the rollout was seen that is to be closed; null where it is to be closed wherever it is. */
        readonly seen: { readonly visit: number; readonly stageIndex: number } | null;
      })
  | (Common & Removing & { readonly kind: 'kill' })
  | (Common & { readonly kind: 'pause'; readonly rolloutId: string })
  | (Common & {
      readonly kind: 'narrow';
      readonly workspaceId: string;
      /** null: what raised the workspace is taken away. */
      readonly wish: OverrideWish | null;
      readonly cause: 'asked' | 'expired';
    });
export type RollbackRequest = Extract<ClosingRequest, { kind: 'rollback' }>;
export type KillRequest = Extract<ClosingRequest, { kind: 'kill' }>;
export type NarrowRequest = Extract<ClosingRequest, { kind: 'narrow' }>;
export type PauseRequest = Extract<ClosingRequest, { kind: 'pause' }>;
