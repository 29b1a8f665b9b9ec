import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Appended } from '../../src/control/ports/ledger.ts';
import type { Notice } from '../../src/control/ports/outbox.ts';
import { closedFeature, foldFeature } from '../../src/domain/feature/featureState.ts';
import { foldContract } from '../../src/domain/governance/contractState.ts';
import { NEW_INSTALLATION } from '../../src/domain/governance/installationState.ts';
import { canonicalJson } from '../../src/domain/ledger/canonicalJson.ts';
import { EMPTY_CHAIN, firstBreak, headOf } from '../../src/domain/ledger/chain.ts';
import { type Entry, INSTALLATION_CHAIN } from '../../src/domain/ledger/entry.ts';
import { foldRollout } from '../../src/domain/rollout/foldRollout.ts';
import {
  appendOf,
  approvedDraft,
  calendarDraft,
  contractOf,
  createdDraft,
  entriesIn,
  type Kept,
  LedgerStory,
  NO_CHANGE,
  proposedDraft,
  stopAppend,
  stopDraft,
  T0,
  tickAt,
} from '../support/ledgerStory.ts';
import { steps, takeStep, texts } from '../support/rolloutWalk.ts';

export type LedgerUnderTest = {
  readonly kept: Kept;
  /** The same, as another process has it. */
  readonly another: () => Promise<Kept>;
  readonly close: () => Promise<void>;
};

const ALL = { afterSeq: 0, limit: 10_000 };
const MINUTE = 60_000;

