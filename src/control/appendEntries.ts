import { type EntryDraft, INSTALLATION_CHAIN } from '../domain/ledger/entry.ts';
import { noticesOf } from './notices.ts';
import type { Clock } from './ports/clock.ts';
import type { Appended, Expected, Ledger, TickedRollout } from './ports/ledger.ts';

/** Appends to the chain that the drafts are about, as of now, and lets people hear of it. */
export function appendEntries(
  { ledger, clock }: { readonly ledger: Ledger; readonly clock: Clock },
  drafts: readonly EntryDraft[],
  expected: Expected,
  ticked: TickedRollout | null = null,
): Promise<Appended> {
  const chain = drafts[0]?.feature ?? INSTALLATION_CHAIN;
  return ledger.append({
    chain,
    drafts,
    expected,
    ticked,
    notices: noticesOf(drafts),
    recordedAtMs: clock.nowMs(),
  });
}
