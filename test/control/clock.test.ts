import { describe, expect, it } from 'vitest';
import { firstBreak } from '../../src/domain/ledger/chain.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { proposalInput, stageInput } from '../support/proposals.ts';
import {
  bad,
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
import { chainOf, OLGA, poll, pollFor, startReplica, tickDue, worldOf } from '../support/simulatedInstallation.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

async function inCanary() {
  const world = worldOf({ pollIntervalMs: MINUTE });
  healthy(world);
  const replica = await startReplica(world);
  const id = await startedRollout(replica, proposalInput());
  await until(replica, id, inStage(0));
  return { world, replica, id };
}
const activeMsOf = async ({ replica, id }: Awaited<ReturnType<typeof inCanary>>) =>
  (await recordOf(replica, id)).tick?.poll.activeMs ?? { visit: 0, observation: 0, noProgress: 0 };

describe('the clock', () => {
  it('that goes backwards shortens no window, and leaves the chain in order', async () => {
    const { world, replica, id } = await inCanary();
    await pollFor(replica, 30 * MINUTE);
    world.clock.advance(-10 * MINUTE);
    await pollFor(replica, 39 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 0 });
    await until(replica, id, inStage(1), 120);
    const chain = await chainOf(world, FEATURE);
    expect(firstBreak(chain)).toBeNull();
    expect(world.faults).toEqual([]);
  });

  it('that goes backwards before a person resumes shortens no window', async () => {
    const started = await inCanary();
    const { world, replica, id } = started;
    await pollFor(replica, 30 * MINUTE);
    await replica.closings.pause(OLGA, id, null);
    await poll(replica);
    world.clock.advance(-2 * MINUTE);
    await replica.rollouts.resume(OLGA, id, await wishFor(replica, id));
    await poll(replica);
    expect((await activeMsOf(started)).observation).toBe(0);
  });

  it('DWELL: that goes backwards before a person pauses takes back no time that is counted already', async () => {
    const { world, replica, id } = await inCanary();
    await pollFor(replica, 30 * MINUTE);
    world.clock.advance(-10 * MINUTE);
    await replica.closings.pause(OLGA, id, null);
    await pollFor(replica, 5 * MINUTE);
    await replica.rollouts.resume(OLGA, id, await wishFor(replica, id));
    await until(replica, id, inStage(1), 200);
    expect(findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()))).toEqual([]);
  });

  it('that goes backwards before a person closes shortens no cooldown', async () => {
    const { world, replica, id } = await inCanary();
    await pollFor(replica, 30 * MINUTE);
    world.clock.advance(-HOUR);
    const seenAtMs = (await recordOf(replica, id)).tick?.poll.atMs ?? 0;
    await replica.closings.rollback(OLGA, id, { to: 'zero', comment: null });
    expect((await stateOf(replica, id)).cooldownUntilMs).toBe(seenAtMs + HOUR);
  });

  it('that goes backwards before a kill shortens no cooldown either', async () => {
    const { world, replica, id } = await inCanary();
    await pollFor(replica, 30 * MINUTE);
    world.clock.advance(-HOUR);
    const seenAtMs = (await recordOf(replica, id)).tick?.poll.atMs ?? 0;
    await replica.closings.kill(OLGA, FEATURE, 'burning');
    expect((await stateOf(replica, id)).cooldownUntilMs).toBe(seenAtMs + HOUR);
    expect(findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()))).toEqual([]);
  });

  it('INV-RWG-ROLLBACK: set back by hours it does not blind the protection', async () => {
    const { world, replica, id } = await inCanary();
    await pollFor(replica, 30 * MINUTE);
    world.clock.advance(-2 * HOUR);
    bad(world);
    await pollFor(replica, 5 * MINUTE);
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });

  it('INV-RWG-ROLLBACK: nor does it where Sluice stood still meanwhile, whatever was claimed', async () => {
    const { world, replica, id } = await inCanary();
    await pollFor(replica, 30 * MINUTE);
    world.clock.advance(MINUTE);
    await world.kept.rollouts.claimDue({ nowMs: world.clock.nowMs(), limit: 10, leaseMs: MINUTE });
    world.clock.advance(-2 * HOUR);
    bad(world);
    const again = await startReplica(world);
    await pollFor(again, 5 * MINUTE);
    expect(exposed(again)).toEqual({ here: 0, stored: 0 });
    expect(await stateOf(again, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });

  it('INV-RWG-ROLLBACK: nor does it where there are more rollouts than one look claims', async () => {
    const world = worldOf({ pollIntervalMs: MINUTE });
    healthy(world);
    const replica = await startReplica(world);
    const ids: string[] = [];
    for (let n = 0; n < 60; n += 1) ids.push(await startedRollout(replica, proposalInput({ feature: `release-${n}` })));
    const looks = async (count: number) => {
      for (let left = count; left > 0; left -= 1) await tickDue(replica, MINUTE / 4);
    };
    await looks(8);
    world.clock.advance(-2 * HOUR);
    bad(world);
    await looks(8);
    const states = await Promise.all(ids.map((id) => stateOf(replica, id)));
    expect(states.filter(({ wedgeState }) => wedgeState !== 'ROLLED_BACK')).toEqual([]);
  });

  it('that jumps ahead makes nobody observed: the gap counts for nothing', async () => {
    const started = await inCanary();
    const { world, replica, id } = started;
    await pollFor(replica, 10 * MINUTE);
    const before = await activeMsOf(started);
    world.clock.advance(5 * HOUR);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 0 });
    expect(await activeMsOf(started)).toEqual(before);
    await until(replica, id, inStage(1), 60);
  });

  it('missed polls are skipped, not made up for, and the next lies on the grid', async () => {
    const { world, replica, id } = await inCanary();
    const due = (await recordOf(replica, id)).nextCheckAtMs ?? 0;
    world.clock.advance(10 * MINUTE + 7_000);
    expect(await replica.scheduler.look()).toBe(1);
    await replica.scheduler.settled();
    expect(await replica.scheduler.look()).toBe(0);
    const next = (await recordOf(replica, id)).nextCheckAtMs ?? 0;
    expect(next).toBeGreaterThan(world.clock.nowMs());
    expect((next - due) % MINUTE).toBe(0);
  });
});

