import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlagStore } from '../../src/control/ports/flagStore.ts';
import { type Ledger, LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import type { Claim } from '../../src/control/ports/rolloutRegister.ts';
import { Refusal } from '../../src/control/refusal.ts';
import { featureDraft } from '../../src/domain/feature/featureDraft.ts';
import { firstBreak } from '../../src/domain/ledger/chain.ts';
import { SLUICE } from '../../src/domain/ledger/entry.ts';
import { foldRollout } from '../../src/domain/rollout/foldRollout.ts';
import { isTerminal, type RolloutState } from '../../src/domain/rollout/state.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { grantedBy } from '../support/grantedBy.ts';
import { appendOf } from '../support/ledgerStory.ts';
import { firstBearsMore, type ProposalInput, proposalInput, stageInput } from '../support/proposals.ts';
import {
  bad,
  createdRollout,
  doubtful,
  exposed,
  FEATURE,
  healthy,
  inStage,
  startedRollout,
  stateOf,
  until,
  wishFor,
} from '../support/release.ts';
import {
  ANNA,
  chainOf,
  OLGA,
  OSKAR,
  poll,
  pollFor,
  type Replica,
  startReplica,
  tickDue,
  type World,
  worldOf,
} from '../support/simulatedInstallation.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const toPrevious = firstBearsMore(proposalInput({}, { rollback: { to: 'previousStage' } }));

type Scheduler = fc.Scheduler;

/** The same port, each of whose answers comes when the schedule says. */
function scheduled<T extends object>(s: Scheduler, port: T, names: readonly (keyof T & string)[]): T {
  return new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const bound = member.bind(target);
      return (names as readonly (string | symbol)[]).includes(name) ? s.scheduleFunction(bound) : bound;
    },
  });
}

const LEDGER: readonly (keyof Ledger & string)[] = ['append', 'entries'];
const STORE: readonly (keyof FlagStore & string)[] = ['publish'];

/** Two processes on one ledger and one store, whose calls come in any order. */
async function racing(s: Scheduler, world: World): Promise<readonly [Replica, Replica]> {
  const one = () =>
    startReplica(world, {
      kept: { ledger: scheduled(s, world.kept.ledger, LEDGER), rollouts: scheduled(s, world.kept.rollouts, ['get']) },
      store: scheduled(s, world.store, STORE),
    });
  const both = Promise.all([one(), one()]);
  await s.waitFor(both);
  return both;
}

/** The rollout claimed twice, as when a lease has run out while its owner was still busy. */
async function claimedTwice(world: World): Promise<readonly [Claim, Claim]> {
  const request = { nowMs: world.clock.nowMs() + HOUR, limit: 1, leaseMs: 0 };
  const [first] = await world.kept.rollouts.claimDue(request);
  const [second] = await world.kept.rollouts.claimDue(request);
  if (first === undefined || second === undefined) throw new Error('nothing is due');
  return [first, second];
}

async function world(input: ProposalInput, stageIndex: number) {
  const outside = worldOf({ pollIntervalMs: MINUTE, leaseMs: 10 * MINUTE });
  healthy(outside);
  const replica = await startReplica(outside);
  const id = await startedRollout(replica, input);
  await until(replica, id, inStage(stageIndex));
  return { outside, replica, id };
}

/** The chain is whole, and says of the rollout and the feature what is stored of them. */
async function assertWhole(outside: World, id: string): Promise<void> {
  const chain = await chainOf(outside, FEATURE);
  expect(firstBreak(chain)).toBeNull();
  const own = chain.filter(({ rollout }) => rollout === id);
  const folded = own.reduce<RolloutState | null>(foldRollout, null);
  expect((await outside.kept.rollouts.get(id))?.state).toEqual(JSON.parse(JSON.stringify(folded)));
  expect(findingsIn(audited(chain, outside.clock.nowMs()))).toEqual([]);
}

const handled = (error: unknown) => {
  if (!(error instanceof Refusal)) throw error;
};

