import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FeatureRecord } from '../../src/control/ports/featureRegister.ts';
import { KEPT_MS } from '../../src/control/ports/idempotencyRegister.ts';
import type { Append } from '../../src/control/ports/ledger.ts';
import type { Notice } from '../../src/control/ports/outbox.ts';
import type { TokenRecord } from '../../src/control/ports/tokenRegister.ts';
import { confirmationSaid } from '../../src/domain/confirmation/confirmation.ts';
import { featureDraft } from '../../src/domain/feature/featureDraft.ts';
import { closedFeature } from '../../src/domain/feature/featureState.ts';
import { SLUICE } from '../../src/domain/ledger/entry.ts';
import {
  appendOf,
  contractOf,
  definitionOf,
  entriesIn,
  type Kept,
  LedgerStory,
  NO_CHANGE,
  proposedDraft,
  T0,
} from '../support/ledgerStory.ts';
import type { LedgerUnderTest } from './ledger.ts';

const NOTICE: Notice = {
  kind: 'started',
  urgency: 'news',
  feature: 'checkout',
  rolloutId: 'r1',
  text: '0 % → 5 %',
  atMs: T0,
  change: { ...NO_CHANGE, stage: 'canary', percentageTo: 5, reason: 'ready' },
};

const NEW = { definitionVersion: 1, stateVersion: 0 };

const tokenOf = (tokenId: string, given: Partial<TokenRecord> = {}): TokenRecord => ({
  tokenId,
  subject: 'olga',
  roles: ['operator'],
  features: null,
  hash: tokenId.padEnd(64, '0'),
  createdAtMs: T0,
  expiresAtMs: null,
  ...given,
});

