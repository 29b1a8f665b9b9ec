import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/control/ports/ledger.ts';
import { Refusal } from '../../src/control/refusal.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/contract/policy.ts';
import { firstBreak } from '../../src/domain/ledger/chain.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { proposalInput } from '../support/proposals.ts';
import {
  bad,
  createdRollout,
  exposed,
  FEATURE,
  healthy,
  inStage,
  recordOf,
  startedRollout,
  stateOf,
  until,
  wishFor,
} from '../support/release.ts';
import {
  ANNA,
  butFor,
  chainOf,
  EMIL,
  OLGA,
  person,
  poll,
  pollFor,
  type Replica,
  startReplica,
  tickDue,
  type World,
  worldOf,
} from '../support/simulatedInstallation.ts';
import { askedWaiver, grantedWaiver, SHORT_WINDOW, shortWindow } from '../support/waivedRelease.ts';
import { YOUNG_POLICY } from '../support/youngPolicy.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const DAY = 24 * HOUR;
const YES = { decision: 'approve', comment: null } as const;
const NO = { decision: 'reject', comment: null } as const;

async function installation(options: Parameters<typeof worldOf>[0] = {}) {
  const world = worldOf({ pollIntervalMs: MINUTE, ...options });
  healthy(world);
  return { world, replica: await startReplica(world) };
}
const entriesOfType = async (world: World, type: string) =>
  (await chainOf(world, FEATURE)).filter((entry) => entry.type === type);