describe('two tickers on one rollout', () => {
  it('advance it once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        const { outside, id } = await world(proposalInput(), 0);
        const plain = await startReplica(outside);
        await pollFor(plain, HOUR - MINUTE);
        outside.clock.advance(MINUTE);
        const [one, other] = await racing(s, outside);
        const [first, second] = await claimedTwice(outside);
        const surroundings = await plain.contexts.surroundings();
        await s.waitFor(Promise.all([one.ticker.tick(first, surroundings), other.ticker.tick(second, surroundings)]));
        expect(await stateOf(plain, id)).toMatchObject({ stageIndex: 1, visit: 2 });
        expect(exposed(plain).stored).toBe(50_000);
        await assertWhole(outside, id);
      }),
      { numRuns: 15 },
    );
  });

  it('take a bad release back once, to where the plan says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        const { outside, replica, id } = await world(toPrevious, 1);
        await poll(replica);
        bad(outside);
        outside.clock.advance(MINUTE);
        const [one, other] = await racing(s, outside);
        const [first, second] = await claimedTwice(outside);
        const surroundings = await replica.contexts.surroundings();
        await s.waitFor(Promise.all([one.ticker.tick(first, surroundings), other.ticker.tick(second, surroundings)]));
        expect(await stateOf(replica, id)).toMatchObject({
          wedgeState: 'ACTIVE',
          stageIndex: 0,
          automaticRollbacks: 1,
        });
        expect(exposed(replica).stored).toBe(10_000);
        await assertWhole(outside, id);
      }),
      { numRuns: 15 },
    );
  });
});

describe("an operator's rollback races with an advance", () => {
  it('the exposure ends closed and the chain whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (s, byPerson) => {
        const { outside, replica, id } = await world(proposalInput(), 0);
        await pollFor(replica, byPerson ? HOUR : HOUR - MINUTE);
        outside.clock.advance(byPerson ? 0 : MINUTE);
        const [one, other] = await racing(s, outside);
        const wish = await wishFor(replica, id);
        const [, claim] = await claimedTwice(outside);
        const surroundings = await replica.contexts.surroundings();
        const opening = byPerson
          ? other.rollouts.advance(ANNA, id, wish).catch(handled)
          : other.ticker.tick(claim, surroundings);
        await s.waitFor(Promise.all([opening, one.closings.rollback(OLGA, id, { to: 'zero', comment: null })]));
        await poll(replica);
        await poll(replica);
        expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
        expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
        await assertWhole(outside, id);
      }),
      { numRuns: 25 },
    );
  });

  it('with the completion of the last stage too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        const { outside, replica, id } = await world(proposalInput(), 2);
        await pollFor(replica, HOUR - MINUTE);
        outside.clock.advance(MINUTE);
        const [one, other] = await racing(s, outside);
        const [, claim] = await claimedTwice(outside);
        const surroundings = await replica.contexts.surroundings();
        await s.waitFor(
          Promise.all([
            other.ticker.tick(claim, surroundings),
            one.closings.rollback(OLGA, id, { to: 'zero', comment: null }),
          ]),
        );
        await poll(replica);
        await poll(replica);
        expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
        const { state } = (await outside.kept.features.get(FEATURE)) ?? {};
        const wedgeState = (await stateOf(replica, id)).wedgeState;
        // Either it was rolled back, or it completed and the feature is killed: the ledger says no less than the store.
        expect(wedgeState === 'ROLLED_BACK' ? state?.settled : state?.exposure.killed).toEqual(
          wedgeState === 'ROLLED_BACK' ? [] : true,
        );
        await assertWhole(outside, id);
      }),
      { numRuns: 25 },
    );
  });

  it('and with a kill', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        const { outside, replica, id } = await world(proposalInput(), 0);
        const [one, other] = await racing(s, outside);
        await s.waitFor(
          Promise.all([
            other.closings.kill(OSKAR, FEATURE, 'burning'),
            one.closings.rollback(OLGA, id, { to: 'zero', comment: null }),
          ]),
        );
        await poll(replica);
        await poll(replica);
        expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
        expect(isTerminal((await stateOf(replica, id)).wedgeState)).toBe(true);
        expect((await outside.kept.features.get(FEATURE))?.state.exposure.killed).toBe(true);
        await assertWhole(outside, id);
      }),
      { numRuns: 25 },
    );
  });
});

/** The ledger, before whose next append something else happens. */
function preceded(ledger: Ledger, first: () => Promise<unknown>): Ledger {
  let isNext = true;
  return {
    ...ledger,
    append: async (append) => {
      if (isNext) {
        isNext = false;
        await first();
      }
      return ledger.append(append);
    },
  };
}

describe('a pause races with a poll', () => {
  it('DWELL: and takes back no time that the poll has counted', async () => {
    const { outside, replica, id } = await world(proposalInput(), 0);
    await poll(replica);
    const between = async () => {
      outside.clock.advance(MINUTE);
      await tickDue(replica);
    };
    const ledger = preceded(outside.kept.ledger, between);
    const other = await startReplica(outside, { kept: { ...outside.kept, ledger } });
    await other.closings.pause(OLGA, id, 'careful');
    await replica.rollouts.resume(OLGA, id, await wishFor(replica, id));
    await until(replica, id, inStage(1), 200);
    await assertWhole(outside, id);
  });
});

