import type { RolloutState } from '../../../domain/rollout/state.ts';

/**
 * `later`: the gate is closed and the ledger will hear of it; `foreseen` is the rollout as it will then be, null where a feature was
 * closed without one. `stands`: there was nothing left to close.
 */
export type ClosingOutcome =
  | { readonly kind: 'recorded' | 'stands' }
  | { readonly kind: 'later'; readonly foreseen: RolloutState | null };

export const RECORDED: ClosingOutcome = { kind: 'recorded' };
export const STANDS: ClosingOutcome = { kind: 'stands' };