describe('a waiver that ends', () => {
  it('SLU-WAIVER: during a stage holds the next rise, keeps the exposure, and lets a renewed one go on', async () => {
    const { world, replica } = await installation();
    await grantedWaiver(replica, shortWindow(), 90 * MINUTE);
    const id = await startedRollout(replica, shortWindow());
    await until(replica, id, inStage(1));
    await pollFor(replica, 2 * HOUR);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 1 });
    const { decision } = await replica.rollouts.status(id);
    expect(decision).toMatchObject({ kind: 'hold', reason: 'waiverExpired', row: 15 });
    expect(decision?.detail).toContain(
      `the waiver of ${SHORT_WINDOW} ended at 2026-11-20T13:30:00.000Z; ask for a new one`,
    );
    expect(exposed(replica)).toEqual({ here: 50_000, stored: 50_000 });
    const advance = replica.rollouts.advance(ANNA, id, await wishFor(replica, id, 'now'));
    await expect(advance).rejects.toMatchObject({ code: 'HELD', more: { reason: 'waiverExpired' } });
    await askedWaiver(replica, shortWindow(), HOUR);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 1 });
    await grantedWaiver(replica, shortWindow(), HOUR);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 2 });
    const chain = await chainOf(world, FEATURE);
    expect(findingsIn(audited(chain))).toEqual([]);
  });

  it('does not keep the last stage from completing, nor a bad release from being taken back', async () => {
    const { world, replica } = await installation();
    await grantedWaiver(replica, shortWindow(), 4 * HOUR);
    const id = await startedRollout(replica, shortWindow());
    await until(replica, id, inStage(2));
    world.clock.advance(6 * HOUR);
    await pollFor(replica, 2 * HOUR);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'COMPLETE' });

    const next = shortWindow({ title: 'The next', feature: 'search' });
    await grantedWaiver(replica, next, 80 * MINUTE);
    const other = await startedRollout(replica, next);
    await until(replica, other, inStage(1));
    await pollFor(replica, 2 * HOUR);
    bad(world);
    await poll(replica);
    expect(await stateOf(replica, other)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });

  it('SLU-WAIVER: sooner under a policy that has become stricter lets its plan rise until then, and the audit agrees', async () => {
    const { world, replica: before } = await installation();
    await grantedWaiver(before, shortWindow(), 60 * DAY);
    const replica = await startReplica({ ...world, policy: { ...YOUNG_POLICY, waiverMaxDays: 30 } });
    const id = await startedRollout(replica, shortWindow());
    await until(replica, id, inStage(1));
    world.clock.advance(30 * DAY);
    await pollFor(replica, 2 * HOUR);
    expect((await replica.rollouts.status(id)).decision).toMatchObject({ kind: 'hold', reason: 'waiverExpired' });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 1 });
    expect(findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()))).toEqual([]);
  });

  it('before the start holds the start', async () => {
    const { world, replica } = await installation();
    await grantedWaiver(replica, shortWindow(), HOUR);
    const id = await createdRollout(replica, shortWindow());
    world.clock.advance(HOUR);
    const start = replica.rollouts.start(OLGA, id, await wishFor(replica, id));
    await expect(start).rejects.toMatchObject({ code: 'HELD', more: { reason: 'waiverExpired' } });
    expect(await entriesOfType(world, 'started')).toEqual([]);
  });

  it('by a rejection holds at once', async () => {
    const { replica } = await installation();
    const waiver = await grantedWaiver(replica, shortWindow(), 10 * HOUR);
    const id = await startedRollout(replica, shortWindow());
    await until(replica, id, inStage(0));
    await replica.waivers.decide(EMIL, waiver, NO);
    await pollFor(replica, 2 * HOUR);
    expect((await replica.rollouts.status(id)).decision).toMatchObject({ reason: 'waiverExpired' });
  });

  it('SLU-WAIVER: by a rejection that comes just before a rise is recorded makes the rise the loser', async () => {
    const { world, replica } = await installation();
    const waiver = await grantedWaiver(replica, shortWindow(), 10 * HOUR);
    const { ledger } = world.kept;
    const append: Ledger['append'] = async (asked) => {
      const rises = asked.drafts.some(({ type }) => type === 'advanced');
      if (rises) await replica.waivers.decide(EMIL, waiver, NO);
      return ledger.append(asked);
    };
    const slow = await startReplica(world, { kept: { ...world.kept, ledger: { ...ledger, append } } });
    const id = await startedRollout(slow, shortWindow());
    await until(slow, id, ({ heldFor }) => heldFor === 'waiverExpired');
    expect(await entriesOfType(world, 'waiverRejected')).toHaveLength(1);
    expect(await entriesOfType(world, 'advanced')).toEqual([]);
    expect(findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()))).toEqual([]);
  });

  it('is recorded once, whichever of many replicas sees it first, and told once', async () => {
    const { world, replica } = await installation();
    const used = await grantedWaiver(replica, shortWindow(), HOUR);
    const unused = await askedWaiver(replica, shortWindow(), HOUR);
    const others = await Promise.all([startReplica(world), startReplica(world)]);
    await replica.waiverEnding.run();
    expect(await entriesOfType(world, 'waiverExpired')).toEqual([]);
    world.clock.advance(HOUR);
    await Promise.all([replica, ...others].map(({ waiverEnding }) => waiverEnding.run()));
    await Promise.all([replica, ...others].map(({ waiverEnding }) => waiverEnding.run()));
    const ended = await entriesOfType(world, 'waiverExpired');
    expect(ended.map(({ data, actor }) => [data, actor.kind])).toEqual([
      [{ waiverId: used, rules: [SHORT_WINDOW] }, 'sluice'],
      [{ waiverId: unused, rules: [SHORT_WINDOW] }, 'sluice'],
    ]);
    const notices = (await world.kept.outbox.claim(world.clock.nowMs(), 100, 1)).map(({ notice }) => notice);
    const told = notices.filter(({ kind }) => kind === 'waiverExpired');
    expect(told.map(({ feature }) => feature)).toEqual([FEATURE, FEATURE]);
    expect(told[0]?.text).toBe(
      `${FEATURE}: waiver ${used} of ${SHORT_WINDOW} has ended (a rollout that rests on it rises no further until a new one is approved)`,
    );
  });

  it('would be recorded by each of them, were its version not looked at', async () => {
    const { world, replica } = await installation();
    await askedWaiver(replica, shortWindow(), HOUR);
    const { ledger } = world.kept;
    const append: Ledger['append'] = (asked) => ledger.append({ ...asked, expected: {} });
    const kept = { ...world.kept, ledger: { ...ledger, append } };
    const blind = await Promise.all([startReplica(world, { kept }), startReplica(world, { kept })]);
    world.clock.advance(HOUR);
    await Promise.all(blind.map(({ waiverEnding }) => waiverEnding.run()));
    expect(await entriesOfType(world, 'waiverExpired')).toHaveLength(2);
  });

  it('a rejected one has no other end', async () => {
    const { world, replica } = await installation();
    const id = await askedWaiver(replica, shortWindow(), HOUR);
    await replica.waivers.decide(ANNA, id, NO);
    world.clock.advance(2 * HOUR);
    expect(await replica.waiverEnding.run()).toBe(0);
  });
});

