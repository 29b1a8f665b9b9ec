import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WaiverRegister } from '../../src/control/ports/waiverRegister.ts';
import { foldWaiver, type WaiverState, waiverIn } from '../../src/domain/governance/waiverState.ts';
import { INSTALLATION_CHAIN } from '../../src/domain/ledger/entry.ts';
import { appendOf, entriesIn, type Kept, LedgerStory, stopAppend, stopDraft, T0 } from '../support/ledgerStory.ts';
import { type Asked, DAY, expiredDraft, requestedDraft, waiverAppend, wordDraft } from '../support/waiverStory.ts';
import type { LedgerUnderTest } from './ledger.ts';

const ALL = { afterSeq: 0, limit: 1000 };
const FEATURE = 'checkout-v2';

/** What a register of waivers owes, whatever it is made of. */
export function waiverRegisterContract(name: string, open: () => Promise<LedgerUnderTest>): void {
  describe(`the waivers ${name}`, () => {
    let under: LedgerUnderTest;
    let kept: Kept;
    beforeEach(async () => {
      under = await open();
      kept = under.kept;
      const story = new LedgerStory(kept);
      for (const feature of [FEATURE, 'search']) await story.feature(feature);
    });
    afterEach(() => under.close());

    const ask = async (asked: Asked = {}) => entriesIn(await kept.ledger.append(waiverAppend(requestedDraft(asked))));
    const approve = async (subject: string, asked: Asked = {}) =>
      entriesIn(await kept.ledger.append(waiverAppend(wordDraft('waiverApproved', subject, asked))));
    const end = async (asked: Asked = {}) => entriesIn(await kept.ledger.append(waiverAppend(expiredDraft(asked))));
    const ids = (waivers: readonly WaiverState[]) => waivers.map(({ waiverId }) => waiverId);

    test('are the fold of their entries, and belong to no contract and no rollout', async () => {
      const asked = await ask();
      const words = [...(await approve('anna')), ...(await approve('emil'))];
      const folded = [...asked, ...words].reduce<WaiverState | null>(foldWaiver, null);
      expect(await kept.waivers.get('w1')).toEqual(folded);
      expect(await kept.waivers.get('nobody')).toBeNull();
      expect([...asked, ...words].map(waiverIn)).toEqual(['w1', 'w1', 'w1']);
      expect(await kept.contracts.list({}, { after: null, limit: 10 })).toEqual([]);
    });

    test('what rests on a version that is gone is refused, and writes nothing', async () => {
      await ask();
      await approve('anna');
      const late = waiverAppend(wordDraft('waiverApproved', 'emil'), { id: 'w1', version: 1 });
      expect(await kept.ledger.append(late)).toEqual({ kind: 'conflict', over: 'waiver' });
      const unknown = waiverAppend(wordDraft('waiverApproved', 'emil'), { id: 'w9', version: 1 });
      expect(await kept.ledger.append(unknown)).toEqual({ kind: 'conflict', over: 'waiver' });
      expect(await kept.ledger.append(waiverAppend(requestedDraft()))).toEqual({ kind: 'conflict', over: 'waiver' });
      expect(await kept.ledger.entries(FEATURE, ALL)).toHaveLength(2);
    });

    test('of many that write at one moment on what they saw, one does', async () => {
      await ask();
      const other = await under.another();
      const writes = ['anna', 'emil', 'peter', 'paula'].map((subject, index) =>
        (index % 2 === 0 ? kept : other).ledger.append(
          waiverAppend(wordDraft('waiverApproved', subject), { id: 'w1', version: 1 }),
        ),
      );
      const kinds = (await Promise.all(writes)).map(({ kind }) => kind);
      expect(kinds.toSorted()).toEqual(['appended', 'conflict', 'conflict', 'conflict']);
      expect(await kept.waivers.get('w1')).toMatchObject({ version: 2 });
    });

    test('the same end recorded by many replicas is recorded once', async () => {
      await ask();
      const other = await under.another();
      const writes = [kept, other, kept, other].map(({ ledger }) =>
        ledger.append(waiverAppend(expiredDraft(), { id: 'w1', version: 1 })),
      );
      const kinds = (await Promise.all(writes)).map(({ kind }) => kind);
      expect(kinds.toSorted()).toEqual(['appended', 'conflict', 'conflict', 'conflict']);
    });

    test('are listed newest first, page by page, by feature and by what they are at that moment', async () => {
      await ask({ waiverId: 'w1', atMs: T0 });
      await ask({ waiverId: 'w2', atMs: T0 + 1, feature: 'search' });
      for (const waiverId of ['w4', 'w3', 'w5']) await ask({ waiverId, atMs: T0 + 2 });
      for (const subject of ['anna', 'emil']) await approve(subject, { waiverId: 'w3' });
      await kept.ledger.append(waiverAppend(wordDraft('waiverRejected', 'anna', { waiverId: 'w4' })));
      await end({ waiverId: 'w5' });
      type Filter = Parameters<WaiverRegister['list']>[0];
      const list = async (filter: Filter = {}, nowMs = T0, after: string | null = null, limit = 10) =>
        ids(await kept.waivers.list(filter, nowMs, { after, limit }));
      expect(await list()).toEqual(['w5', 'w4', 'w3', 'w2', 'w1']);
      expect(await list({}, T0, null, 2)).toEqual(['w5', 'w4']);
      expect(await list({}, T0, 'w4', 2)).toEqual(['w3', 'w2']);
      expect(await list({}, T0, 'nobody')).toEqual([]);
      expect(await list({ feature: FEATURE }, T0, 'w3')).toEqual(['w1']);
      expect(await list({ standing: 'requested' })).toEqual(['w2', 'w1']);
      expect(await list({ standing: 'approved' })).toEqual(['w3']);
      expect(await list({ standing: 'rejected' })).toEqual(['w4']);
      expect(await list({ standing: 'expired' })).toEqual(['w5']);
      expect(await list({ standing: 'approved' }, T0 + DAY)).toEqual([]);
      expect(await list({ standing: 'expired' }, T0 + DAY)).toEqual(['w5', 'w3', 'w2', 'w1']);
      expect(await list({ standing: 'rejected' }, T0 + DAY)).toEqual(['w4']);
    });

    test('a page goes on after a waiver that the filter no longer shows', async () => {
      for (const waiverId of ['w1', 'w2', 'w3']) await ask({ waiverId });
      await end({ waiverId: 'w3' });
      const next = await kept.waivers.list({ standing: 'requested' }, T0, { after: 'w3', limit: 10 });
      expect(ids(next)).toEqual(['w2', 'w1']);
    });

    test('of one plan are all that were ever asked for with it, and no other', async () => {
      await ask({ waiverId: 'w2', atMs: T0 });
      await ask({ waiverId: 'w1', atMs: T0 + 1 });
      await ask({ waiverId: 'w3', planDigest: 'e'.repeat(64) });
      await ask({ waiverId: 'w4', feature: 'search' });
      await kept.ledger.append(waiverAppend(wordDraft('waiverRejected', 'anna', { waiverId: 'w2' })));
      expect(ids(await kept.waivers.ofPlan(FEATURE, 'd'.repeat(64)))).toEqual(['w2', 'w1']);
      expect(ids(await kept.waivers.ofPlan('nobody', 'd'.repeat(64)))).toEqual([]);
    });

    test('over are those whose time has come while no entry says so, the longest over first', async () => {
      await ask({ waiverId: 'w1', expiresAtMs: T0 + 200 });
      await ask({ waiverId: 'w2', expiresAtMs: T0 + 100 });
      await ask({ waiverId: 'w3', expiresAtMs: T0 + 100 });
      await ask({ waiverId: 'w4', expiresAtMs: T0 + 50 });
      for (const subject of ['anna', 'emil']) await approve(subject, { waiverId: 'w1' });
      await kept.ledger.append(waiverAppend(wordDraft('waiverRejected', 'anna', { waiverId: 'w4' })));
      expect(ids(await kept.waivers.over(T0 + 99, 10))).toEqual([]);
      expect(ids(await kept.waivers.over(T0 + 100, 10))).toEqual(['w2', 'w3']);
      expect(ids(await kept.waivers.over(T0 + 200, 2))).toEqual(['w2', 'w3']);
      await end({ waiverId: 'w2' });
      expect(ids(await kept.waivers.over(T0 + 200, 10))).toEqual(['w3', 'w1']);
    });

    test('a chain that somebody else has written to is a conflict for whoever rests on its end', async () => {
      const onEnd = (seq: number) => appendOf(INSTALLATION_CHAIN, [stopDraft('stopSet')], { expected: { seq } });
      expect(await kept.ledger.append(onEnd(1))).toEqual({ kind: 'conflict', over: 'chain' });
      entriesIn(await kept.ledger.append(onEnd(0)));
      entriesIn(await kept.ledger.append(stopAppend('stopLifted')));
      expect(await kept.ledger.append(onEnd(1))).toEqual({ kind: 'conflict', over: 'chain' });
      const other = await under.another();
      const both = await Promise.all([kept, other].map(({ ledger }) => ledger.append(onEnd(2))));
      expect(both.map(({ kind }) => kind).toSorted()).toEqual(['appended', 'conflict']);
    });
  });
}
