import { describe, expect, it } from 'vitest';
import type { Notice } from '../../src/control/ports/outbox.ts';
import { Delivery } from '../../src/control/upkeep/deliver.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { proposalInput } from '../support/proposals.ts';
import {
  bad,
  createdRollout,
  doubtful,
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
  person,
  poll,
  pollFor,
  type Replica,
  startReplica,
  tickDue,
  worldOf,
} from '../support/simulatedInstallation.ts';
import { grantedWaiver, shortWindow } from '../support/waivedRelease.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const FRIDAYS = { timeZone: 'UTC', effect: 'closed' as const, windows: [{ days: ['friday' as const] }], reason: 'x' };

async function installation() {
  const world = worldOf();
  healthy(world);
  return { world, replica: await startReplica(world) };
}

/** Everything is proven, and a person's word alone is waited for. */
async function readyToAdvance() {
  const { world, replica } = await installation();
  const id = await startedRollout(replica, proposalInput({}, { incrementPolicy: 'manual' }));
  await until(replica, id, inStage(0));
  await pollFor(replica, 62 * MINUTE_MS);
  return { world, replica, id };
}

const typesOf = async (world: Parameters<typeof chainOf>[0]) => (await chainOf(world, FEATURE)).map(({ type }) => type);

describe('a hook before the start', () => {
  it('holds a start by hand with what it said, and nothing is stored', async () => {
    const { world, replica } = await installation();
    world.hooks.answer('beforeStart', 'answered 503: not today');
    const id = await createdRollout(replica, proposalInput());
    const before = await chainOf(world, FEATURE);
    await expect(replica.rollouts.start(OLGA, id, await wishFor(replica, id))).rejects.toMatchObject({
      code: 'HELD',
      message: 'beforeStart answered 503: not today',
      more: { reason: 'gateHook', unblocksAt: null },
    });
    expect(await chainOf(world, FEATURE)).toEqual(before);
    world.hooks.answer('beforeStart', null);
    await replica.rollouts.start(OLGA, id, await wishFor(replica, id));
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
  });

  it('is told what is about to happen', async () => {
    const { world, replica } = await installation();
    world.hooks.answer('beforeStart', null);
    const id = await startedRollout(replica, proposalInput());
    expect(world.hooks.asked).toEqual([
      {
        hook: 'beforeStart',
        id: `msg_${id}_1_beforeStart`,
        rolloutId: id,
        feature: FEATURE,
        stage: 'canary',
        percentageFrom: 0,
        percentageTo: 5,
        reason: 'ready',
        detail: 'asked to start',
        atMs: world.clock.nowMs(),
      },
    ]);
  });

  it('holds a start at an hour, which tries again by itself', async () => {
    const { world, replica } = await installation();
    world.hooks.answer('beforeStart', 'answered 503');
    const startAtMs = world.clock.nowMs() + MINUTE_MS;
    const id = await createdRollout(replica, proposalInput(), { startAtMs });
    await pollFor(replica, 5 * MINUTE_MS);
    expect((await replica.rollouts.status(id)).decision).toMatchObject({
      reason: 'gateHook',
      detail: 'beforeStart answered 503',
    });
    world.hooks.answer('beforeStart', null);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
  });
});

