import { EMPTY_CHAIN, link } from '../ledger/chain.ts';
import type { Entry, EntryDraft } from '../ledger/entry.ts';
import type { RolloutState } from './state.ts';

/**
 * The entries that drafts will become once the ledger hears of them, for folding: what they say holds, while their place in the
 * chain and their hashes mean nothing.
 */
export function foreseenEntries(state: RolloutState, drafts: readonly EntryDraft[]): readonly Entry[] {
  const recordedAtMs = state.lastEntryAtMs;
  const head = { ...EMPTY_CHAIN, atMs: recordedAtMs };
  return drafts.map((draft) => link(head, draft, { chain: state.feature, environment: '', recordedAtMs }));
}