/** What the smaller registers owe, whatever they are made of. */
export function registersContract(name: string, open: () => Promise<LedgerUnderTest>): void {
  describe(`the registers ${name}`, () => {
    let under: LedgerUnderTest;
    let kept: Kept;
    beforeEach(async () => {
      under = await open();
      kept = under.kept;
    });
    afterEach(() => under.close());

    describe('features', () => {
      test('are added once, closed', async () => {
        const definition = definitionOf('checkout', { variants: { on: { a: [1, null] }, off: {} } });
        expect(await kept.features.add(definition)).toBe(true);
        expect(await kept.features.add({ ...definition, salt: 'another' })).toBe(false);
        const record = { definition, definitionVersion: 1, state: closedFeature(T0) };
        expect(await kept.features.get('checkout')).toEqual(record);
        expect(await kept.features.get('nobody')).toBeNull();
      });

      test('added by many at once are added once', async () => {
        const other = await under.another();
        const adds = [kept, other, kept, other].map(({ features }) => features.add(definitionOf('checkout')));
        expect((await Promise.all(adds)).filter(Boolean)).toHaveLength(1);
      });

      test('change by compare-and-set on their version, and keep their state', async () => {
        const story = new LedgerStory(kept);
        await story.active('checkout');
        const { state } = await story.featureOf('checkout');
        const changed = definitionOf('checkout', { description: 'one page', owner: 'payments', revision: 1 });
        const seen = { definitionVersion: 1, stateVersion: state.version };
        expect(await kept.features.update(changed, seen)).toBe(true);
        expect(await kept.features.update({ ...changed, owner: 'late' }, seen)).toBe(false);
        expect(await kept.features.update(definitionOf('nobody'), { ...NEW, definitionVersion: 1 })).toBe(false);
        expect(await kept.features.get('checkout')).toEqual({ definition: changed, definitionVersion: 2, state });
      });

      test('do not change over what they have come to expose since they were seen', async () => {
        const story = new LedgerStory(kept);
        await story.active('checkout');
        const record = await story.featureOf('checkout');
        const changed = definitionOf('checkout', { variants: { on: 'one', off: 'none' }, revision: 1 });
        expect(await kept.features.update(changed, NEW)).toBe(false);
        expect(await kept.features.get('checkout')).toEqual(record);
      });

      test('SLU-DOOR: of a start and a change of the definition that race exactly one wins', async () => {
        const story = new LedgerStory(kept);
        const other = await under.another();
        for (let round = 0; round < 8; round += 1) {
          const key = `feature-${round}`;
          await story.pending(key);
          const start = await story.start(`rollout-${key}`, T0);
          const feature = { key, version: 0, definitionVersion: 1 };
          const append = { ...start, expected: { ...start.expected, feature } };
          const archived = definitionOf(key, { archivedAtMs: T0 });
          const acts = [() => kept.ledger.append(append), () => other.features.update(archived, NEW)];
          if (round % 2 === 1) acts.reverse();
          const outcomes = await Promise.all(acts.map((act) => act()));
          const won = outcomes.map((outcome) => (typeof outcome === 'boolean' ? outcome : outcome.kind === 'appended'));
          expect(won.toSorted()).toEqual([false, true]);
        }
      });

      test('wait to be confirmed from their removal on, whatever else happens, and without another version', async () => {
        const story = new LedgerStory(kept);
        for (const key of ['b', 'a', 'c']) await story.active(key);
        for (const key of ['b', 'a']) await kept.ledger.append(await removalOf(story, key));
        const keys = async (limit: number) =>
          (await kept.features.confirming(limit)).map(({ definition }) => definition.key);
        expect(await keys(10)).toEqual(['a', 'b']);
        expect(await keys(1)).toEqual(['a']);
        const waiting = await story.featureOf('a');
        expect(await kept.features.confirming(1)).toEqual([waiting]);
        await kept.ledger.append(confirmationOf(waiting));
        expect(await keys(10)).toEqual(['b']);
        expect((await story.featureOf('a')).state).toEqual({ ...waiting.state, confirmationsPending: [] });
      });

      test('are found by some of their keys, archived or not', async () => {
        for (const key of ['a', 'b', 'c']) await kept.features.add(definitionOf(key));
        await kept.features.update(definitionOf('b', { archivedAtMs: T0 + 1 }), NEW);
        const found = await kept.features.some(['b', 'c', 'nobody']);
        expect(found.map(({ definition }) => definition.key).toSorted()).toEqual(['b', 'c']);
        expect(await kept.features.some([])).toEqual([]);
      });

      test('are marked: by another text after each change of what one is or exposes, and that one alone', async () => {
        const marks = async () =>
          (await kept.features.marks({ after: null, limit: 10 })).map(({ key, mark }) => [key, mark]);
        for (const key of ['a', 'b']) await kept.features.add(definitionOf(key));
        const [[, a], [, b]] = (await marks()) as [[string, string], [string, string]];
        await kept.features.update(definitionOf('b', { owner: 'ops' }), NEW);
        const [, [, changed]] = (await marks()) as [[string, string], [string, string]];
        expect(await marks()).toEqual([
          ['a', a],
          ['b', expect.any(String)],
        ]);
        expect(changed).not.toBe(b);
        await new LedgerStory(kept).active('a');
        const [[, started]] = (await marks()) as [[string, string]];
        expect(started).not.toBe(a);
        expect((await kept.features.marks({ after: 'a', limit: 10 })).map(({ key }) => key)).toEqual(['b']);
        expect((await kept.features.marks({ after: null, limit: 1 })).map(({ key }) => key)).toEqual(['a']);
      });

      test('are listed by key, page by page and by filter', async () => {
        const keys = ['b', 'a', 'a-b', 'a.b', 'a0', 'a_b', 'c'];
        for (const key of keys) await kept.features.add(definitionOf(key, { owner: key === 'c' ? 'ops' : 'shop' }));
        await kept.features.update(definitionOf('b', { archivedAtMs: T0 + 1 }), NEW);
        const list = async (filter = {}, after: string | null = null, limit = 10) =>
          (await kept.features.list(filter, { after, limit })).map(({ definition }) => definition.key);
        expect(await list()).toEqual(keys.toSorted());
        expect(await list({}, null, 2)).toEqual(['a', 'a-b']);
        expect(await list({}, 'a-b', 2)).toEqual(['a.b', 'a0']);
        expect(await list({}, 'c')).toEqual([]);
        expect(await list({ owner: 'ops' })).toEqual(['c']);
        expect(await list({ archived: true })).toEqual(['b']);
        expect(await list({ archived: false }, 'a_b')).toEqual(['c']);
      });
    });

    test('contracts are listed newest first, page by page and by feature', async () => {
      const story = new LedgerStory(kept);
      for (const [id, feature, atMs] of [
        ['c1', 'a', T0 + 1],
        ['c3', 'b', T0 + 2],
        ['c2', 'a', T0 + 2],
        ['c4', 'a', T0 + 3],
      ] as const) {
        await story.feature(feature);
        const proposed = proposedDraft(contractOf(id, feature), atMs);
        entriesIn(await kept.ledger.append(appendOf(feature, [proposed])));
      }
      const list = async (filter = {}, after: string | null = null, limit = 10) =>
        (await kept.contracts.list(filter, { after, limit })).map(({ contract }) => contract.id);
      expect(await list()).toEqual(['c4', 'c3', 'c2', 'c1']);
      expect(await list({}, null, 2)).toEqual(['c4', 'c3']);
      expect(await list({}, 'c3', 2)).toEqual(['c2', 'c1']);
      expect(await list({}, 'nobody')).toEqual([]);
      expect(await list({ feature: 'a' }, 'c4')).toEqual(['c2', 'c1']);
      expect(await kept.contracts.get('nobody')).toBeNull();
      expect(await kept.contracts.get('c1')).toMatchObject({ contract: contractOf('c1', 'a'), version: 1 });
    });

    test('tokens are kept until they are revoked', async () => {
      const bound = tokenOf('t2', { roles: ['service', 'viewer'], features: ['checkout'], expiresAtMs: T0 + 5 });
      const tokens = [tokenOf('t1'), bound, tokenOf('t3', { features: [], createdAtMs: T0 + 1 })];
      for (const token of tokens) await kept.tokens.add(token);
      expect(await kept.tokens.all()).toEqual(tokens);
      expect(await kept.tokens.revoke('t1', T0)).toBe(true);
      expect(await kept.tokens.revoke('t1', T0)).toBe(false);
      expect(await kept.tokens.revoke('nobody', T0)).toBe(false);
      expect(await kept.tokens.all()).toEqual(tokens.slice(1));
    });

    describe('idempotency keys', () => {
      const answer = { requestHash: 'h1', status: 201, location: '/v1/features/a', body: '{"key":"ä"}' };
      const begin = (requestHash = 'h1', nowMs = T0, tokenId = 't1', key = 'k1') =>
        kept.idempotency.begin(tokenId, key, requestHash, nowMs);

      test('belong to the first that comes, and to its token', async () => {
        expect(await begin()).toEqual({ kind: 'fresh' });
        expect(await begin()).toEqual({ kind: 'busy' });
        expect(await begin('h2')).toEqual({ kind: 'mismatch' });
        expect(await begin('h2', T0, 't2')).toEqual({ kind: 'fresh' });
        expect(await begin('h2', T0, 't1', 'k2')).toEqual({ kind: 'fresh' });
      });

      test('go to exactly one of many that come at once', async () => {
        const other = await under.another();
        const kinds = await Promise.all(
          [kept, other, kept, other].map(async (each) => (await each.idempotency.begin('t', 'k', 'h', T0)).kind),
        );
        expect(kinds.toSorted()).toEqual(['busy', 'busy', 'busy', 'fresh']);
      });

      test('give the kept answer to the same request for a day, and to no other', async () => {
        await begin();
        await kept.idempotency.keep('t1', 'k1', answer);
        expect(await begin('h1', T0 + KEPT_MS - 1)).toEqual({ kind: 'answered', answer });
        expect(await begin('h2', T0 + KEPT_MS - 1)).toEqual({ kind: 'mismatch' });
        expect(await begin('h2', T0 + KEPT_MS)).toEqual({ kind: 'fresh' });
        await kept.idempotency.keep('t1', 'k1', answer);
        expect(await begin('h2', T0 + KEPT_MS)).toEqual({ kind: 'busy' });
      });

      test('are free again where the request changed nothing; an answer stays', async () => {
        await begin();
        await kept.idempotency.abandon('t1', 'k1');
        expect(await begin('h2')).toEqual({ kind: 'fresh' });
        await kept.idempotency.keep('t1', 'k1', { ...answer, requestHash: 'h2' });
        await kept.idempotency.abandon('t1', 'k1');
        expect((await begin('h2')).kind).toBe('answered');
      });

      test('are forgotten with their answers', async () => {
        await begin();
        await begin('h1', T0 + 5, 't1', 'k2');
        await kept.idempotency.forgetBefore(T0 + 5);
        expect(await begin('h2', T0 + 5)).toEqual({ kind: 'fresh' });
        expect(await begin('h1', T0 + 5, 't1', 'k2')).toEqual({ kind: 'busy' });
      });
    });

    describe('the outbox', () => {
      const told = async (notices: readonly Notice[], recordedAtMs = T0) => {
        entriesIn(await kept.ledger.append(appendOf('checkout', [], { notices, recordedAtMs })));
      };
      beforeEach(async () => {
        await new LedgerStory(kept).feature('checkout');
      });

      test('gives each notice to one deliverer, in order, until it is delivered', async () => {
        await told([NOTICE, { ...NOTICE, text: 'second' }]);
        const items = await kept.outbox.claim(T0, 10, 1000);
        expect(items.map(({ notice, attempts }) => [notice, attempts])).toEqual([
          [NOTICE, 0],
          [{ ...NOTICE, text: 'second' }, 0],
        ]);
        expect(await kept.outbox.claim(T0 + 999, 10, 1000)).toEqual([]);
        await kept.outbox.delivered(items[0]?.id ?? '', T0);
        const again = await kept.outbox.claim(T0 + 1000, 10, 1000);
        expect(again.map(({ id }) => id)).toEqual([items[1]?.id]);
        await kept.outbox.delivered(items[1]?.id ?? '', T0);
        expect(await kept.outbox.claim(T0 + 1e9, 10, 1000)).toEqual([]);
      });

      test('holds back what is not due and takes no more than asked for', async () => {
        await told([NOTICE], T0 + 5);
        await told([NOTICE, NOTICE], T0);
        expect(await kept.outbox.claim(T0, 1, 1000)).toHaveLength(1);
        expect(await kept.outbox.claim(T0, 10, 1000)).toHaveLength(1);
        expect(await kept.outbox.claim(T0 + 5, 10, 1000)).toHaveLength(1);
      });

      test('tries again at the time that was said, and gives up when told', async () => {
        await told([NOTICE]);
        const [item] = await kept.outbox.claim(T0, 10, 1000);
        await kept.outbox.failed(item?.id ?? '', 'no answer', T0 + 5000);
        expect(await kept.outbox.claim(T0 + 4999, 10, 1000)).toEqual([]);
        expect(await kept.outbox.claim(T0 + 5000, 10, 1000)).toEqual([{ ...item, attempts: 1 }]);
        await kept.outbox.failed(item?.id ?? '', 'no answer', null);
        expect(await kept.outbox.claim(T0 + 1e12, 10, 1000)).toEqual([]);
      });

      test('never gives one notice to two that ask at once', async () => {
        const other = await under.another();
        await told(Array.from({ length: 20 }, () => NOTICE));
        const claims = await Promise.all([kept, other, kept, other].map(({ outbox }) => outbox.claim(T0, 7, 1000)));
        const rest = await kept.outbox.claim(T0, 20, 1000);
        const ids = [...claims.flat(), ...rest].map(({ id }) => id);
        expect(ids).toHaveLength(20);
        expect(new Set(ids).size).toBe(20);
      });
    });
  });
}

/** A rollback that the flag store has. */
async function removalOf(story: LedgerStory, key: string): Promise<Append> {
  const back = await story.rollback(`rollout-${key}`, T0 + 1);
  const saying = { atMs: T0 + 2, actor: SLUICE, reason: null, comment: null, evidence: null };
  const data = { documentVersion: 3, triggeredAtMs: T0 + 1, removedAtMs: T0 + 2 };
  const removed = featureDraft(await story.featureOf(key), saying, { type: 'exposureRemoved', data });
  return { ...back, drafts: [...back.drafts, { ...removed, rollout: `rollout-${key}` }] };
}

function confirmationOf(feature: FeatureRecord): Append {
  const [pending] = feature.state.confirmationsPending;
  if (pending === undefined) throw new Error('nothing waits');
  const data = confirmationSaid(pending, { heard: ['replica:a'], unheard: [] }, T0 + 3);
  const saying = { atMs: T0 + 3, actor: SLUICE, reason: null, comment: null, evidence: null };
  const draft = featureDraft(feature, saying, { type: 'exposureConfirmed', data });
  return appendOf(feature.definition.key, [{ ...draft, rollout: pending.rolloutId }]);
}