describe('with the ledger away', () => {
  it('a rollout that rests on a waiver is still watched, and taken back where it is bad', async () => {
    const { world, replica } = await installation();
    await grantedWaiver(replica, shortWindow(), 90 * MINUTE);
    const id = await startedRollout(replica, shortWindow());
    await until(replica, id, inStage(1));
    world.kept.cut();
    await pollFor(replica, HOUR);
    expect(exposed(replica).stored).toBe(50_000);
    bad(world);
    await poll(replica);
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    world.kept.mend();
    healthy(world);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    expect(world.faults).toEqual([]);
  });
});

describe('whenever waivers end and are renewed', () => {
  const walk = fc.array(
    fc.record({ waitMinutes: fc.integer({ min: 10, max: 90 }), forMinutes: fc.integer({ min: 20, max: 200 }) }),
    { minLength: 2, maxLength: 5 },
  );
  type Walk = readonly { readonly waitMinutes: number; readonly forMinutes: number }[];

  async function walked(steps: Walk, deceive: (kept: World['kept']) => World['kept']) {
    const { world, replica: people } = await installation();
    await grantedWaiver(people, shortWindow(), (steps[0]?.forMinutes ?? 20) * MINUTE);
    await startedRollout(people, shortWindow());
    const replica = await startReplica(world, { kept: deceive(world.kept) });
    for (const { waitMinutes, forMinutes } of steps.slice(1)) {
      await pollFor(replica, waitMinutes * MINUTE);
      await grantedWaiver(people, shortWindow(), forMinutes * MINUTE);
    }
    await pollFor(replica, 5 * HOUR);
    const chain = await chainOf(world, FEATURE);
    const report = audited(chain);
    return { broken: findingsIn(report, { check: 'WAIVERS' }), replayed: findingsIn(report, { check: 'SLU-REPLAY' }) };
  }

  it('SLU-WAIVER: nothing rises without one, and every decision is replayed', async () => {
    await fc.assert(
      fc.asyncProperty(walk, async (steps) => {
        const { broken, replayed } = await walked(steps, (kept) => kept);
        expect([broken, replayed]).toEqual([[], []]);
      }),
      { numRuns: 12 },
    );
  });

  it('and a register that forgets when they end is found out', async () => {
    const forgetful = (kept: World['kept']) => {
      const ofPlan = async (feature: string, digest: string) =>
        (await kept.waivers.ofPlan(feature, digest)).map((each) => ({ ...each, expired: false, expiresAtMs: 9e15 }));
      return { ...kept, waivers: { ...kept.waivers, ofPlan } };
    };
    const { broken } = await walked([{ waitMinutes: 10, forMinutes: 20 }], forgetful);
    expect(broken[0]).toContain(SHORT_WINDOW);
  });
});

describe('what a waiver costs', () => {
  it('is paid by the rollouts that rest on one, and by no other', async () => {
    const world = worldOf({ pollIntervalMs: MINUTE });
    healthy(world);
    let reads = 0;
    const waivers = butFor(world.kept.waivers, {
      ofPlan: (feature, digest) => {
        reads += 1;
        return world.kept.waivers.ofPlan(feature, digest);
      },
    });
    const replica = await startReplica(world, { kept: { ...world.kept, waivers } });
    await startedRollout(replica, proposalInput());
    reads = 0;
    await pollFor(replica, HOUR);
    expect(reads).toBe(0);
    const resting = shortWindow({ feature: 'search' });
    await grantedWaiver(replica, resting, DAY);
    await startedRollout(replica, resting);
    reads = 0;
    await tickDue(replica);
    expect(reads).toBe(1);
  });
});