describe('a hook before an advance', () => {
  it('holds, says so in the status and once in the ledger, and is asked again at each tick under the same id', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    world.hooks.answer('beforeAdvance', 'answered 503: not today');
    await until(replica, id, ({ heldFor }) => heldFor === 'gateHook');
    await pollFor(replica, 10 * MINUTE_MS);
    expect(world.hooks.asked.length).toBeGreaterThan(10);
    expect(new Set(world.hooks.asked.map((question) => question.id)).size).toBe(1);
    expect((await replica.rollouts.status(id)).decision).toMatchObject({
      kind: 'hold',
      reason: 'gateHook',
      detail: 'beforeAdvance answered 503: not today',
    });
    const held = (await chainOf(world, FEATURE)).filter(({ reason }) => reason === 'gateHook');
    expect(held.map(({ type, evidence }) => [type, evidence?.context.gateHook])).toEqual([
      ['held', { hook: 'beforeAdvance', detail: 'answered 503: not today' }],
    ]);
    world.hooks.answer('beforeAdvance', null);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 1 });
    const chain = await chainOf(world, FEATURE);
    expect(findingsIn(audited(chain))).toEqual([]);
  });

  it('is asked under another id before the next step, and by another replica under the same', async () => {
    const { world, replica } = await installation();
    const other = await startReplica(world);
    const id = await startedRollout(replica, proposalInput());
    world.hooks.answer('beforeAdvance', 'answered 503');
    await until(replica, id, ({ heldFor }) => heldFor === 'gateHook');
    await tickDue(other);
    const ids = world.hooks.asked.map((question) => question.id);
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
    world.hooks.answer('beforeAdvance', null);
    await until(replica, id, inStage(1));
    await until(replica, id, inStage(2));
    expect(new Set(world.hooks.asked.map((question) => question.id)).size).toBe(2);
  });

  it('holds one by hand', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    world.hooks.answer('beforeAdvance', 'answered 503');
    await until(replica, id, ({ heldFor }) => heldFor === 'gateHook');
    const advance = replica.rollouts.advance(OLGA, id, await wishFor(replica, id));
    await expect(advance).rejects.toMatchObject({ code: 'HELD', more: { reason: 'gateHook' } });
  });

  it('is not asked while something else holds, nor for the ramp', async () => {
    const { world, replica } = await installation();
    for (const hook of ['beforeAdvance', 'beforeComplete'] as const) world.hooks.answer(hook, 'answered 503');
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, inStage(0));
    await pollFor(replica, 30 * MINUTE_MS);
    expect(world.hooks.asked).toEqual([]);
  });

  it('keeps no rollback waiting', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    world.hooks.answer('beforeAdvance', 'answered 503');
    await until(replica, id, ({ heldFor }) => heldFor === 'gateHook');
    bad(world);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });
});

describe('a hook before completion', () => {
  it('holds it', async () => {
    const { world, replica } = await installation();
    world.hooks.answer('beforeComplete', 'answered 404');
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, ({ heldFor }) => heldFor === 'gateHook');
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
    world.hooks.answer('beforeComplete', null);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'COMPLETE' });
    expect(world.hooks.asked.at(-1)).toMatchObject({ hook: 'beforeComplete', percentageFrom: 100, percentageTo: 100 });
  });
});

describe('a dry run', () => {
  it('asks nobody', async () => {
    const { world, replica } = await installation();
    for (const hook of ['beforeStart', 'beforeAdvance', 'beforeComplete'] as const) world.hooks.answer(hook, 'no');
    const id = await startedRollout(replica, proposalInput(), { dryRun: true });
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    expect(world.hooks.asked).toEqual([]);
  });
});

