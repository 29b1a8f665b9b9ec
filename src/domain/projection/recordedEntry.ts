import type { Entry } from '../ledger/entry.ts';

/** Where something stands in the ledger: the number in its feature's chain, and the hash that proves it. */
export type RecordedEntry = { readonly seq: number; readonly hash: string; readonly at: string };

export const recorded = ({ seq, hash, at }: Entry): RecordedEntry => ({ seq, hash, at });

/** The entries of one type, in the order of the chain. */
export function ofType<T extends Entry['type']>(
  entries: readonly Entry[],
  type: T,
): readonly Extract<Entry, { type: T }>[] {
  return entries.filter((entry): entry is Extract<Entry, { type: T }> => entry.type === type);
}
