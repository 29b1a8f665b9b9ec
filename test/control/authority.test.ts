import { expect, it } from 'vitest';
import { appendEntries } from '../../src/control/appendEntries.ts';
import { MAY_WRITE } from '../../src/domain/governance/authority.ts';
import { HeldClock } from '../support/clock.ts';
import { LedgerStory, T0 } from '../support/ledgerStory.ts';
import { memoryLedger } from '../support/memoryLedger.ts';

it('an authority that writes what is not its own is stopped before anything is written', async () => {
  const kept = memoryLedger();
  const story = new LedgerStory(kept);
  const { state } = await story.pending('checkout');
  const { drafts } = await story.start(state.id, T0);
  const before = await kept.ledger.head('checkout');
  const recording = { ledger: kept.ledger, clock: new HeldClock(T0) };
  for (const authority of ['proposal', 'eligibility', 'approval', 'audit', 'installation', 'upkeep'] as const) {
    expect(MAY_WRITE[authority]).not.toContain('started');
    await expect(appendEntries(authority, recording, drafts, {})).rejects.toThrow(/no right to write started/);
  }
  expect(await kept.ledger.head('checkout')).toEqual(before);
  expect((await appendEntries('execution', recording, drafts, {})).kind).toBe('appended');
});