describe('an advance by hand races with a poll', () => {
  it('and loses: it rests on the last one, which may have failed', async () => {
    const { outside, replica, id } = await world(proposalInput({}, { incrementPolicy: 'manual' }), 0);
    await pollFor(replica, HOUR + MINUTE);
    const between = async () => {
      doubtful(outside);
      outside.clock.advance(MINUTE);
      await tickDue(replica);
    };
    const ledger = preceded(outside.kept.ledger, between);
    const other = await startReplica(outside, { kept: { ...outside.kept, ledger } });
    const advance = other.rollouts.advance(OLGA, id, await wishFor(replica, id));
    await expect(advance).rejects.toMatchObject({ code: 'VERSION_STALE' });
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 0 });
    await assertWhole(outside, id);
  });
});

/** The ledger, which carries its next append out and does not get to say so. */
function answerLost(ledger: Ledger): Ledger {
  let isNext = true;
  return {
    ...ledger,
    append: async (append) => {
      const outcome = await ledger.append(append);
      if (!isNext) return outcome;
      isNext = false;
      throw new LedgerUnreachable('the answer was lost');
    },
  };
}

describe('a rollback is carried out once', () => {
  const rollbacks = async (outside: World) =>
    (await chainOf(outside, FEATURE)).map(({ type }) => type).filter((type) => type === 'rolledBack');

  it('where scheduler and reconciler tell a late one at the same time', async () => {
    const { outside, id } = await world(proposalInput(), 2);
    const answered: string[] = [];
    const { ledger } = outside.kept;
    const append: Ledger['append'] = async (asked) => {
      const outcome = await ledger.append(asked);
      answered.push(...asked.drafts.map(({ type }) => type));
      return outcome;
    };
    const replica = await startReplica(outside, { kept: { ...outside.kept, ledger: { ...ledger, append } } });
    await poll(replica);
    outside.kept.cut();
    await replica.closings.rollback(OLGA, id, { to: 'previousStage', comment: null });
    outside.kept.mend();
    await Promise.all([replica.scheduler.look(), replica.reconciler.run()]);
    await replica.scheduler.settled();
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 1 });
    expect(await rollbacks(outside)).toEqual(['rolledBack']);
    expect(answered.filter((type) => type === 'rolledBack')).toHaveLength(1);
    expect(exposed(replica)).toEqual({ here: 50_000, stored: 50_000 });
  });

  it.each([
    ['previousStage', { wedgeState: 'ACTIVE', stageIndex: 1 }],
    ['zero', { wedgeState: 'ROLLED_BACK' }],
  ] as const)('where the answer to its record was lost: to %s', async (to, expected) => {
    const { outside, id } = await world(proposalInput(), 2);
    const ledger = answerLost(outside.kept.ledger);
    const replica = await startReplica(outside, { kept: { ...outside.kept, ledger } });
    await replica.closings.rollback(OLGA, id, { to, comment: null });
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject(expected);
    expect(await rollbacks(outside)).toHaveLength(1);
    await assertWhole(outside, id);
  });

  it('but a person who wants zero gets it, also where somebody else was quicker with less', async () => {
    const { outside, replica, id } = await world(proposalInput(), 2);
    const quicker = () => replica.closings.rollback(OSKAR, id, { to: 'previousStage', comment: null });
    const ledger = preceded(outside.kept.ledger, quicker);
    const other = await startReplica(outside, { kept: { ...outside.kept, ledger } });
    await other.closings.rollback(OLGA, id, { to: 'zero', comment: null });
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    await assertWhole(outside, id);
  });
});

