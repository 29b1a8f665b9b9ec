import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Claim } from '../../src/control/ports/rolloutRegister.ts';
import {
  appendOf,
  contractOf,
  createdDraft,
  entriesIn,
  type Kept,
  LedgerStory,
  T0,
  tickAt,
} from '../support/ledgerStory.ts';
import type { LedgerUnderTest } from './ledger.ts';

const SECOND = 1000;
const LEASE = { leaseMs: 30 * SECOND, limit: 100 };

/** What every register of rollouts owes, whatever it is made of. */
export function rolloutRegisterContract(name: string, open: () => Promise<LedgerUnderTest>): void {
  describe(`the register of rollouts ${name}`, () => {
    let under: LedgerUnderTest;
    let kept: Kept;
    let story: LedgerStory;
    beforeEach(async () => {
      under = await open();
      kept = under.kept;
      story = new LedgerStory(kept);
    });
    afterEach(() => under.close());

    const claimAt = (nowMs: number, limit = 100) => kept.rollouts.claimDue({ ...LEASE, nowMs, limit });
    const claimed = async (nowMs: number) => (await claimAt(nowMs)).map(({ state }) => state.id);
    const theClaim = async (nowMs: number): Promise<Claim> => {
      const [claim] = await claimAt(nowMs);
      if (claim === undefined) throw new Error('nothing was due');
      return claim;
    };

    describe('claims', () => {
      test('a rollout as soon as it is active, with all that a tick needs', async () => {
        const { state } = await story.active('checkout');
        const claim = await theClaim(T0);
        expect(claim).toEqual({
          state,
          tick: null,
          nextCheckAtMs: T0,
          feature: await story.featureOf('checkout'),
          headSeq: (await kept.ledger.head('checkout')).seq,
          fence: claim.fence,
        });
      });

      test('a paused one and a dry run too: both are watched', async () => {
        const { state } = await story.active('a');
        await kept.ledger.append(await story.say('paused', state.id, T0));
        await story.active('b', { dryRun: true });
        expect((await claimed(T0)).toSorted()).toEqual(['rollout-a', 'rollout-b']);
      });

      test('none that waits for a person, and none that has ended', async () => {
        await story.pending('a');
        const { state } = await story.active('b');
        entriesIn(await kept.ledger.append(await story.rollback(state.id, T0)));
        entriesIn(await kept.ledger.append(await story.say('healthVerified', state.id, T0 + SECOND)));
        expect(await claimed(T0 + 1e12)).toEqual([]);
        expect((await story.rollout('rollout-b')).nextCheckAtMs).toBeNull();
      });

      test('one that was rolled back, until it is known whether that has helped', async () => {
        const { state } = await story.active('a');
        entriesIn(await kept.ledger.append(await story.rollback(state.id, T0)));
        const claim = await theClaim(T0 + SECOND);
        expect(claim.state).toMatchObject({ wedgeState: 'ROLLED_BACK', healthWatch: { found: null } });
        await kept.rollouts.release(claim, T0 + 60 * SECOND);
        expect(await claimed(T0 + 59 * SECOND)).toEqual([]);
        expect(await claimed(T0 + 60 * SECOND)).toEqual(['rollout-a']);
        entriesIn(await kept.ledger.append(await story.say('healthVerified', state.id, T0 + 60 * SECOND)));
        expect(await claimed(T0 + 1e12)).toEqual([]);
      });

      test('one that is to start by itself at that time, and not before', async () => {
        await story.pending('a', { startAtMs: T0 + 60 * SECOND });
        expect(await claimed(T0 + 59 * SECOND)).toEqual([]);
        await kept.ledger.append(await story.say('preflight', 'rollout-a', T0 + 10 * SECOND));
        expect(await claimed(T0 + 59 * SECOND)).toEqual([]);
        expect(await claimed(T0 + 60 * SECOND)).toEqual(['rollout-a']);
      });

      test('the longest due first, and no more than asked for', async () => {
        for (const [index, feature] of ['a', 'b', 'c'].entries()) {
          await story.active(feature, { atMs: T0 + (3 - index) * SECOND });
        }
        const first = await claimAt(T0 + 60 * SECOND, 2);
        expect(first.map(({ state }) => state.id)).toEqual(['rollout-c', 'rollout-b']);
        expect(await claimed(T0 + 60 * SECOND)).toEqual(['rollout-a']);
      });

      test('nothing twice while a lease lasts, and again when it has run out, under a higher fence', async () => {
        await story.active('a');
        const first = await theClaim(T0);
        expect(await claimed(T0 + LEASE.leaseMs - 1)).toEqual([]);
        const second = await theClaim(T0 + LEASE.leaseMs);
        expect(second.fence).toBeGreaterThan(first.fence);
      });

      test('nothing that another claims at the same time', async () => {
        const other = await under.another();
        const ids = Array.from({ length: 24 }, (_, index) => `feature-${index}`);
        for (const id of ids) await story.active(id);
        const request = { nowMs: T0, leaseMs: LEASE.leaseMs, limit: 7 };
        const claims = await Promise.all(
          [kept, other, kept, other, kept].map((claimer) => claimer.rollouts.claimDue(request)),
        );
        const claimedIds = claims.flat().map(({ state }) => state.id);
        expect(new Set(claimedIds).size).toBe(claimedIds.length);
        const rest = await claimed(T0);
        expect([...claimedIds, ...rest].toSorted()).toEqual(ids.map((id) => `rollout-${id}`).toSorted());
      });
    });

    describe('a tick that recorded nothing', () => {
      test('is kept, sets the next check and gives the lease back', async () => {
        await story.active('a');
        const claim = await theClaim(T0);
        expect(await kept.rollouts.storeTick(claim, tickAt(T0 + 1), T0 + 15 * SECOND)).toBe(true);
        expect(await story.rollout('rollout-a')).toEqual({
          state: claim.state,
          tick: tickAt(T0 + 1),
          nextCheckAtMs: T0 + 15 * SECOND,
        });
        expect(await claimed(T0 + 15 * SECOND - 1)).toEqual([]);
        const next = await theClaim(T0 + 15 * SECOND);
        expect(next.tick).toEqual(tickAt(T0 + 1));
        expect(next.nextCheckAtMs).toBe(T0 + 15 * SECOND);
      });

      test('is refused where another has claimed since', async () => {
        await story.active('a');
        const late = await theClaim(T0);
        const later = await theClaim(T0 + LEASE.leaseMs);
        expect(await kept.rollouts.storeTick(late, tickAt(T0 + 1), T0 + 1)).toBe(false);
        expect((await story.rollout('rollout-a')).tick).toBeNull();
        expect(await kept.rollouts.ticks('rollout-a', { fromMs: 0, toMs: T0 * 2, limit: 10 })).toEqual([]);
        expect(await kept.rollouts.storeTick(later, tickAt(T0 + 2), T0 + 2)).toBe(true);
      });

      test('is refused where a command has come between, and the scheduler may look again at once', async () => {
        await story.active('a');
        const claim = await theClaim(T0);
        entriesIn(await kept.ledger.append(await story.say('paused', 'rollout-a', T0 + 5)));
        expect(await kept.rollouts.storeTick(claim, tickAt(T0 + 6), T0 + 15 * SECOND)).toBe(false);
        const next = await theClaim(T0 + 5);
        expect(next.state.wedgeState).toBe('PAUSED');
        expect(next.fence).toBeGreaterThan(claim.fence);
        await kept.rollouts.release(claim, T0 + 60 * SECOND);
        expect(await claimed(T0 + 10)).toEqual([]);
      });

      test('is refused where its own owner has changed the rollout since', async () => {
        await story.active('a');
        const claim = await theClaim(T0);
        const fence = { rolloutId: 'rollout-a', fence: claim.fence };
        entriesIn(await kept.ledger.append({ ...(await story.say('paused', 'rollout-a', T0)), expected: { fence } }));
        expect(await kept.rollouts.storeTick(claim, tickAt(T0 + 1), T0 + 1)).toBe(false);
        expect(await claimed(T0 + 1)).toEqual([]);
      });

      test('stands where an entry came between that changed nothing', async () => {
        await story.active('a');
        const claim = await theClaim(T0);
        entriesIn(await kept.ledger.append(await story.say('held', 'rollout-a', T0 + 5)));
        expect(await claimed(T0 + 10)).toEqual([]);
        expect(await kept.rollouts.storeTick(claim, tickAt(T0 + 6), T0 + 15 * SECOND)).toBe(true);
        expect((await story.rollout('rollout-a')).nextCheckAtMs).toBe(T0 + 15 * SECOND);
      });
    });

    test('a tick that recorded something is stored with its entry, under its lease', async () => {
      await story.active('a');
      const claim = await theClaim(T0);
      const fence = { rolloutId: 'rollout-a', fence: claim.fence };
      const ticked = { rolloutId: 'rollout-a', tick: tickAt(T0 + 1), nextCheckAtMs: T0 + 15 * SECOND };
      const held = await story.say('held', 'rollout-a', T0 + 1);
      entriesIn(await kept.ledger.append({ ...held, expected: { ...held.expected, fence }, ticked }));
      const { tick, nextCheckAtMs } = await story.rollout('rollout-a');
      expect({ tick, nextCheckAtMs }).toEqual({ tick: tickAt(T0 + 1), nextCheckAtMs: T0 + 15 * SECOND });
      expect(await claimed(T0 + 14 * SECOND)).toEqual([]);
      expect(await claimed(T0 + 15 * SECOND)).toEqual(['rollout-a']);
    });

    test('an incident that is linked takes nobody’s lease, wakes nobody, and is kept with the feature', async () => {
      const { state } = await story.active('a');
      const claim = await theClaim(T0);
      entriesIn(await kept.ledger.append(await story.say('incidentLinked', state.id, T0 + SECOND)));
      expect(await claimed(T0 + LEASE.leaseMs - 1)).toEqual([]);
      expect(await kept.rollouts.storeTick(claim, tickAt(T0 + SECOND), T0 + 15 * SECOND)).toBe(true);
      const linkedAtMs = T0 + SECOND;
      const open = [{ reference: 'INC-7', severity: 'sev2', rolloutId: state.id, linkedAtMs }];
      expect((await story.featureOf('a')).state.openIncidents).toEqual(open);
      entriesIn(await kept.ledger.append(await story.rollback(state.id, T0 + 2 * SECOND)));
      const ended = await story.rollout(state.id);
      entriesIn(await kept.ledger.append(await story.say('incidentLinked', state.id, T0 + 3 * SECOND)));
      const after = await story.rollout(state.id);
      expect(after).toEqual({ ...ended, state: { ...ended.state, lastEntryAtMs: T0 + 3 * SECOND } });
      expect((await story.featureOf('a')).state.openIncidents).toEqual(open);
    });

    test('a tick that ends the rollout sets the next check for whether that has helped, and nothing more', async () => {
      await story.active('a');
      await theClaim(T0);
      const ticked = { rolloutId: 'rollout-a', tick: tickAt(T0 + 1), nextCheckAtMs: T0 + 15 * SECOND };
      entriesIn(await kept.ledger.append({ ...(await story.rollback('rollout-a', T0 + 1)), ticked }));
      expect((await story.rollout('rollout-a')).nextCheckAtMs).toBe(T0 + 15 * SECOND);
      entriesIn(await kept.ledger.append(await story.say('healthVerified', 'rollout-a', T0 + 2)));
      expect((await story.rollout('rollout-a')).nextCheckAtMs).toBeNull();
      expect((await story.rollout('rollout-a')).tick).toEqual(tickAt(T0 + 1));
    });

    test('a tick that failed gives its lease back and is tried again', async () => {
      await story.active('a');
      const late = await theClaim(T0);
      await kept.rollouts.release(late, T0 + 5 * SECOND);
      expect(await claimed(T0 + 5 * SECOND - 1)).toEqual([]);
      await theClaim(T0 + 5 * SECOND);
      await kept.rollouts.release(late, T0);
      expect(await claimed(T0 + 6 * SECOND)).toEqual([]);
    });

    test('a restart neither skips nor repeats a tick', async () => {
      await story.active('a');
      await story.active('b');
      const claims = await claimAt(T0);
      for (const claim of claims) await kept.rollouts.storeTick(claim, tickAt(T0 + 1), T0 + 15 * SECOND);
      const [inTheAir] = await claimAt(T0 + 15 * SECOND, 1);
      const restarted = await under.another();
      const again = (nowMs: number) => restarted.rollouts.claimDue({ ...LEASE, nowMs });
      const due = await again(T0 + 15 * SECOND);
      expect(due.map(({ state }) => state.id)).toEqual(
        ['rollout-a', 'rollout-b'].filter((id) => id !== inTheAir?.state.id),
      );
      expect(due[0]?.tick).toEqual(tickAt(T0 + 1));
      const rest = await again(T0 + 15 * SECOND + LEASE.leaseMs);
      expect(rest.map(({ state }) => state.id)).toContain(inTheAir?.state.id);
    });

    test('a clock that went backwards keeps nothing waiting that was looked at in what is now the future', async () => {
      const [past, ahead, leased] = ['past', 'ahead', 'leased'];
      for (const feature of [past, ahead, leased]) await story.active(feature);
      await story.pending('waiting', { startAtMs: T0 + 100 * SECOND });
      const atMs = { [`rollout-${past}`]: T0 + SECOND };
      for (const claim of await claimAt(T0)) {
        const lookedAtMs = atMs[claim.state.id] ?? T0 + 50 * SECOND;
        await kept.rollouts.storeTick(claim, tickAt(lookedAtMs), lookedAtMs + 15 * SECOND);
      }
      const [held] = await claimAt(T0 + 65 * SECOND, 3).then((claims) =>
        claims.filter(({ state }) => state.id === `rollout-${leased}`),
      );
      await kept.rollouts.dueAfterSetBack(T0 + 2 * SECOND);
      expect(await claimed(T0 + 2 * SECOND)).toEqual([`rollout-${ahead}`, `rollout-${leased}`]);
      if (held === undefined) throw new Error('nothing was held');
      expect(await kept.rollouts.storeTick(held, tickAt(T0 + 66 * SECOND), T0 + 80 * SECOND)).toBe(false);
    });

    test('nobody holds a rollout whose lease is another’s, whatever happens in which order', async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(moves, { minLength: 1, maxLength: 20 }), async (walk) => {
          run += 1;
          const id = `rollout-walk-${run}`;
          await story.active(`walk-${run}`, { id });
          let nowMs = T0;
          let owner: Claim | null = null;
          let leaseEndsMs = 0;
          const former: Claim[] = [];
          for (const move of walk) {
            nowMs += 1 + move.waitMs;
            if (move.kind === 'claim') {
              const found = (await claimAt(nowMs)).find(({ state }) => state.id === id);
              expect(found === undefined || owner === null || nowMs >= leaseEndsMs).toBe(true);
              if (found === undefined) continue;
              if (owner !== null) former.push(owner);
              owner = found;
              leaseEndsMs = nowMs + LEASE.leaseMs;
            } else if (move.kind === 'store' && owner !== null) {
              expect(await kept.rollouts.storeTick(owner, tickAt(nowMs), nowMs)).toBe(true);
              owner = null;
            } else if (move.kind === 'storeLate') {
              for (const late of former) expect(await kept.rollouts.storeTick(late, tickAt(nowMs), nowMs)).toBe(false);
            }
          }
        }),
        { numRuns: 15, endOnFailure: true },
      );
    });

    test('keeps the ticks for charts, and forgets old ones but never the last', async () => {
      await story.active('a');
      for (const atMs of [T0 + 1, T0 + 2, T0 + 3]) {
        await kept.rollouts.storeTick(await theClaim(atMs), tickAt(atMs), atMs);
      }
      const times = async (fromMs: number, toMs: number, limit = 10) =>
        (await kept.rollouts.ticks('rollout-a', { fromMs, toMs, limit })).map(({ poll }) => poll.atMs - T0);
      expect(await times(T0, T0 + 10)).toEqual([1, 2, 3]);
      expect(await times(T0 + 2, T0 + 3)).toEqual([2, 3]);
      expect(await times(T0, T0 + 10, 2)).toEqual([1, 2]);
      expect(await kept.rollouts.ticks('nobody', { fromMs: 0, toMs: T0 * 2, limit: 10 })).toEqual([]);
      await kept.rollouts.forgetTicksBefore(T0 + 2);
      expect(await times(T0, T0 + 10)).toEqual([2, 3]);
      await kept.rollouts.forgetTicksBefore(T0 + 1000);
      expect(await times(T0, T0 + 10)).toEqual([3]);
      expect((await story.rollout('rollout-a')).tick).toEqual(tickAt(T0 + 3));
    });

    test('after a clock that went backwards the last tick is the one stored last', async () => {
      await story.active('a');
      for (const [atMs, counts] of [
        [T0 + 9, 1],
        [T0 + 4, 2],
        [T0 + 9, 3],
      ] as const) {
        await kept.rollouts.storeTick(await theClaim(T0 + 100), tickAt(atMs, { counts: { x: counts } }), T0);
        expect((await story.rollout('rollout-a')).tick).toEqual(tickAt(atMs, { counts: { x: counts } }));
      }
    });

    test('lists by filter, newest first, page by page', async () => {
      await story.active('a', { id: 'r1', atMs: T0 + 1 });
      await story.pending('a', { id: 'r2', atMs: T0 + 2, dryRun: true });
      await story.pending('b', { id: 'r3', atMs: T0 + 3 });
      await story.pending('b', { id: 'r4', atMs: T0 + 3 });
      const list = async (filter: Parameters<Kept['rollouts']['list']>[0], after: string | null = null, limit = 10) =>
        (await kept.rollouts.list(filter, { after, limit })).map(({ state }) => state.id);
      expect(await list({})).toEqual(['r4', 'r3', 'r2', 'r1']);
      expect(await list({}, null, 2)).toEqual(['r4', 'r3']);
      expect(await list({}, 'r3', 2)).toEqual(['r2', 'r1']);
      expect(await list({}, 'r1')).toEqual([]);
      expect(await list({}, 'nobody')).toEqual([]);
      expect(await list({ feature: 'a' })).toEqual(['r2', 'r1']);
      expect(await list({ feature: 'a', wedgeState: 'ACTIVE' })).toEqual(['r1']);
      expect(await list({ dryRun: true })).toEqual(['r2']);
      expect(await list({ dryRun: false, wedgeState: 'PENDING' }, 'r4')).toEqual(['r3']);
      expect(await kept.rollouts.get('nobody')).toBeNull();
    });

    test('counts the live ones, real ones alone', async () => {
      await story.active('a');
      await story.active('b');
      await story.active('c', { dryRun: true });
      await story.pending('d');
      entriesIn(await kept.ledger.append(await story.say('paused', 'rollout-b', T0)));
      expect(await kept.rollouts.countLive()).toBe(2);
      entriesIn(await kept.ledger.append(await story.rollback('rollout-a', T0)));
      expect(await kept.rollouts.countLive()).toBe(1);
    });

    test('a second rollout of a feature waits beside the first', async () => {
      await story.active('a', { id: 'r1' });
      const contract = contractOf('contract-r1', 'a');
      const dryRun = createdDraft({ id: 'r2', contract, dryRun: true });
      entriesIn(await kept.ledger.append(appendOf('a', [dryRun])));
      entriesIn(await kept.ledger.append(await story.start('r2', T0)));
      expect((await claimed(T0)).toSorted()).toEqual(['r1', 'r2']);
    });
  });
}

const moves = fc.record({
  kind: fc.constantFrom('claim' as const, 'claim' as const, 'store' as const, 'storeLate' as const),
  waitMs: fc.constantFrom(0, SECOND, LEASE.leaseMs),
});
