import type { EntryOf } from '../ledger/entry.ts';
import type { Removal } from './removal.ts';

/** A rollback of what nobody was let into removes nothing. */
export function removalBegun({ dryRun, data }: EntryOf<'rolledBack'>): Removal | null {
  const { fromStage, triggeredAtMs } = data;
  return dryRun || fromStage === null ? null : { triggeredAtMs, removedAtMs: null, confirmation: null };
}

/** The trigger as the removal tells it: of a kill it is that of the kill. */
export function removalSeen({ data }: EntryOf<'exposureRemoved'>): Removal {
  const { triggeredAtMs, removedAtMs } = data;
  return { triggeredAtMs, removedAtMs, confirmation: null };
}

/** An earlier removal's confirmation says nothing of the one that came after it. */
export function removalConfirmed(removal: Removal | null, { data }: EntryOf<'exposureConfirmed'>): Removal | null {
  if (removal?.removedAtMs !== data.removedAtMs) return removal;
  const { confirmedAtMs: atMs, heardCount, unheard, unheardCount } = data;
  return { ...removal, confirmation: { atMs, heardCount, unheard, unheardCount } };
}
