import { describe, expect, it } from 'vitest';
import { firstBreak } from '../../src/domain/ledger/chain.ts';
import { isTerminal } from '../../src/domain/rollout/state.ts';
import { firstBearsMore, proposalInput, stageInput } from '../support/proposals.ts';
import {
  bad,
  exposed,
  FEATURE,
  healthy,
  inStage,
  startedRollout,
  stateOf,
  terrible,
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
  worldOf,
} from '../support/simulatedInstallation.ts';

const HOUR = 3_600_000;
const toPrevious = firstBearsMore(proposalInput({}, { rollback: { to: 'previousStage' } }));

async function installation() {
  const world = worldOf({ pollIntervalMs: 60_000 });
  healthy(world);
  return { world, replica: await startReplica(world) };
}

async function inHalf(replica: Replica, input = proposalInput()) {
  const id = await startedRollout(replica, input);
  await until(replica, id, inStage(1));
  await poll(replica);
  return id;
}

const entriesOf = async (replica: Replica, type: string) =>
  (await chainOf(replica.world, FEATURE)).filter((entry) => entry.type === type);

describe('the ledger is away', () => {
  it('SLU-CLOSE: a rollout that has just started, and that nobody has looked at yet, is rolled back by hand', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    world.kept.cut();
    const status = await replica.closings.rollback(OLGA, id, { to: 'zero', comment: 'burning' });
    expect(status).toMatchObject({ wedgeState: 'ROLLED_BACK', percentage: 0 });
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    world.kept.mend();
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });

  it('SLU-CLOSE: so is one that another process looks at', async () => {
    const { world, replica } = await installation();
    const id = await inHalf(replica);
    const other = await startReplica(world);
    await other.reconciler.run();
    world.kept.cut();
    await other.closings.rollback(OLGA, id, { to: 'zero', comment: 'burning' });
    expect(exposed(other)).toEqual({ here: 0, stored: 0 });
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
  });

  it('SLU-CLOSE: a release that goes bad is taken back at once, and recorded late with its own time', async () => {
    const { world, replica } = await installation();
    const id = await inHalf(replica);
    world.kept.cut();
    bad(world);
    await poll(replica);
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    const closedAtMs = world.clock.nowMs();
    await pollFor(replica, 10 * 60_000);
    world.kept.mend();
    await poll(replica);
    const [entry, ...more] = await entriesOf(replica, 'rolledBack');
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ late: true, reason: 'criterion', at: new Date(closedAtMs).toISOString() });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    expect(firstBreak(await chainOf(world, FEATURE))).toBeNull();
    expect(world.faults).toEqual([]);
  });

  it('a rollback to the previous stage happens once, however long the ledger is away', async () => {
    const { world, replica } = await installation();
    const id = await inHalf(replica, toPrevious);
    world.kept.cut();
    bad(world);
    await poll(replica);
    expect(exposed(replica).stored).toBe(10_000);
    healthy(world);
    await pollFor(replica, 2 * 60_000);
    expect(await world.late.all()).toHaveLength(1);
    world.kept.mend();
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 0, automaticRollbacks: 1 });
    expect(exposed(replica).stored).toBe(10_000);
  });

  it('a release that stays bad after its rollback to the previous stage is taken to zero', async () => {
    const { world, replica } = await installation();
    const id = await inHalf(replica, toPrevious);
    world.kept.cut();
    bad(world);
    await poll(replica);
    terrible(world);
    await pollFor(replica, 10 * 60_000);
    expect(exposed(replica).stored).toBe(0);
    world.kept.mend();
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    expect(await entriesOf(replica, 'rolledBack')).toHaveLength(2);
  });

  it('nothing opens, and afterwards it goes on where it was', async () => {
    const { world, replica } = await installation();
    const id = await inHalf(replica);
    world.kept.cut();
    await pollFor(replica, 3 * HOUR);
    expect(exposed(replica).stored).toBe(50_000);
    world.kept.mend();
    await until(replica, id, inStage(2));
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
  });

  it('a completed release is over: nothing that was remembered of it closes the feature', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, (state) => isTerminal(state.wedgeState));
    expect(exposed(replica).stored).toBe(100_000);
    world.kept.cut();
    bad(world);
    await pollFor(replica, 10 * 60_000);
    expect(exposed(replica)).toEqual({ here: 100_000, stored: 100_000 });
    expect(await world.late.all()).toEqual([]);
  });

  it("an operator's rollback closes at once and is recorded when the ledger is back", async () => {
    const { world, replica } = await installation();
    const id = await inHalf(replica);
    world.kept.cut();
    await replica.closings.rollback(OLGA, id, { to: 'zero', comment: 'looks odd' });
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    world.kept.mend();
    await poll(replica);
    const [entry] = await entriesOf(replica, 'rolledBack');
    expect(entry).toMatchObject({
      actor: { kind: 'person', subject: 'olga' },
      comment: 'looks odd',
      reason: 'operator',
    });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });

  it("an operator's pause is taken and recorded when the ledger is back", async () => {
    const { world, replica } = await installation();
    const id = await inHalf(replica);
    world.kept.cut();
    await replica.closings.pause(OLGA, id, 'wait');
    world.kept.mend();
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED' });
  });

  it('a kill closes at once; in the ledger it ends the rollout too', async () => {
    const { world, replica } = await installation();
    const id = await inHalf(replica);
    world.kept.cut();
    expect(await replica.closings.kill(OLGA, FEATURE, 'burning')).toMatchObject({ recorded: false });
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    world.kept.mend();
    await poll(replica);
    const types = (await chainOf(world, FEATURE)).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['killed', 'rolledBack', 'exposureRemoved']));
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });

  it('a kill stays one, whatever else closes meanwhile: the rollback under it does not give back what was there before', async () => {
    const { world, replica } = await installation();
    const first = proposalInput(
      {},
      { wedgeStages: [stageInput('canary', 10), stageInput('fifth', 20)], maxBlastRadius: 20 },
    );
    const before = await startedRollout(replica, first);
    await until(replica, before, ({ wedgeState }) => wedgeState === 'COMPLETE');
    const stages = [stageInput('third', 30), stageInput('everyone', 100)];
    const id = await startedRollout(replica, proposalInput({}, { initialPercentage: 25, wedgeStages: stages }));
    await until(replica, id, inStage(0));
    world.kept.cut();
    await replica.closings.kill(OLGA, FEATURE, 'smoke');
    await poll(replica);
    await poll(replica);
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    world.kept.mend();
    await pollFor(replica, 5 * 60_000);
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    expect(await entriesOf(replica, 'killed')).toEqual([expect.objectContaining({ late: true, comment: 'smoke' })]);
    expect(world.faults).toEqual([]);
  });

  it('a late closing survives a crash: the gate does not open again at boot', async () => {
    const { world, replica } = await installation();
    const id = await inHalf(replica);
    world.kept.cut();
    bad(world);
    await poll(replica);
    world.kept.mend();
    const again = await startReplica(world);
    expect(exposed(again)).toEqual({ here: 0, stored: 0 });
    expect(await stateOf(again, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    expect(await world.late.all()).toEqual([]);
  });

  it('SLU-DOOR: nothing opens from a ledger that has not heard of a late closing', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, inStage(1));
    await pollFor(replica, HOUR - 60_000);
    world.kept.cut();
    await replica.closings.rollback(OLGA, id, { to: 'zero', comment: null });
    world.kept.mend();
    // The scheduler is quicker than reconciliation, and so may people be.
    world.clock.advance(world.pollIntervalMs);
    await replica.scheduler.look();
    await replica.scheduler.settled();
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    await replica.rollouts.advance(ANNA, id, await wishFor(replica, id, 'go on')).catch(() => {});
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    expect((await entriesOf(replica, 'advanced')).map(({ stage }) => stage)).toEqual(['half']);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });

  it('what a restart never saw closes as soon as the ledger answers', async () => {
    const { world, replica } = await installation();
    const id = await inHalf(replica);
    const again = await startReplica(world);
    world.kept.cut();
    bad(world);
    await pollFor(again, 60_000);
    world.kept.mend();
    await poll(again);
    await poll(again);
    expect(exposed(again).stored).toBe(0);
    expect(await stateOf(again, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });

  it('one look begins no tick that is under way already', async () => {
    const { world, replica } = await installation();
    await inHalf(replica);
    world.kept.cut();
    world.clock.advance(world.pollIntervalMs);
    expect(await replica.scheduler.look()).toBe(1);
    expect(await replica.scheduler.look()).toBe(0);
    await replica.scheduler.settled();
  });
});

describe('a rollback races with the end of its rollout', () => {
  it('on COMPLETE it is a kill, never a rollback of what has ended', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, inStage(2));
    const seen = await world.kept.rollouts.get(id);
    const feature = await world.kept.features.get(FEATURE);
    if (seen === null || feature === null) throw new Error('gone');
    await until(replica, id, (state) => state.wedgeState === 'COMPLETE');
    const request = {
      kind: 'rollback' as const,
      id: world.chance.id(),
      feature: FEATURE,
      rolloutId: id,
      to: 'zero' as const,
      automatic: false,
      reason: 'operator' as const,
      detail: 'an operator asked',
      actor: { kind: 'person' as const, subject: OSKAR.subject },
      comment: null,
      evidence: null,
      seen: null,
      atMs: world.clock.nowMs(),
    };
    await replica.closing.rollback(request, { state: seen.state, feature });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'COMPLETE' });
    const after = await world.kept.features.get(FEATURE);
    expect(after?.state.exposure.killed).toBe(true);
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
  });
});
