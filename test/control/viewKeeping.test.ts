import { describe, expect, it } from 'vitest';
import { TokenDirectory } from '../../src/control/access/tokenDirectory.ts';
import { Configuration } from '../../src/control/flags/configuration.ts';
import { FlagView } from '../../src/control/flags/flagView.ts';
import { ViewKeeping } from '../../src/control/flags/viewKeeping.ts';
import type { TokenRecord } from '../../src/control/ports/tokenRegister.ts';
import { type KeptView, ViewFileRefused } from '../../src/control/ports/viewFile.ts';
import { UNTOUCHED } from '../../src/domain/feature/handFields.ts';
import { sha256Hex } from '../../src/domain/ledger/digest.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { HeldClock } from '../support/clock.ts';
import { T0 } from '../support/ledgerStory.ts';
import { memoryLedger } from '../support/memoryLedger.ts';

const TOKEN: TokenRecord = {
  ...{ tokenId: 't', hash: sha256Hex('secret'), subject: 'shop', roles: ['service'], features: null },
  ...{ createdAtMs: T0, expiresAtMs: T0 + 60_000 },
};

/** A process over a file that a process before it may have left; `file` null: none, an error: one that can't be read. */
function processOver(file: KeptView | null | Error) {
  const clock = new HeldClock(T0);
  const { tokens } = memoryLedger('test');
  const view = new FlagView({ monotonicMs: () => clock.nowMs(), staleAfterMs: 60_000, hardKilled: () => false });
  const directory = new TokenDirectory(tokens, clock, [{ ...TOKEN, tokenId: 'configured', hash: sha256Hex('admin') }]);
  const written: KeptView[] = [];
  const said: object[] = [];
  const say = (fields: object) => void said.push(fields);
  const keeping = new ViewKeeping({
    ...{ view, directory, clock, log: { info: say, warn: say, error: say } },
    file: {
      write: async (kept) => void written.push(kept),
      read: async () => {
        if (file instanceof Error) throw file;
        return file;
      },
    },
  });
  return { clock, tokens, view, directory, keeping, written, said };
}

const open = documentOf({ version: 4, grants: [grantOf(50)] });
const AS_PUBLISHED = { document: open, edits: UNTOUCHED, editsAt: 4 };

describe('what is kept for the next start', () => {
  it('is written after changes, once for many; before anything was ever known, nothing', async () => {
    const { clock, tokens, view, directory, keeping, written } = processOver(null);
    view.apply(documentOf());
    await keeping.keep();
    expect(written).toEqual([]);
    view.confirmed(T0);
    view.apply(open);
    clock.advance(5000);
    await keeping.keep();
    await keeping.keep();
    // What lies beside it in the store nobody has seen since its first version.
    const flags = [{ ...AS_PUBLISHED, editsAt: documentOf().version }];
    expect(written).toEqual([{ asOfMs: T0, flags, archived: [], tokens: [] }]);
    await tokens.add(TOKEN);
    await directory.refresh();
    await keeping.keep();
    await directory.refresh();
    await keeping.keep();
    expect(written.map((kept) => kept.tokens)).toEqual([[], [TOKEN]]);
  });

  it('is what a start with nobody to ask begins with, for those who were known, as old as it is', async () => {
    const kept = { asOfMs: T0 - 5000, flags: [AS_PUBLISHED], archived: [], tokens: [TOKEN] };
    const { clock, view, directory, keeping, written } = processOver(kept);
    await keeping.restore();
    expect([view.document('checkout-v2'), view.freshness.ageMs(), view.freshness.isStale()]).toEqual([
      open,
      5000,
      true,
    ]);
    expect(directory.find('secret')?.subject).toBe('shop');
    expect(directory.find('admin')?.tokenId).toBe('configured');
    clock.advance(60_000);
    expect(directory.find('secret')).toBeNull();

    // What is closed meanwhile is known to the next start too, and no younger for it.
    view.close({ ...open, killed: true, version: 5 });
    await keeping.keep();
    expect(written).toMatchObject([{ asOfMs: T0 - 5000, flags: [{ document: { killed: true } }], tokens: [TOKEN] }]);
  });

  it('SLU-DOOR: lowers what the ledger tells a start without the store by what a hand had typed into that', async () => {
    const flags = [{ ...AS_PUBLISHED, edits: { ...UNTOUCHED, rolloutPercent: 20 } }];
    const { view, keeping } = processOver({ asOfMs: T0 - 5000, flags, archived: [], tokens: [TOKEN] });
    const told = { ...open, version: 6, grants: [grantOf(70)] };
    view.recorded(told);
    view.confirmed(T0);
    await keeping.restoreEdits();
    expect([view.published(told.feature), view.document(told.feature)?.grants]).toEqual([told, [grantOf(20)]]);
    expect(view.freshness.isStale()).toBe(false);
    // Of another ledger.
    const other = processOver({ asOfMs: T0 - 5000, flags, archived: [], tokens: [] });
    other.view.recorded({ ...told, salt: 'f'.repeat(32) });
    await other.keeping.restoreEdits();
    expect(other.view.document(told.feature)?.grants).toEqual([grantOf(70)]);
  });

  it('is younger than the deadline, and evaluators elsewhere are told that nobody may go by it until it is confirmed', async () => {
    const kept = { asOfMs: T0 - 5000, flags: [AS_PUBLISHED], archived: [], tokens: [] };
    const { clock, view, keeping } = processOver(kept);
    await keeping.restore();
    const configuration = new Configuration(view, clock);
    expect(configuration.ageMs).toBe(Number.POSITIVE_INFINITY);
    view.confirmed(T0);
    clock.advance(1000);
    expect(configuration.ageMs).toBe(1000);
  });

  it.each([new ViewFileRefused('it is damaged'), new Error('EACCES')])(
    'is left alone where %s, which is said',
    async (fault) => {
      const { view, keeping, said } = processOver(fault);
      await keeping.restore();
      expect(view.freshness.ageMs()).toBe(Number.POSITIVE_INFINITY);
      expect(said).toHaveLength(1);
    },
  );
});