/** What every ledger owes, whatever it is made of. */
export function ledgerContract(name: string, open: () => Promise<LedgerUnderTest>): void {
  describe(`the ledger ${name}`, () => {
    let under: LedgerUnderTest;
    let kept: Kept;
    let story: LedgerStory;
    beforeEach(async () => {
      under = await open();
      kept = under.kept;
      story = new LedgerStory(kept);
    });
    afterEach(() => under.close());

    const chainOf = (chain: string) => kept.ledger.entries(chain, ALL);

    test('a chain that nobody has written to is empty', async () => {
      expect(await kept.ledger.head('checkout')).toEqual(EMPTY_CHAIN);
      expect(await chainOf('checkout')).toEqual([]);
      expect(await kept.ledger.entriesOfRollout('r', ALL)).toEqual([]);
      await expect(kept.ledger.ping()).resolves.toBeUndefined();
    });

    test('how many entries there are, and where each chain ends, grows with every entry, and is the same for all', async () => {
      expect([await kept.ledger.count(), await kept.ledger.heads()]).toEqual([0, new Map()]);
      for (const key of ['checkout', 'accounts']) await story.feature(key);
      const other = contractOf('contract-2', 'accounts');
      await kept.ledger.append(appendOf('checkout', [proposedDraft(contractOf('contract-1', 'checkout'))]));
      await kept.ledger.append(appendOf('accounts', [proposedDraft(other), approvedDraft(other, 'anna')]));
      for (const { ledger } of [kept, await under.another()]) {
        expect(await ledger.count()).toBe(3);
        expect(await ledger.heads()).toEqual(
          new Map([
            ['checkout', 1],
            ['accounts', 2],
          ]),
        );
      }
    });

    test('links the entries of one append one after the other, and the next append onto them', async () => {
      await story.feature('checkout');
      const contract = contractOf('c1', 'checkout');
      const first = entriesIn(
        await kept.ledger.append(appendOf('checkout', [proposedDraft(contract), approvedDraft(contract, 'anna')])),
      );
      const second = entriesIn(await kept.ledger.append(appendOf('checkout', [createdDraft({ id: 'r1', contract })])));
      expect([...first, ...second].map(({ seq, type, environment }) => [seq, type, environment])).toEqual([
        [1, 'proposed', 'test'],
        [2, 'approved', 'test'],
        [3, 'created', 'test'],
      ]);
      const stored = await chainOf('checkout');
      expect(stored).toEqual([...first, ...second]);
      expect(firstBreak(stored)).toBeNull();
      expect(await kept.ledger.head('checkout')).toEqual(headOf(second[0] as Entry));
    });

    test('pages through a chain and through the entries of one rollout', async () => {
      await story.active('checkout', { id: 'r1' });
      await story.pending('checkout', { id: 'r2' });
      const seqs = async (afterSeq: number, limit: number) =>
        (await kept.ledger.entries('checkout', { afterSeq, limit })).map(({ seq }) => seq);
      expect(await seqs(0, 3)).toEqual([1, 2, 3]);
      expect(await seqs(3, 3)).toEqual([4, 5, 6]);
      expect(await seqs(6, 3)).toEqual([7]);
      expect(await seqs(7, 3)).toEqual([]);
      const ofFirst = await kept.ledger.entriesOfRollout('r1', ALL);
      expect(ofFirst.map(({ seq, type }) => [seq, type])).toEqual([
        [3, 'created'],
        [4, 'started'],
      ]);
      expect(await kept.ledger.entriesOfRollout('r1', { afterSeq: 3, limit: 9 })).toEqual(ofFirst.slice(1));
    });

    test('derives feature, contract, rollout and installation from the entries', async () => {
      const { state } = await story.active('checkout');
      expect(state).toMatchObject({ wedgeState: 'ACTIVE', phase: 'ramp', version: 2, threshold: 5000 });
      expect((await story.featureOf('checkout')).state).toMatchObject({ version: 1, exposure: { documentVersion: 2 } });
      expect(await kept.contracts.get('contract-rollout-checkout')).toMatchObject({ usedBy: state.id, version: 3 });
      expect(await kept.installation.get()).toEqual(NEW_INSTALLATION);
      await kept.ledger.append(stopAppend('stopSet'));
      expect(await kept.installation.get()).toMatchObject({ stop: { atMs: T0, by: { subject: 'olga' } } });
      await kept.ledger.append(stopAppend('stopLifted'));
      expect(await kept.installation.get()).toMatchObject({ stop: null });
      await kept.ledger.append(appendOf(INSTALLATION_CHAIN, [calendarDraft('fridays')]));
      expect(await kept.installation.get()).toMatchObject({ calendars: [{ name: 'fridays', timeZone: 'UTC' }] });
    });

    test('a dry run uses no contract, exposes nothing and is not live', async () => {
      const { state } = await story.active('checkout', { dryRun: true });
      expect(state.wedgeState).toBe('ACTIVE');
      expect((await story.featureOf('checkout')).state).toEqual(closedFeature(T0));
      expect(await kept.contracts.get('contract-rollout-checkout')).toMatchObject({ usedBy: null });
      expect(await kept.rollouts.countLive()).toBe(0);
    });

    test('an alert is there with its tick and its notice, and leaves version, lease and next check; so does its review', async () => {
      const { state } = await story.active('checkout');
      const claimed = (await kept.rollouts.claimDue({ nowMs: T0, limit: 1, leaseMs: MINUTE }))[0];
      const notice = {
        kind: 'alerted' as const,
        feature: 'checkout',
        rolloutId: state.id,
        text: 'too many',
        atMs: T0,
        urgency: 'news' as const,
      };
      const ticked = { rolloutId: state.id, tick: tickAt(T0 + 1), nextCheckAtMs: T0 + MINUTE };
      const append = await story.say('alerted', state.id, T0 + 1);
      const expected = { ...append.expected, fence: { rolloutId: state.id, fence: claimed?.fence ?? 0 } };
      entriesIn(await kept.ledger.append({ ...append, expected, ticked, notices: [{ ...notice, change: NO_CHANGE }] }));
      const alerted = await story.rollout(state.id);
      expect(alerted).toMatchObject({
        state: { version: state.version, alerts: [{ criterion: 'trigger/1', detail: 'too many', review: null }] },
        tick: { poll: { atMs: T0 + 1 } },
        nextCheckAtMs: T0 + MINUTE,
      });
      expect(await kept.outbox.claim(T0 + MINUTE, 10, 1)).toMatchObject([{ notice: { kind: 'alerted' } }]);
      entriesIn(await kept.ledger.append(await story.say('reviewed', state.id, T0 + 2)));
      expect(await story.rollout(state.id)).toMatchObject({
        state: { version: state.version, alerts: [{ review: { comment: 'a bot', atMs: T0 + 2 } }] },
        nextCheckAtMs: T0 + MINUTE,
      });
    });

    describe('the loser of a race', () => {
      const nothingWritten = async (chain: string, write: () => Promise<Appended>, over: string) => {
        const before = await chainOf(chain);
        expect(await write()).toEqual({ kind: 'conflict', over });
        expect(await chainOf(chain)).toEqual(before);
        expect(await kept.outbox.claim(T0 + MINUTE, 10, 1)).toEqual([]);
      };
      const notices: readonly Notice[] = [
        {
          kind: 'paused',
          urgency: 'news',
          feature: 'checkout',
          rolloutId: null,
          text: 'never told',
          atMs: T0,
          change: NO_CHANGE,
        },
      ];

      test('is told that the rollout has moved on, or is not there', async () => {
        const { state } = await story.active('checkout');
        const stale = await story.say('paused', state.id, T0);
        entriesIn(await kept.ledger.append(stale));
        await nothingWritten('checkout', () => kept.ledger.append({ ...stale, notices }), 'rollout');
        const absent = { rollout: { id: 'nobody', version: 1 } };
        await nothingWritten('checkout', () => kept.ledger.append({ ...stale, notices, expected: absent }), 'rollout');
      });

      test('is told that it was looked at once more, where it rests on the last look', async () => {
        const { state } = await story.active('checkout');
        const restingOn = async (tickAtMs: number | null) => ({
          ...(await story.say('held', state.id, T0)),
          expected: { rollout: { id: state.id, version: state.version, tickAtMs } },
        });
        const lookedAt = async (atMs: number) => {
          const [claim] = await kept.rollouts.claimDue({ nowMs: T0 + MINUTE, limit: 1, leaseMs: MINUTE });
          if (claim === undefined) throw new Error('nothing was due');
          expect(await kept.rollouts.storeTick(claim, tickAt(atMs), T0)).toBe(true);
        };
        entriesIn(await kept.ledger.append(await restingOn(null)));
        await lookedAt(T0 + 1);
        entriesIn(await kept.ledger.append(await restingOn(T0 + 1)));
        await lookedAt(T0 + 2);
        for (const tickAtMs of [null, T0 + 1]) {
          const late = { ...(await restingOn(tickAtMs)), notices };
          await nothingWritten('checkout', () => kept.ledger.append(late), 'rollout');
        }
        const ticked = { rolloutId: state.id, tick: tickAt(T0 + 3), nextCheckAtMs: T0 };
        entriesIn(await kept.ledger.append(appendOf('checkout', [], { ticked })));
        const late = { ...(await restingOn(T0 + 2)), notices };
        await nothingWritten('checkout', () => kept.ledger.append(late), 'rollout');
        entriesIn(await kept.ledger.append(await story.say('paused', state.id, T0)));
        expect((await kept.rollouts.get(state.id))?.tick).toEqual(tickAt(T0 + 3));
      });

      test('is told that the contract has moved on', async () => {
        await story.feature('checkout');
        const contract = contractOf('c1', 'checkout');
        await kept.ledger.append(appendOf('checkout', [proposedDraft(contract)]));
        const approval = appendOf('checkout', [approvedDraft(contract, 'anna')], {
          expected: { contract: { id: 'c1', version: 1 } },
          notices,
        });
        const first = await kept.ledger.append({ ...approval, notices: [] });
        expect(first.kind).toBe('appended');
        await nothingWritten('checkout', () => kept.ledger.append(approval), 'contract');
      });

      test('is told that the feature has moved on', async () => {
        const { state } = await story.pending('checkout');
        const start = await story.start(state.id, T0);
        const expected = { feature: { key: 'checkout', version: 7 } };
        await nothingWritten('checkout', () => kept.ledger.append({ ...start, expected, notices }), 'feature');
      });

      test('is told that the feature is no longer what it was', async () => {
        const { state } = await story.pending('checkout');
        const start = await story.start(state.id, T0);
        const { definition } = await story.featureOf('checkout');
        const archived = { ...definition, archivedAtMs: T0 };
        expect(await kept.features.update(archived, { definitionVersion: 1, stateVersion: 0 })).toBe(true);
        const seenAt = (definitionVersion: number) => ({ feature: { key: 'checkout', version: 0, definitionVersion } });
        const late = { ...start, expected: seenAt(1), notices };
        await nothingWritten('checkout', () => kept.ledger.append(late), 'feature');
        expect((await kept.ledger.append({ ...late, expected: seenAt(2) })).kind).toBe('appended');
      });

      test('is told that its lease is over', async () => {
        const { state } = await story.active('checkout');
        const [claim] = await kept.rollouts.claimDue({ nowMs: T0, limit: 1, leaseMs: MINUTE });
        const fence = { rolloutId: state.id, fence: (claim?.fence ?? 0) - 1 };
        const late = { ...(await story.say('held', state.id, T0)), expected: { fence }, notices };
        await nothingWritten('checkout', () => kept.ledger.append(late), 'lease');
      });

      test('is told that a contract or rollout of this id is there already', async () => {
        const { state } = await story.pending('checkout');
        const { contract } = state;
        const proposedAgain = appendOf('checkout', [proposedDraft(contract)], { notices });
        await nothingWritten('checkout', () => kept.ledger.append(proposedAgain), 'contract');
        const createdAgain = appendOf('checkout', [createdDraft({ id: state.id, contract })], { notices });
        await nothingWritten('checkout', () => kept.ledger.append(createdAgain), 'rollout');
      });

      test('is told that as many rollouts are live as there may be', async () => {
        await story.active('one');
        await story.active('pretended', { dryRun: true });
        const { state } = await story.pending('two');
        const start = await story.start(state.id, T0);
        const withAtMost = (maxLive: number) => ({ ...start, expected: { ...start.expected, maxLive }, notices });
        await nothingWritten('two', () => kept.ledger.append(withAtMost(1)), 'concurrency');
        expect((await kept.ledger.append(withAtMost(2))).kind).toBe('appended');
      });

      test('is told that the feature has a live rollout, whatever was expected', async () => {
        await story.active('checkout', { id: 'r1' });
        const { state } = await story.pending('checkout', { id: 'r2' });
        const second = { ...(await story.start(state.id, T0)), notices };
        await nothingWritten('checkout', () => kept.ledger.append(second), 'feature');
      });
    });

    describe('a rollout that takes another over', () => {
      /** The first one live, the second one waiting for its start. */
      async function takeover() {
        const first = await story.active('checkout', { id: 'r1' });
        await story.pending('checkout', { id: 'r2' });
        return { first, append: await story.open('start', 'r2', T0, first.state) };
      }

      test('ends it and begins in one append, within the room that the other had', async () => {
        const { first, append } = await takeover();
        const superseded = { id: 'r1', version: first.state.version };
        const expected = { ...append.expected, superseded, maxLive: 1 };
        entriesIn(await kept.ledger.append({ ...append, expected }));
        expect((await story.rollout('r1')).state).toMatchObject({ wedgeState: 'SUPERSEDED', supersededBy: 'r2' });
        expect((await story.rollout('r2')).state).toMatchObject({ wedgeState: 'ACTIVE' });
        expect(await kept.rollouts.countLive()).toBe(1);
      });

      test('loses to whoever has changed the other meanwhile', async () => {
        const { first, append } = await takeover();
        entriesIn(await kept.ledger.append(await story.say('paused', 'r1', T0)));
        const before = await chainOf('checkout');
        const expected = { ...append.expected, superseded: { id: 'r1', version: first.state.version } };
        const outcome = await kept.ledger.append({ ...append, expected });
        expect(outcome).toEqual({ kind: 'conflict', over: 'rollout' });
        expect(await chainOf('checkout')).toEqual(before);
      });
    });

    test('nothing is written where a draft can not be said in canonical JSON', async () => {
      await story.feature('checkout');
      const contract = contractOf('c1', 'checkout');
      const half = { ...approvedDraft(contract, 'anna'), comment: 'half a pair \ud800' };
      const drafts = [proposedDraft(contract), half];
      await expect(kept.ledger.append(appendOf('checkout', drafts))).rejects.toThrow(TypeError);
      expect(await chainOf('checkout')).toEqual([]);
      expect(await kept.contracts.get('c1')).toBeNull();
    });

    test('a chain without its feature is refused', async () => {
      const drafts = [proposedDraft(contractOf('c1', 'nobody'))];
      await expect(kept.ledger.append(appendOf('nobody', drafts))).rejects.toThrow('there is no feature nobody');
      expect(await chainOf('nobody')).toEqual([]);
    });

    test('what an append expects of another feature is refused: it would hold under another lock', async () => {
      await story.feature('one');
      await story.feature('two');
      const drafts = [proposedDraft(contractOf('c1', 'one'))];
      const expected = { feature: { key: 'two', version: 0 } };
      await expect(kept.ledger.append(appendOf('one', drafts, { expected }))).rejects.toThrow('the feature two');
      expect(await chainOf('one')).toEqual([]);
    });

    test('an append may hold a tick alone', async () => {
      const { state } = await story.active('checkout');
      const ticked = { rolloutId: state.id, tick: tickAt(T0 + 5), nextCheckAtMs: T0 + 15_000 };
      expect(await kept.ledger.append(appendOf('checkout', [], { ticked }))).toEqual({ kind: 'appended', entries: [] });
      expect(await kept.rollouts.get(state.id)).toEqual({ state, tick: tickAt(T0 + 5), nextCheckAtMs: T0 + 15_000 });
    });

    test('time never goes backwards along a chain, and what came late says so', async () => {
      const { state } = await story.active('checkout', { atMs: T0 + MINUTE });
      const earlier = await story.say('paused', state.id, T0);
      const [entry] = entriesIn(await kept.ledger.append({ ...earlier, recordedAtMs: T0 + 2 * MINUTE }));
      expect(entry).toMatchObject({
        at: new Date(T0 + MINUTE).toISOString(),
        recordedAt: new Date(T0 + 2 * MINUTE).toISOString(),
        late: true,
      });
    });

    test('SLU-CHAIN: of writers that race for one version exactly one wins, and the chain is unbroken', async () => {
      const { state } = await story.active('checkout');
      const other = await under.another();
      for (let round = 0; round < 8; round += 1) {
        const wish = await story.say(round % 2 === 0 ? 'paused' : 'resumed', state.id, T0 + round);
        const outcomes = await Promise.all(
          [kept, other, kept, other, kept].map((writer) => writer.ledger.append(wish)),
        );
        expect(outcomes.filter(({ kind }) => kind === 'appended')).toHaveLength(1);
        const lost = outcomes.filter((outcome) => outcome.kind === 'conflict');
        expect(lost.map(({ over }) => over)).toEqual(['rollout', 'rollout', 'rollout', 'rollout']);
      }
      const chain = await chainOf('checkout');
      expect(chain).toHaveLength(4 + 8);
      expect(firstBreak(chain)).toBeNull();
    });

    test('SLU-CHAIN: writers that expect nothing all win, one after the other, from the first entry on', async () => {
      const other = await under.another();
      await Promise.all(
        [kept, other, kept, other, kept, other].map((writer) =>
          writer.ledger.append(appendOf(INSTALLATION_CHAIN, [stopDraft('stopSet'), stopDraft('stopLifted')])),
        ),
      );
      const chain = await chainOf(INSTALLATION_CHAIN);
      expect(chain.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      expect(firstBreak(chain)).toBeNull();
    });

    test('of starts that race for the last place exactly one gets it, whichever feature it is of', async () => {
      const other = await under.another();
      const features = ['a', 'b', 'c', 'd', 'e'];
      for (const feature of features) await story.pending(feature);
      const starts = await Promise.all(features.map((feature) => story.start(`rollout-${feature}`, T0)));
      const outcomes = await Promise.all(
        starts.map((start, index) =>
          (index % 2 === 0 ? kept : other).ledger.append({ ...start, expected: { ...start.expected, maxLive: 2 } }),
        ),
      );
      expect(outcomes.filter(({ kind }) => kind === 'appended')).toHaveLength(2);
      expect(await kept.rollouts.countLive()).toBe(2);
    });

    test('of starts that race for one feature exactly one gets it, whatever they expect', async () => {
      const other = await under.another();
      const ids = ['r1', 'r2', 'r3', 'r4'];
      for (const id of ids) await story.pending('checkout', { id });
      const starts = await Promise.all(ids.map((id) => story.start(id, T0)));
      const outcomes = await Promise.all(
        starts.map((start, index) => (index % 2 === 0 ? kept : other).ledger.append(start)),
      );
      expect(outcomes.filter(({ kind }) => kind === 'appended')).toHaveLength(1);
      const lost = outcomes.filter((outcome) => outcome.kind === 'conflict');
      expect(lost.map(({ over }) => over)).toEqual(['feature', 'feature', 'feature']);
      expect(await kept.rollouts.countLive()).toBe(1);
      expect((await chainOf('checkout')).filter(({ type }) => type === 'started')).toHaveLength(1);
    });

    test('SLU-CHAIN: whatever is appended, the chain verifies and the derived states are the folds of its entries', async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { maxLength: 12 }), fc.array(texts, { minLength: 1 }), async (walk, words) => {
          run += 1;
          const feature = `feature-${run}`;
          const id = `rollout-${run}`;
          await story.pending(feature, { id });
          for (const [index, step] of walk.entries()) await takeStep(story, id, step, T0 + index * MINUTE, words);
          const chain = await chainOf(feature);
          expect(firstBreak(chain)).toBeNull();
          expect(chain.map(canonicalJson)).toEqual(
            chain.map((entry) => canonicalJson(JSON.parse(JSON.stringify(entry)))),
          );
          expect(await kept.ledger.head(feature)).toEqual(headOf(chain.at(-1) as Entry));
          await expectFolds(kept, feature, id, chain);
        }),
        { numRuns: 15, endOnFailure: true },
      );
    });

    test('SLU-CHAIN: odd numbers and any text come back as they were hashed', async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.jsonValue({ stringUnit: 'grapheme' }),
          fc.double({ noNaN: true }),
          texts,
          async (json, number, text) => {
            run += 1;
            await story.feature(`feature-${run}`);
            const odd = [json, Number.isFinite(number) ? number : 0, text, { [text]: [text] }, ...ODD_NUMBERS];
            // The ledger hashes and keeps whatever JSON can say: that a proposal says something else is no concern of its.
            const contract = { ...contractOf(`c-${run}`, `feature-${run}`), odd };
            entriesIn(await kept.ledger.append(appendOf(`feature-${run}`, [proposedDraft(contract)])));
            const [entry] = await chainOf(`feature-${run}`);
            expect(firstBreak(entry === undefined ? [] : [entry])).toBeNull();
            expect(entry?.data).toMatchObject({ contract: { odd: JSON.parse(JSON.stringify(odd)) } });
          },
        ),
        { numRuns: 40, endOnFailure: true },
      );
    });
  });
}

const ODD_NUMBERS = [1e21, 1e-7, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 2 ** 53 + 2, -1e-300, 333333333.3333332];

async function expectFolds(kept: Kept, feature: string, id: string, chain: readonly Entry[]): Promise<void> {
  const ofRollout = chain.filter((entry) => entry.rollout === id);
  expect(await kept.ledger.entriesOfRollout(id, ALL)).toEqual(ofRollout);
  expect((await kept.rollouts.get(id))?.state).toEqual(ofRollout.reduce(foldOnto(foldRollout), null));
  expect((await kept.features.get(feature))?.state).toEqual(chain.reduce(foldFeature, closedFeature(T0)));
  const ofContract = chain.filter((entry) => entry.contract !== null);
  expect(await kept.contracts.get(`contract-${id}`)).toEqual(ofContract.reduce(foldOnto(foldContract), null));
}

const foldOnto =
  <S>(fold: (state: S | null, entry: Entry) => S) =>
  (state: S | null, entry: Entry): S | null =>
    fold(state, entry);
