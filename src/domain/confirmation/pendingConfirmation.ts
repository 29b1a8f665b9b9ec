import type { EntryOf } from '../ledger/entry.ts';

/** A closing that the flag store has, and of which not everybody is known to serve it. */
export type PendingConfirmation = {
  readonly rolloutId: string | null;
  /** Of the exposure, as the ledger counts. */
  readonly documentVersion: number;
  readonly triggeredAtMs: number;
  readonly removedAtMs: number;
  /** From when on acknowledgements are waited for: recorded late, nobody was asked before. */
  readonly sinceMs: number;
};

export function pendingSince({ rollout, data, recordedAt }: EntryOf<'exposureRemoved'>): PendingConfirmation {
  const sinceMs = Math.max(data.removedAtMs, Date.parse(recordedAt));
  return { ...data, rolloutId: rollout, sinceMs };
}

/** What still waits after a confirmation: another closing of the same feature waits for acknowledgements of its own. */
export function withoutConfirmed(
  pending: readonly PendingConfirmation[],
  { rollout, data }: EntryOf<'exposureConfirmed'>,
): readonly PendingConfirmation[] {
  const confirmed = pending.findIndex(
    ({ rolloutId, documentVersion, triggeredAtMs, removedAtMs }) =>
      rolloutId === rollout &&
      documentVersion === data.documentVersion &&
      triggeredAtMs === data.triggeredAtMs &&
      removedAtMs === data.removedAtMs,
  );
  return pending.filter((_, index) => index !== confirmed);
}