describe('while a hook is asked', () => {
  it('a stop that is set meanwhile holds what it would have agreed to', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    world.hooks.answer('beforeAdvance', async () => {
      await replica.installation.setStop(OLGA, 'storm');
      return null;
    });
    await until(replica, id, ({ heldFor }) => heldFor === 'globalStop');
    expect(await typesOf(world)).not.toContain('advanced');
  });

  it('a calendar that is put up meanwhile holds it', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    world.hooks.answer('beforeAdvance', async () => {
      await replica.calendars.set(person('adam', 'admin'), 'fridays', FRIDAYS);
      return null;
    });
    const held = await until(replica, id, ({ heldFor }) => heldFor === 'calendar');
    expect(held).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 0 });
    expect(world.hooks.asked).toHaveLength(1);
  });

  it.for(['ends', 'is rejected'])('SLU-WAIVER: a waiver that %s meanwhile lets nothing rise by it', async (how) => {
    const { world, replica } = await installation();
    const waiver = await grantedWaiver(replica, shortWindow(), 2 * HOUR_MS);
    const id = await startedRollout(replica, shortWindow());
    world.hooks.answer('beforeAdvance', async () => {
      if (how === 'is rejected') await replica.waivers.decide(ANNA, waiver, { decision: 'reject', comment: 'no' });
      else world.clock.advance(2 * HOUR_MS);
      return null;
    });
    await until(replica, id, ({ heldFor }) => heldFor === 'waiverExpired');
    await pollFor(replica, 5 * MINUTE_MS);
    expect(await typesOf(world)).not.toContain('advanced');
    expect(world.hooks.asked).toHaveLength(1);
    expect(findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()))).toEqual([]);
  });

  it('what opens is recorded as of when they agreed, by hand and by itself', async () => {
    const { world, replica } = await installation();
    const agreedAtMs: number[] = [];
    const thinking = async () => {
      world.clock.advance(5000);
      agreedAtMs.push(world.clock.nowMs());
      return null;
    };
    for (const hook of ['beforeStart', 'beforeAdvance'] as const) world.hooks.answer(hook, thinking);
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, inStage(1));
    const chain = await chainOf(world, FEATURE);
    const opened = chain.filter(({ type }) => type === 'started' || type === 'advanced');
    expect(opened.map(({ at }) => Date.parse(at))).toEqual(agreedAtMs);
    expect(opened.map(({ late }) => late)).toEqual([false, false]);
    expect(findingsIn(audited(chain))).toEqual([]);
  });

  it('a start by hand heeds what has ended meanwhile, and nothing is stored', async () => {
    const { world, replica } = await installation();
    await grantedWaiver(replica, shortWindow(), HOUR_MS);
    const id = await createdRollout(replica, shortWindow());
    world.hooks.answer('beforeStart', async () => {
      world.clock.advance(HOUR_MS);
      return null;
    });
    const before = await chainOf(world, FEATURE);
    await expect(replica.rollouts.start(OLGA, id, await wishFor(replica, id))).rejects.toMatchObject({
      code: 'HELD',
      more: { reason: 'waiverExpired' },
    });
    expect(await chainOf(world, FEATURE)).toEqual(before);
  });

  it.for([
    [
      'polls that fail',
      async (replica: Replica) => {
        doubtful(replica.world);
        await poll(replica);
      },
      'successCriteria',
    ],
    ['so long that the last poll is too old', async ({ world }: Replica) => world.clock.advance(45_000), 'staleData'],
  ] as const)('an advance by hand heeds %s', async ([, meanwhile, reason]) => {
    const { replica, id, world } = await readyToAdvance();
    world.hooks.answer('beforeAdvance', async () => {
      await meanwhile(replica);
      return null;
    });
    await expect(replica.rollouts.advance(OLGA, id, await wishFor(replica, id))).rejects.toMatchObject({
      code: 'HELD',
      more: { reason },
    });
    expect(await typesOf(world)).not.toContain('advanced');
  });

  it('SLU-REPLAY: an advance by hand rests on what was measured last', async () => {
    const { replica, id, world } = await readyToAdvance();
    world.hooks.answer('beforeAdvance', async () => {
      await poll(replica);
      return null;
    });
    await replica.rollouts.advance(OLGA, id, await wishFor(replica, id));
    const chain = await chainOf(world, FEATURE);
    const advanced = chain.find(({ type }) => type === 'advanced');
    expect(advanced?.evidence?.poll?.atMs).toBe(world.clock.nowMs());
    expect(findingsIn(audited(chain))).toEqual([]);
  });

  it('an advance by hand is a lost race where the rollout changed', async () => {
    const { replica, id, world } = await readyToAdvance();
    world.hooks.answer('beforeAdvance', async () => {
      await replica.closings.pause(OLGA, id, 'wait');
      return null;
    });
    await expect(replica.rollouts.advance(OLGA, id, await wishFor(replica, id))).rejects.toMatchObject({
      code: 'VERSION_STALE',
    });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED', stageIndex: 0 });
  });

  it('a pause that is asked for meanwhile stands, and what was agreed to comes to nothing', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    world.hooks.answer('beforeAdvance', async () => {
      await replica.closings.pause(OLGA, id, 'wait');
      return null;
    });
    await until(replica, id, ({ wedgeState }) => wedgeState === 'PAUSED');
    await pollFor(replica, 5 * MINUTE_MS);
    expect(await typesOf(world)).not.toContain('advanced');
    expect(world.faults).toEqual([]);
  });
});

describe('what is told after a rollback', () => {
  it('names what became of the exposure, and is told again until it is taken', async () => {
    const { world, replica } = await installation();
    const told: unknown[] = [];
    const notifier = {
      name: 'onRollback',
      reachable: async () => ({ ok: true, detail: 'a fake' }),
      tell: async (notice: Notice, id: string) => {
        if (notice.kind !== 'rolledBack') return;
        told.push({ notice, id });
        if (told.length < 3) throw new Error('answered 503');
      },
    };
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, inStage(0));
    const quiet = new Delivery({ ...world.kept, notifiers: [], clock: world.clock, log: NO_LOG });
    await quiet.run();
    bad(world);
    await poll(replica);
    const delivery = new Delivery({ ...world.kept, notifiers: [notifier], clock: world.clock, log: NO_LOG });
    for (let minute = 0; minute < 10; minute += 1) {
      await delivery.run();
      world.clock.advance(MINUTE_MS);
    }
    expect(told).toHaveLength(3);
    expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(told[0]).toMatchObject({
      notice: {
        kind: 'rolledBack',
        feature: FEATURE,
        rolloutId: id,
        change: { stage: 'canary', percentageFrom: 10, percentageTo: 0, reason: 'criterion' },
      },
    });
  });
});

const NO_LOG = { info: () => {}, warn: () => {}, error: () => {} };