describe('a restart', () => {
  it('in mid-stage neither skips nor repeats a poll, and loses no time', async () => {
    const { world, replica, id } = await inCanary();
    await pollFor(replica, 20 * MINUTE);
    const before = await recordOf(replica, id);
    const again = await startReplica(world);
    expect(await again.scheduler.look()).toBe(0);
    expect(await recordOf(again, id)).toEqual(before);
    await poll(again);
    const after = await recordOf(again, id);
    expect(after.tick?.poll.atMs).toBe(before.nextCheckAtMs);
    expect(after.tick?.poll.activeMs.visit).toBe((before.tick?.poll.activeMs.visit ?? 0) + MINUTE);
    const reached = await until(again, id, inStage(1), 60);
    const canaryMs = (reached.visitBeganAtMs ?? 0) - (before.state.visitBeganAtMs ?? 0);
    expect(canaryMs).toBe(HOUR);
  });

  it('carries on a count that was under way', async () => {
    const world = worldOf({ pollIntervalMs: MINUTE });
    healthy(world);
    const replica = await startReplica(world);
    const thrice = stageInput('canary', 10);
    const rollbackTrigger = thrice.rollbackTrigger.map((trigger) => ({ ...trigger, consecutive: 3 }));
    const wedgeStages = [{ ...thrice, rollbackTrigger }, stageInput('everyone', 100)];
    const id = await startedRollout(replica, proposalInput({}, { wedgeStages }));
    await until(replica, id, inStage(0));
    bad(world);
    await pollFor(replica, 2 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
    const again = await startReplica(world);
    await poll(again);
    expect(await stateOf(again, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });
});