describe('approvers who race', () => {
  const scheduled = (s: fc.Scheduler, { kept }: World) => {
    const ledger: Ledger = { ...kept.ledger, append: s.scheduleFunction(kept.ledger.append) };
    return { ...kept, ledger, waivers: { ...kept.waivers, get: s.scheduleFunction(kept.waivers.get) } };
  };

  it('SLU-WAIVER: all count, none twice, whatever comes first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (s, oneRejects) => {
        const { world, replica } = await installation();
        const id = await askedWaiver(replica, shortWindow());
        const racing = async () => startReplica(world, { kept: scheduled(s, world) });
        const [one, other] = await s.waitFor(Promise.all([racing(), racing()]));
        const late = (error: unknown) => {
          if (!(error instanceof Refusal) || error.code !== 'WAIVER_NOT_OPEN') throw error;
        };
        const words = [
          one.waivers.decide(ANNA, id, YES),
          other.waivers.decide(EMIL, id, YES),
          one.waivers.decide(EMIL, id, oneRejects ? NO : YES),
        ];
        await s.waitFor(Promise.all(words.map((word) => word.catch(late))));
        const { state, standing } = await replica.waivers.get(id);
        if (oneRejects) expect(standing).toBe('rejected');
        else
          expect([standing, state.approvals.map(({ subject }) => subject).toSorted()]).toEqual([
            'approved',
            ['anna', 'emil'],
          ]);
        expect(firstBreak(await chainOf(world, FEATURE))).toBeNull();
      }),
      { numRuns: 30 },
    );
  });

  it('SLU-WAIVER: a rejection that comes while a plan is weighed makes the proposal the loser', async () => {
    const { world, replica } = await installation();
    const id = await grantedWaiver(replica, shortWindow());
    const { waivers } = world.kept;
    const ofPlan = async (feature: string, digest: string) => {
      const found = await waivers.ofPlan(feature, digest);
      await replica.waivers.decide(EMIL, id, NO);
      return found;
    };
    const slow = await startReplica(world, { kept: { ...world.kept, waivers: { ...waivers, ofPlan } } });
    await expect(slow.contracts.propose(OLGA, shortWindow())).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await entriesOfType(world, 'proposed')).toEqual([]);
    await expect(replica.contracts.propose(OLGA, shortWindow())).rejects.toMatchObject({ code: 'CONTRACT_INVALID' });
  });
});

