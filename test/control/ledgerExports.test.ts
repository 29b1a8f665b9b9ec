import { describe, expect, test } from 'vitest';
import { LedgerExports } from '../../src/control/desks/ledgerExports.ts';
import type { EntryPage, Ledger } from '../../src/control/ports/ledger.ts';
import { Refusal } from '../../src/control/refusal.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { appendOf, LedgerStory, stopDraft } from '../support/ledgerStory.ts';
import { memoryLedger } from '../support/memoryLedger.ts';
import { butFor } from '../support/simulatedInstallation.ts';

const CHAIN = '@installation';
const PAGE = 200;

async function ledgerOf(entries: number) {
  const kept = memoryLedger();
  const stops = Array.from({ length: entries }, () => stopDraft('stopSet'));
  await kept.ledger.append(appendOf(CHAIN, stops));
  return kept;
}

/** The desk, and what it asked the ledger for. */
function deskOver({ ledger, features }: ReturnType<typeof memoryLedger>, tampered: Partial<Ledger> = {}) {
  const asked: EntryPage[] = [];
  const watched = butFor(ledger, {
    entries: (chain, page) => {
      asked.push(page);
      return (tampered.entries ?? ledger.entries)(chain, page);
    },
  });
  return { desk: new LedgerExports({ ledger: watched, features, environment: 'test' }), asked };
}

const allOf = async (pages: AsyncIterable<readonly Entry[]>) => (await Array.fromAsync(pages)).flat();

describe('a chain that is taken away', () => {
  test.for([0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE])('of %i entries is whole', async (entries) => {
    const kept = await ledgerOf(entries);
    const { header, pages } = await deskOver(kept).desk.ofInstallation();
    const head = await kept.ledger.head(CHAIN);
    expect(header).toMatchObject({ chain: CHAIN, entries, headHash: head.hash });
    expect((await allOf(pages)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: entries }, (_, index) => index + 1),
    );
  });

  test('is read page by page, as it is taken, and no further than it is', async () => {
    const { desk, asked } = deskOver(await ledgerOf(5 * PAGE));
    const { pages } = await desk.ofInstallation();
    const iterator = pages[Symbol.asyncIterator]();
    for (const expected of [1, 1, 2, 3]) {
      expect(asked).toHaveLength(expected);
      await iterator.next();
    }
    await iterator.return?.();
    expect(asked).toHaveLength(4);
    expect(asked.every(({ limit }) => limit === PAGE)).toBe(true);
  });

  test('ends where it ended when it was asked for, whatever is appended meanwhile', async () => {
    const kept = await ledgerOf(PAGE + 1);
    const { header, pages } = await deskOver(kept).desk.ofInstallation();
    await kept.ledger.append(appendOf(CHAIN, [stopDraft('stopLifted')]));
    const entries = await allOf(pages);
    expect({ entries: entries.length, headHash: entries.at(-1)?.hash }).toEqual({
      entries: header.entries,
      headHash: header.headHash,
    });
  });

  test('has an end though the ledger lies about its numbers', async () => {
    const kept = await ledgerOf(3 * PAGE);
    for (const seq of [0, 1, PAGE, -1]) {
      const entries: Ledger['entries'] = async (chain, page) =>
        (await kept.ledger.entries(chain, page)).map((entry) => ({ ...entry, seq }));
      const { pages } = await deskOver(kept, { entries }).desk.ofInstallation();
      expect((await allOf(pages)).length).toBeLessThan(3 * PAGE);
    }
  });

  test('is that of a feature that is known, archived or not', async () => {
    const kept = memoryLedger();
    await new LedgerStory(kept).feature('checkout', { archivedAtMs: 1 });
    const { desk } = deskOver(kept);
    await expect(desk.ofFeature('checkout')).resolves.toMatchObject({ header: { chain: 'checkout', entries: 0 } });
    for (const key of ['nobody', CHAIN]) await expect(desk.ofFeature(key)).rejects.toThrow(Refusal);
  });
});