describe("a rollback loses its race to an approver's advance", () => {
  it('SLU-REPLAY: and ends at the lower of both targets, with what it rests on', async () => {
    const long = stageInput('half', 50, { durationHours: 5 });
    const wedgeStages = [stageInput('canary', 10), long, stageInput('everyone', 100)];
    const { outside, replica, id } = await world(
      firstBearsMore(proposalInput({}, { rollback: { to: 'previousStage' }, wedgeStages })),
      1,
    );
    await pollFor(replica, 2 * HOUR);
    outside.clock.advance(MINUTE);
    outside.store.confirm();
    const [, claim] = await claimedTwice(outside);
    await replica.rollouts.advance(ANNA, id, await wishFor(replica, id, 'go on'));
    expect(exposed(replica).stored).toBe(100_000);
    bad(outside);
    await replica.ticker.tick(claim, await replica.contexts.surroundings());
    const chain = await chainOf(outside, FEATURE);
    const rolledBack = chain.find(({ type }) => type === 'rolledBack');
    expect(rolledBack).toMatchObject({ reason: 'criterion', data: { automatic: true, toStageIndex: 0 } });
    expect(rolledBack?.evidence?.rolloutVersion).toBe(claim.state.version);
    expect(findingsIn(audited(chain), { check: 'SLU-REPLAY' })).toEqual([]);
    expect(outside.store.document(FEATURE)?.grants).toEqual(grantedBy(chain));
    expect(exposed(replica)).toEqual({ here: 10_000, stored: 10_000 });
    await assertWhole(outside, id);
  });
});

describe("a tick's rollback", () => {
  it('SLU-CLOSE: leaves standing the cap that was set while it measured', async () => {
    const { outside, replica, id } = await world(toPrevious, 1);
    bad(outside);
    const wish = { threshold: 0, expiresAtMs: null, comment: 'not them' };
    const ledger = preceded(outside.kept.ledger, () => replica.overrides.set(OLGA, FEATURE, 'acme', wish));
    const other = await startReplica(outside, { kept: { ...outside.kept, ledger } });
    await tickDue(other);
    for (const document of [replica.view.document(FEATURE), outside.store.document(FEATURE)]) {
      expect(document).toMatchObject({ caps: { acme: 0 }, live: { stage: 'canary' } });
    }
    healthy(outside);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 0 });
    await assertWhole(outside, id);
  });
});

describe('a cancelled rollout', () => {
  it('leaves alone what another one of the feature does meanwhile', async () => {
    const { outside, replica, id } = await world(proposalInput(), 0);
    const waiting = await createdRollout(replica, proposalInput({ title: 'Another' }));
    const rollBackLive = () => replica.closings.rollback(OSKAR, id, { to: 'zero', comment: null });
    const ledger = preceded(outside.kept.ledger, rollBackLive);
    const other = await startReplica(outside, { kept: { ...outside.kept, ledger } });
    await other.closings.rollback(OLGA, waiting, { to: null, comment: null });
    expect(await stateOf(replica, waiting)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    expect((await outside.kept.features.get(FEATURE))?.state.exposure).toMatchObject({ grants: [], live: null });
    await assertWhole(outside, waiting);
  });
});

describe('a lost race', () => {
  it('over the feature gives the lease back: the rollout is watched at its next poll', async () => {
    const { outside, replica, id } = await world(proposalInput(), 0);
    await pollFor(replica, HOUR - MINUTE);
    outside.clock.advance(MINUTE);
    // Something about the feature is recorded between look and record, which leaves the rollout as it is.
    const note = async () => {
      const feature = await outside.kept.features.get(FEATURE);
      if (feature === null) throw new Error('no feature');
      const said = { atMs: outside.clock.nowMs(), actor: SLUICE, reason: null, comment: null, evidence: null };
      const data = { documentVersion: feature.state.exposure.documentVersion + 1, found: 'by hand' };
      const repaired = featureDraft(feature, said, { type: 'driftRepaired', data });
      await outside.kept.ledger.append(appendOf(FEATURE, [repaired]));
    };
    const other = await startReplica(outside, {
      kept: { ...outside.kept, ledger: preceded(outside.kept.ledger, note) },
    });
    await other.scheduler.look();
    await other.scheduler.settled();
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 0 });
    bad(outside);
    await poll(replica, MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
  });

  it('one rollout is live per feature, whoever starts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        const outside = worldOf({ pollIntervalMs: MINUTE, leaseMs: 10 * MINUTE });
        healthy(outside);
        const replica = await startReplica(outside);
        const first = await createdRollout(replica, proposalInput());
        const second = await createdRollout(replica, proposalInput({ title: 'Another' }));
        const [one, other] = await racing(s, outside);
        await s.waitFor(
          Promise.all([
            one.rollouts.start(OLGA, first, await wishFor(replica, first)).catch(handled),
            other.rollouts.start(OSKAR, second, await wishFor(replica, second)).catch(handled),
          ]),
        );
        const states = [(await stateOf(replica, first)).wedgeState, (await stateOf(replica, second)).wedgeState];
        expect(states.toSorted()).toEqual(['ACTIVE', 'PENDING']);
        expect(exposed(replica).stored).toBe(5_000);
      }),
      { numRuns: 25 },
    );
  });
});
