import { describe, expect, it } from 'vitest';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import type { MetricSource } from '../../src/control/ports/metricSource.ts';
import type { Timer } from '../../src/control/ports/timer.ts';
import type { RolloutState } from '../../src/domain/rollout/state.ts';
import { proposalInput } from '../support/proposals.ts';
import { bad, exposed, healthy, inStage, recordOf, startedRollout, stateOf, until } from '../support/release.ts';
import { butFor, poll, startReplica, tickDue, type World, worldOf } from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;

/** A source whose answers wait until they are let through; how many wait is seen. */
function gated(source: MetricSource) {
  const waiting: (() => void)[] = [];
  const through = { open: true };
  const measure: MetricSource['measure'] = async (...asked) => {
    if (!through.open) await new Promise<void>((resolve) => waiting.push(resolve));
    return source.measure(...asked);
  };
  const metrics: MetricSource = {
    name: source.name,
    kind: source.kind,
    measure,
    count: (...asked) => source.count(...asked),
    points: (...asked) => source.points(...asked),
    start: () => source.start(),
    state: (nowMs) => source.state(nowMs),
    close: () => source.close(),
  };
  return {
    metrics,
    waiting: () => waiting.length,
    shut: () => {
      through.open = false;
    },
    letThrough: () => {
      through.open = true;
      for (const resume of waiting.splice(0)) resume();
    },
  };
}

/** Lets everything that waits for nothing but its turn have it. */
const turns = () => new Promise<void>((resolve) => setImmediate(resolve));

function installation(options: Parameters<typeof worldOf>[0] = {}): World {
  const world = worldOf({ pollIntervalMs: MINUTE, ...options });
  healthy(world);
  return world;
}

describe('the scheduler', () => {
  it('keeps one rollout from disturbing another: a tick that fails is its own, and is tried again', async () => {
    const world = installation();
    const faults = { left: 0 };
    const measure: MetricSource['measure'] = async (...asked) => {
      if (faults.left === 0) return world.metrics.measure(...asked);
      faults.left -= 1;
      throw new Error('a source that breaks its promise');
    };
    const replica = await startReplica(world, { metrics: { ...gated(world.metrics).metrics, measure } });
    const ids = [];
    for (const feature of ['a', 'b', 'c']) ids.push(await startedRollout(replica, proposalInput({ feature })));
    faults.left = 1;
    await poll(replica);
    const after = await Promise.all(ids.map((id) => recordOf(replica, id)));
    expect(after.map(({ tick }) => tick !== null).toSorted()).toEqual([false, true, true]);
    expect(after.map(({ nextCheckAtMs }) => nextCheckAtMs)).toEqual(ids.map(() => world.clock.nowMs() + MINUTE));
    expect(world.faults).toEqual([
      expect.stringMatching(/^the tick of rollout \S+ failed: Error: a source that breaks/),
    ]);
    await poll(replica);
    for (const id of ids) expect((await recordOf(replica, id)).tick?.poll.atMs).toBe(world.clock.nowMs());
  });

  it('ticks no more rollouts at once than it may', async () => {
    const world = installation({ concurrency: 2 });
    const gate = gated(world.metrics);
    const replica = await startReplica(world, { metrics: gate.metrics });
    for (const feature of ['a', 'b', 'c']) await startedRollout(replica, proposalInput({ feature }));
    world.clock.advance(MINUTE);
    gate.shut();
    expect(await replica.scheduler.look()).toBe(2);
    expect(await replica.scheduler.look()).toBe(0);
    await turns();
    expect(gate.waiting()).toBe(2);
    gate.letThrough();
    await replica.scheduler.settled();
    expect(await replica.scheduler.look()).toBe(1);
    await replica.scheduler.settled();
  });

  it('two processes never hold one rollout', async () => {
    const world = installation();
    const gate = gated(world.metrics);
    const one = await startReplica(world, { metrics: gate.metrics });
    const other = await startReplica(world);
    const id = await startedRollout(one, proposalInput());
    world.clock.advance(MINUTE);
    gate.shut();
    expect(await one.scheduler.look()).toBe(1);
    expect(await other.scheduler.look()).toBe(0);
    await turns();
    gate.letThrough();
    await one.scheduler.settled();
    expect((await recordOf(one, id)).tick?.poll.atMs).toBe(world.clock.nowMs());
  });

  it('takes over when a lease has run out, and the late owner records nothing', async () => {
    const world = installation({ leaseMs: 2 * MINUTE });
    const gate = gated(world.metrics);
    const slow = await startReplica(world, { metrics: gate.metrics });
    const quick = await startReplica(world);
    const id = await startedRollout(slow, proposalInput());
    await until(quick, id, inStage(0));
    world.clock.advance(MINUTE);
    gate.shut();
    await slow.scheduler.look();
    await turns();
    world.clock.advance(3 * MINUTE);
    await quick.scheduler.look();
    await quick.scheduler.settled();
    const taken = await recordOf(quick, id);
    gate.letThrough();
    await slow.scheduler.settled();
    expect(await recordOf(quick, id)).toEqual(taken);
    expect(exposed(quick).stored).toBe(10_000);
  });

  it('INV-RWG-ROLLBACK: one lost query leaves no rollout unwatched until its lease has run out', async () => {
    const world = installation({ leaseMs: 10 * MINUTE });
    const lost = { left: 0 };
    const rollouts = butFor(world.kept.rollouts, {
      countLive: async () => {
        lost.left -= 1;
        if (lost.left === 0) throw new LedgerUnreachable('the answer was lost');
        return world.kept.rollouts.countLive();
      },
    });
    const replica = await startReplica(world, { kept: { ...world.kept, rollouts } });
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, inStage(0));
    lost.left = 1;
    await poll(replica);
    bad(world);
    await poll(replica);
    expect(lost.left).toBeLessThan(0);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });

  it.each([
    ['the ramp', (state: RolloutState) => state.phase === 'ramp', 5_000],
    ['a stage', inStage(0), 10_000],
  ] as const)(
    'SLU-DOOR, SLU-CLOSE: late closings that can not be read keep %s from rising, and none from being taken back',
    async (_, isSo, threshold) => {
      const world = installation();
      const disk = { isBroken: false };
      const late = butFor(world.late, {
        all: async () => {
          if (disk.isBroken) throw new Error('EIO');
          return world.late.all();
        },
      });
      const replica = await startReplica({ ...world, late });
      const id = await startedRollout(replica, proposalInput());
      const before = await until(replica, id, isSo);
      disk.isBroken = true;
      for (let polls = 0; polls < 120; polls += 1) await tickDue(replica);
      const { stageIndex, phase } = before;
      expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex, phase });
      expect(exposed(replica)).toEqual({ here: threshold, stored: threshold });
      bad(world);
      await tickDue(replica);
      expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
      expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    },
  );

  it('stops only when what is under way is over', async () => {
    const world = installation();
    const gate = gated(world.metrics);
    const timer: Timer = {
      sleep: (_, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve();
          return signal.addEventListener('abort', () => resolve(), { once: true });
        }),
    };
    const replica = await startReplica(world, { metrics: gate.metrics, timer });
    const id = await startedRollout(replica, proposalInput());
    world.clock.advance(MINUTE);
    world.store.confirm();
    gate.shut();
    replica.scheduler.start();
    await turns();
    const ends: string[] = [];
    const stopped = replica.scheduler.stop().then(() => ends.push('stopped'));
    await turns();
    expect(ends).toEqual([]);
    gate.letThrough();
    await stopped;
    expect((await stateOf(replica, id)).heldFor).toBe('minimumDwell');
  });
});
