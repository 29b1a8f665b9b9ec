import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FlagStore, FlagStoreUnreachable } from '../../src/control/ports/flagStore.ts';
import type { FlagDocument } from '../../src/domain/feature/flagDocument.ts';
import { type HandFields, handFieldsOf, UNTOUCHED } from '../../src/domain/feature/handFields.ts';
import { isLowering } from '../../src/domain/feature/lowering.ts';
import type { StoredFlag } from '../../src/domain/feature/storedFlag.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';

/** A store with nothing in it, and a hand that changes its fields as a person would. */
export type FlagStoreUnderTest = {
  readonly store: FlagStore;
  readonly editByHand: (feature: string, edit: Partial<HandFields>) => Promise<void>;
  /** The store as another replica has it; closed with the first. */
  readonly another: () => FlagStore;
  readonly close: () => Promise<void>;
};

const at = (version: number, percentage: number, given: Partial<FlagDocument> = {}) =>
  documentOf({ version, grants: percentage === 0 ? [] : [grantOf(percentage)], ...given });

/** What every flag store owes, whatever it is made of. */
export function flagStoreContract(name: string, open: () => Promise<FlagStoreUnderTest>): void {
  describe(`the flag store ${name}`, () => {
    let under: FlagStoreUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    /** As Sluice says it: what opens is derived from the ledger, all else may close. */
    const published = async (document: FlagDocument, adopted?: HandFields) => {
      const flag = await under.store.read(document.feature);
      const opens = flag?.kind === 'flag' && !isLowering(document, flag.document);
      return under.store.publish(document, opens ? 'derived' : 'closing', adopted && { adopted });
    };
    const stored = async (feature = 'checkout-v2') => {
      const flag = await under.store.read(feature);
      if (flag?.kind !== 'flag') throw new Error(`no flag, but ${JSON.stringify(flag)}`);
      return flag;
    };

    test('holds nothing at first', async () => {
      expect(await under.store.read('checkout-v2')).toBeNull();
      expect(await under.store.readAll()).toEqual([]);
    });

    test('gives back what was published, with the hand fields that go with it', async () => {
      const document = at(1, 12.345, {
        caps: { acme: 0, constructor: 5 },
        variants: { on: { list: [], text: 'ä\u0000\ud800"' }, off: {} },
        prerequisites: [{ feature: 'accounts-v2', variant: 'on' }],
        live: { rolloutId: 'r-1', stage: 'canary', whenStale: 'keep', grant: 0 },
      });
      expect(await published(document)).toEqual({ outcome: 'stored', version: 1 });
      expect(await under.store.read('checkout-v2')).toEqual({
        kind: 'flag',
        feature: 'checkout-v2',
        document,
        hand: { enabled: true, internalOnly: false, rolloutPercent: 12.345, paused: false },
      });
    });

    test('takes a higher version, higher or lower in exposure', async () => {
      await published(at(1, 10));
      expect(await published(at(2, 25))).toEqual({ outcome: 'stored', version: 2 });
      expect(await published(at(5, 5))).toEqual({ outcome: 'stored', version: 5 });
      expect((await stored()).document).toEqual(at(5, 5));
    });

    test('refuses a raise of no higher version as stale, and tells what it holds', async () => {
      await published(at(7, 10));
      expect(await published(at(7, 11))).toEqual({ outcome: 'stale', version: 7 });
      expect(await published(at(6, 25))).toEqual({ outcome: 'stale', version: 7 });
      expect((await stored()).document).toEqual(at(7, 10));
    });

    test('lowers nothing behind its version for a document that is only derived', async () => {
      await published(at(7, 10));
      const late = await under.store.publish(at(6, 5), 'derived');
      expect(late).toEqual({ outcome: 'stale', version: 7 });
      expect((await stored()).document).toEqual(at(7, 10));
    });

    test('answers unchanged to the same again', async () => {
      await published(at(7, 10));
      expect(await published(at(7, 10))).toEqual({ outcome: 'unchanged', version: 7 });
    });

    test('SLU-CLOSE: takes a lowering of any version, and counts on from the higher', async () => {
      await published(at(7, 10));
      expect(await published(at(3, 4))).toEqual({ outcome: 'stored', version: 8 });
      expect(await published(at(8, 4, { killed: true }))).toEqual({ outcome: 'stored', version: 9 });
      expect((await stored()).document).toEqual(at(9, 4, { killed: true }));
      expect(await published(at(9, 4))).toEqual({ outcome: 'stale', version: 9 });
    });

    test('says edited instead of raising over a field changed by hand, until that edit is adopted', async () => {
      await published(at(7, 10));
      await under.editByHand('checkout-v2', { rolloutPercent: 3 });
      const { hand } = await stored();
      expect(hand).toEqual({ ...handFieldsOf(at(7, 10)), rolloutPercent: 3 });
      expect(await published(at(8, 25))).toEqual({ outcome: 'edited', version: 7 });
      expect(await published(at(7, 10))).toEqual({ outcome: 'edited', version: 7 });
      await under.editByHand('checkout-v2', { enabled: false });
      expect(await published(at(8, 25), hand)).toEqual({ outcome: 'edited', version: 7 });
      const now = await stored();
      expect(await published(at(8, 25), now.hand)).toEqual({ outcome: 'stored', version: 8 });
      expect((await stored()).hand).toEqual(handFieldsOf(at(8, 25)));
    });

    test('SLU-CLOSE: takes a lowering over an edit, and leaves what the hand has lowered', async () => {
      await published(at(7, 10));
      await under.editByHand('checkout-v2', { rolloutPercent: 3, paused: true });
      expect(await published(at(8, 5))).toEqual({ outcome: 'stored', version: 8 });
      expect((await stored()).hand).toEqual({ ...handFieldsOf(at(8, 5)), rolloutPercent: 3, paused: true });
    });

    test('writes down again what a hand was seen to lower, where it is lost', async () => {
      const seen = { version: 7, edits: { ...UNTOUCHED, rolloutPercent: 3 } };
      expect(await under.store.publish(at(7, 10), 'derived', { seen })).toEqual({ outcome: 'stored', version: 7 });
      expect((await stored()).hand).toEqual({ ...handFieldsOf(at(7, 10)), rolloutPercent: 3 });
      await under.editByHand('checkout-v2', { rolloutPercent: 10 });
      expect((await under.store.publish(at(7, 10), 'derived', { seen })).outcome).toBe('stored');
      expect((await stored()).hand).toMatchObject({ rolloutPercent: 3 });
    });

    test('keeps a flag typed by hand before there was any document as low as it is', async () => {
      await under.editByHand('checkout-v2', { enabled: false });
      expect(await published(at(1, 10))).toEqual({ outcome: 'stored', version: 1 });
      expect((await stored()).hand).toMatchObject({ enabled: false });
    });

    test('archives for good, but for a higher version', async () => {
      await published(at(7, 10));
      await published(at(1, 10, { feature: 'accounts-v2' }));
      await under.store.archive('checkout-v2', 5);
      expect(await under.store.read('checkout-v2')).toEqual({ kind: 'archived', feature: 'checkout-v2', version: 7 });
      expect(await published(at(7, 0))).toEqual({ outcome: 'stale', version: 7 });
      expect(await published(at(8, 0))).toEqual({ outcome: 'stored', version: 8 });
      expect((await under.store.readAll()).map(({ feature }) => feature).sort()).toEqual([
        'accounts-v2',
        'checkout-v2',
      ]);
    });

    test('of writers that race, the highest version stands, and every answer is true', async () => {
      const live = { rolloutId: 'r-1', whenStale: 'close', grant: 0 } as const;
      const documents = Array.from({ length: 30 }, (_, index) =>
        at(index + 1, 10, { live: { ...live, stage: `stage-${index}` } }),
      );
      const other = under.another();
      const answers = await Promise.all(
        documents.map((document) => (document.version % 2 === 0 ? other : under.store).publish(document, 'derived')),
      );
      expect((await stored()).document).toEqual(documents.at(-1));
      expect(answers.at(-1)).toEqual({ outcome: 'stored', version: 30 });
      for (const [index, { outcome, version }] of answers.entries()) {
        const own = index + 1;
        expect(outcome === 'stored' ? version === own : outcome === 'stale' && version > own).toBe(true);
      }
    });

    test('SLU-CLOSE: of a raise and a closing that race, the closing stands or is known to have come first', async () => {
      const other = under.another();
      for (let before = 1; before <= 100; before += 5) {
        await published(at(before, 10));
        const [raised, closed] = await Promise.all([
          other.publish(at(before + 1, 50), 'derived'),
          published(at(before, 0)),
        ]);
        expect(closed.outcome).toBe('stored');
        const { document } = await stored();
        // Both versions are before + 1 where the closing came first: the raise is stale then.
        expect([raised.outcome, document.version]).toEqual(
          raised.outcome === 'stale' ? ['stale', before + 1] : ['stored', before + 2],
        );
        expect(document.grants).toEqual([]);
      }
    });

    test('tells a subscriber what there is, then each change of a feature in order, and that this is all', async () => {
      await published(at(1, 10));
      const told: StoredFlag[] = [];
      const confirmed: number[] = [];
      await under.store.subscribe({
        changed: (flag) => told.push(flag),
        confirmed: (asOfMs) => confirmed.push(asOfMs),
      });
      expect(told).toEqual([await stored()]);
      expect(confirmed).not.toEqual([]);
      await published(at(2, 20));
      await vi.waitFor(async () => expect(told.at(-1)).toEqual(await stored()));
      const other = under.another();
      await other.publish(at(1, 10, { feature: 'accounts-v2' }), 'derived');
      await other.archive('checkout-v2', 3);
      await vi.waitFor(() => {
        expect(told).toContainEqual({ kind: 'archived', feature: 'checkout-v2', version: 3 });
        expect(told.map(({ feature }) => feature)).toContain('accounts-v2');
      });
      expect(told.filter(({ feature }) => feature === 'checkout-v2').map(({ kind }) => kind)).toEqual([
        'flag',
        'flag',
        'archived',
      ]);
      const before = confirmed.length;
      await vi.waitFor(() => expect(confirmed.length).toBeGreaterThan(before));
      expect(confirmed).toEqual(confirmed.toSorted((a, b) => a - b));
    });

    test('can be rehearsed without a trace, says how long closing took, and that it is well', async () => {
      for (let rehearsed = 0; rehearsed < 2; rehearsed += 1) {
        const { closedInMs } = await under.store.rehearse();
        expect(closedInMs).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(closedInMs)).toBe(true);
      }
      expect(await under.store.readAll()).toEqual([]);
      expect(under.store.state().ok).toBe(true);
    });

    test('can be rehearsed by many at once, beside what is published, and subscribers hear of none of it', async () => {
      await published(at(1, 10));
      const told: StoredFlag[] = [];
      await under.store.subscribe({ changed: (flag) => told.push(flag), confirmed: () => undefined });
      const stores = [under.store, under.another(), under.another()];
      const rehearsals = stores.flatMap((store) => Array.from({ length: 5 }, () => store.rehearse()));
      await Promise.all([...rehearsals, published(at(2, 20))]);
      expect((await under.store.readAll()).map(({ feature }) => feature)).toEqual(['checkout-v2']);
      await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ document: { version: 2 } }));
      expect(new Set(told.map(({ feature }) => feature))).toEqual(new Set(['checkout-v2']));
    });

    test('closed, refuses with a typed error and tells nobody anything', async () => {
      const told: StoredFlag[] = [];
      await under.store.subscribe({ changed: (flag) => told.push(flag), confirmed: () => undefined });
      await under.store.close();
      const calls = [
        () => published(at(1, 10)),
        () => under.store.archive('checkout-v2', 1),
        () => under.store.read('checkout-v2'),
        () => under.store.readAll(),
        () => under.store.rehearse(),
      ];
      for (const call of calls) await expect(call()).rejects.toThrow(FlagStoreUnreachable);
      await under.store.subscribe({ changed: (flag) => told.push(flag), confirmed: () => undefined });
      await under.store.close();
      expect(under.store.state().ok).toBe(false);
      expect(told).toEqual([]);
    });
  });
}