describe("a start by today's policy", () => {
  const under = (world: World, policy: Partial<Policy>) =>
    startReplica({ ...world, policy: { ...DEFAULT_POLICY, ...policy } });
  const start = async (replica: Replica, id: string) => replica.rollouts.start(OLGA, id, await wishFor(replica, id));
  const stricter = (...rules: readonly string[]) => ({
    code: 'POLICY_STRICTER',
    more: { violations: rules.map((rule) => ({ rule })) },
  });

  it('is not stopped by a rule that it breaks by leave, and is by every other', async () => {
    const { world, replica } = await installation();
    await grantedWaiver(replica, shortWindow(), DAY);
    const id = await createdRollout(replica, shortWindow());
    const both = await under(world, { minObservationWindowHours: 5, minStages: 4 });
    await expect(start(both, id)).rejects.toMatchObject(stricter('STAGES_MINIMUM'));
    await start(await under(world, { minObservationWindowHours: 5 }), id);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
  });

  it('is stopped where the leave has ended, or is longer than a policy of today gives', async () => {
    const { world, replica } = await installation();
    await grantedWaiver(replica, shortWindow(), 3 * DAY);
    const id = await createdRollout(replica, shortWindow());
    world.clock.advance(2 * DAY);
    const aDay = { minObservationWindowHours: 5, waiverMaxDays: 1 };
    await expect(start(await under(world, aDay), id)).rejects.toMatchObject(stricter(SHORT_WINDOW));
    world.clock.advance(2 * DAY);
    const longer = await under(world, { minObservationWindowHours: 5 });
    await expect(start(longer, id)).rejects.toMatchObject(stricter(SHORT_WINDOW));
  });

  it('is not helped by a waiver that came after the proposal', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    const today = await under(world, { minObservationWindowHours: 5 });
    await grantedWaiver(today, proposalInput());
    await expect(start(today, id)).rejects.toMatchObject(stricter(SHORT_WINDOW));
  });

  it('says how many approvers are missing', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    const refused = start(await under(world, { approversStandard: 2 }), id);
    await expect(refused).rejects.toMatchObject({
      code: 'POLICY_STRICTER',
      more: { violations: [{ rule: 'APPROVERS_MINIMUM', path: '$.approvals', found: 1, allowed: 'at least 2' }] },
    });
    await expect(start(await under(world, { approversCritical: 3 }), id)).resolves.toMatchObject({ phase: 'ramp' });
  });

  it('is stopped where the approval was older when it was used than today allows', async () => {
    const { world, replica } = await installation();
    await replica.features.create(OLGA, { key: FEATURE });
    const { state } = await replica.contracts.propose(OLGA, proposalInput());
    await replica.contracts.decide(ANNA, state.contract.id, { ...YES, digest: state.digest });
    world.clock.advance(2 * DAY);
    const made = await replica.rollouts.create(OLGA, { contractId: state.contract.id, dryRun: false, startAtMs: null });
    const id = made.state.id;
    await expect(start(await under(world, { approvalValidDays: 2 }), id)).rejects.toMatchObject(
      stricter('APPROVAL_AGE'),
    );
    await start(await under(world, { approvalValidDays: 2.5 }), id);
  });

  it('is stopped where as many are live as today allows; a looser policy helps no old contract', async () => {
    const { world, replica } = await installation();
    await startedRollout(replica, proposalInput());
    const second = await createdRollout(replica, proposalInput({ feature: 'search' }));
    const one = await under(world, { maxConcurrentRollouts: 1 });
    await expect(start(one, second)).rejects.toMatchObject(stricter('CONCURRENT_ROLLOUTS'));

    const third = await createdRollout(one, proposalInput({ feature: 'cart' }));
    const held = start(await under(world, { maxConcurrentRollouts: 50 }), third);
    await expect(held).rejects.toMatchObject({ code: 'HELD', more: { reason: 'concurrency' } });
    await start(replica, second);
    expect(await replica.world.kept.rollouts.countLive()).toBe(2);
  });

  it('of the starts that race for the last place of today one gets it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        const { world, replica } = await installation();
        const ids = [];
        for (const feature of ['a', 'b', 'c']) ids.push(await createdRollout(replica, proposalInput({ feature })));
        const policy = { ...DEFAULT_POLICY, maxConcurrentRollouts: 1 };
        const { ledger } = world.kept;
        const kept = { ...world.kept, ledger: { ...ledger, append: s.scheduleFunction(ledger.append) } };
        const today = await startReplica({ ...world, policy }, { kept });
        const outcomes = ids.map((id) =>
          start(today, id).then(
            () => 'started',
            (error: Refusal) => error.code,
          ),
        );
        const told = await s.waitFor(Promise.all(outcomes));
        expect(told.filter((outcome) => outcome === 'started')).toHaveLength(1);
        expect(await world.kept.rollouts.countLive()).toBe(1);
      }),
      { numRuns: 15 },
    );
  });

  it('with nothing stricter is not looked at again', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    await start(await under(world, { minStages: 1, waiverMaxDays: 90 }), id);
    expect((await recordOf(replica, id)).state.wedgeState).toBe('ACTIVE');
  });
});

describe('who may speak', () => {
  it('a second token of one subject is the same person', async () => {
    const { replica } = await installation();
    const id = await askedWaiver(replica, shortWindow());
    const again = { ...person('olga', 'approver'), tokenId: 'another' };
    await expect(replica.waivers.decide(again, id, YES)).rejects.toMatchObject({ code: 'FOUR_EYES' });
    await replica.waivers.decide(ANNA, id, YES);
    await replica.waivers.decide({ ...ANNA, tokenId: 'another' }, id, YES);
    expect(await replica.waivers.get(id)).toMatchObject({ standing: 'requested' });
  });
});
