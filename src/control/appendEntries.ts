import { type Authority, mayWrite } from '../domain/governance/authority.ts';
import { type EntryDraft, INSTALLATION_CHAIN } from '../domain/ledger/entry.ts';
import { noticesOf } from './notices.ts';
import type { Clock } from './ports/clock.ts';
import type { Appended, Expected, Ledger, TickedRollout } from './ports/ledger.ts';
import type { KnownRollouts } from './sight/knownRollouts.ts';

export type Recording = {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Of what is recorded about rollouts; the next look from memory rests on it. */
  readonly known?: KnownRollouts;
};

/**
 * The one way into the ledger: appends to the chain that the drafts are about, as of now, and lets people hear of it.
 *
 * @throws Error where the authority has no right to an entry: a fault of this program, found before anything is written
 */
export async function appendEntries(
  authority: Authority,
  { ledger, clock, known }: Recording,
  drafts: readonly EntryDraft[],
  expected: Expected,
  ticked: TickedRollout | null = null,
): Promise<Appended> {
  const foreign = drafts.find(({ type }) => !mayWrite(authority, type));
  if (foreign !== undefined) throw new Error(`${authority} has no right to write ${foreign.type}`);
  const chain = drafts[0]?.feature ?? INSTALLATION_CHAIN;
  const outcome = await ledger.append({
    chain,
    drafts,
    expected,
    ticked,
    notices: noticesOf(drafts),
    recordedAtMs: clock.nowMs(),
  });
  if (outcome.kind === 'appended') known?.follow(outcome.entries);
  return outcome;
}
