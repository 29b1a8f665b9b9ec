import { describe, expect, it } from 'vitest';
import { exposedTo, type Grants } from '../../src/domain/feature/grants.ts';
import { EVERYONE, INTERNAL } from '../../src/domain/feature/scope.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { type ProposalInput, proposalInput, stageInput } from '../support/proposals.ts';
import {
  createdRollout,
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
  pollFor,
  type Replica,
  startReplica,
  type World,
  worldOf,
} from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;
const COOLDOWN = 60 * MINUTE;

async function installation() {
  const world = worldOf({ pollIntervalMs: 5 * MINUTE });
  healthy(world);
  return { world, replica: await startReplica(world) };
}

const start = async (replica: Replica, id: string) => replica.rollouts.start(OLGA, id, await wishFor(replica, id));
const resume = async (replica: Replica, id: string) => replica.rollouts.resume(OLGA, id, await wishFor(replica, id));

async function capByHand(
  { store }: World,
  replica: Replica,
  id: string,
  hand: { readonly rolloutPercent: number } | { readonly internalOnly: true },
) {
  store.editByHand(FEATURE, hand);
  await until(replica, id, ({ wedgeState }) => wedgeState === 'PAUSED', 10);
}

async function takenOver(
  replica: Replica,
  old: string,
  wedge: Partial<ProposalInput['rolloutWedge']>,
): Promise<string> {
  const id = await createdRollout(replica, proposalInput({ supersedes: old }, wedge));
  await start(replica, id);
  return id;
}

/** Capped by hand at its last stage, then taken back to the stage before, with all that people can say for going on. */
async function rolledBackUnderCap(world: World, replica: Replica): Promise<string> {
  const rollback = { to: 'previousStage' as const };
  const id = await startedRollout(replica, proposalInput({}, { rollback }));
  await until(replica, id, inStage(2));
  await capByHand(world, replica, id, { rolloutPercent: 60 });
  await replica.closings.rollback(OLGA, id, { to: 'previousStage', comment: 'back' });
  await resume(replica, id);
  const wish = { ...(await wishFor(replica, id)), stageId: 'everyone', decision: 'approve' as const };
  await replica.rollouts.approve(ANNA, id, wish);
  return id;
}

async function completed(replica: Replica, wedge: Partial<ProposalInput['rolloutWedge']> = {}) {
  const id = await startedRollout(replica, proposalInput({}, wedge));
  await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
}

const grantsIn = ({ store }: World): Grants => store.document(FEATURE)?.grants ?? [];
const findingsOf = async (world: World) => findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()));

const internal = (stageId: string, percentage: number) =>
  stageInput(stageId, percentage, { scope: INTERNAL, audience: 'INTERNAL' });

const A_FIFTH = { wedgeStages: [stageInput('tenth', 10), stageInput('fifth', 20)] };
const INTERNALS_FIRST = {
  initialPercentage: 25,
  wedgeStages: [internal('few', 40), internal('most', 80), stageInput('all', 90)],
};

describe('SLU-DOOR: a cap by hand', () => {
  it('below what was taken over of another rollout holds, be it above the target of the stage', async () => {
    const { world, replica } = await installation();
    const team = [internal('few', 20), internal('most', 80)];
    const wedgeStages = [...team, stageInput('all', 10), stageInput('third', 30), stageInput('half', 50)];
    const old = await startedRollout(replica, proposalInput({}, { wedgeStages }));
    await until(replica, old, inStage(3));
    const plan = [stageInput('one', 10), stageInput('two', 25), stageInput('three', 60)];
    const id = await takenOver(replica, old, { wedgeStages: plan });
    expect(await stateOf(replica, id)).toMatchObject({ phase: 'stage', stageIndex: 1 });
    await capByHand(world, replica, id, { rolloutPercent: 28 });
    await resume(replica, id);
    await pollFor(replica, 120 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 1, heldFor: 'missingData' });
    expect(grantsIn(world)).toEqual([
      { scope: INTERNAL, threshold: 28_000 },
      { scope: EVERYONE, threshold: 28_000 },
    ]);
    expect(await findingsOf(world)).toEqual([]);
  });

  it('to the internals holds for them too, where others had it of what was taken over', async () => {
    const { world, replica } = await installation();
    const old = await startedRollout(replica, proposalInput());
    await until(replica, old, inStage(0));
    const wedgeStages = [internal('few', 10), internal('more', 40), stageInput('all', 50)];
    const id = await takenOver(replica, old, { wedgeStages });
    await capByHand(world, replica, id, { internalOnly: true });
    await resume(replica, id);
    await pollFor(replica, 120 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 0, heldFor: 'missingData' });
    expect(exposedTo(grantsIn(world), INTERNAL)).toBe(10_000);
    expect(exposedTo(grantsIn(world), EVERYONE)).toBe(0);
    expect(await findingsOf(world)).toEqual([]);
  });

  it('lasts through a rollback to the previous stage, whatever is approved since', async () => {
    const { world, replica } = await installation();
    const id = await rolledBackUnderCap(world, replica);
    await pollFor(replica, 6 * 60 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 1, heldFor: 'missingData' });
    expect(await replica.rollouts.status(id)).toMatchObject({
      decision: { reason: 'missingData', detail: 'capped by hand: a new contract lifts it' },
    });
    expect(exposed(replica)).toEqual({ here: 50_000, stored: 50_000 });
    expect(await findingsOf(world)).toEqual([]);
  });

  it('is lifted by a new contract after such a rollback, too', async () => {
    const { world, replica } = await installation();
    const old = await rolledBackUnderCap(world, replica);
    await pollFor(replica, COOLDOWN);
    const id = await takenOver(replica, old, {});
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    expect(exposed(replica)).toEqual({ here: 100_000, stored: 100_000 });
    expect(await findingsOf(world)).toEqual([]);
  });

  it('holds in the ramp, which proves nothing of more than was measured', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await capByHand(world, replica, id, { rolloutPercent: 2 });
    await resume(replica, id);
    await pollFor(replica, 60 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', phase: 'ramp', heldFor: 'missingData' });
    expect(exposed(replica)).toEqual({ here: 2_000, stored: 2_000 });
    expect(await findingsOf(world)).toEqual([]);
  });

  it('holds in a ramp that began on what was taken over, be it above the initial percentage', async () => {
    const { world, replica } = await installation();
    const old = await startedRollout(replica, proposalInput());
    await until(replica, old, inStage(0));
    const wedgeStages = [stageInput('quarter', 20), stageInput('half', 50)];
    const id = await takenOver(replica, old, { wedgeStages });
    expect(await stateOf(replica, id)).toMatchObject({ phase: 'ramp', threshold: 10_000 });
    await capByHand(world, replica, id, { rolloutPercent: 7 });
    await resume(replica, id);
    await pollFor(replica, 60 * MINUTE);
    expect(exposed(replica)).toEqual({ here: 7_000, stored: 7_000 });
    expect(await findingsOf(world)).toEqual([]);
  });

  it('holds for earlier stages of the plan where it leaves the present one as it is', async () => {
    const { world, replica } = await installation();
    const wedgeStages = [internal('few', 20), internal('most', 80), stageInput('all', 10), stageInput('third', 30)];
    const id = await startedRollout(replica, proposalInput({}, { wedgeStages }));
    await until(replica, id, inStage(2));
    await capByHand(world, replica, id, { rolloutPercent: 28 });
    await resume(replica, id);
    await pollFor(replica, 120 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 2, heldFor: 'missingData' });
    expect(exposedTo(grantsIn(world), INTERNAL)).toBe(28_000);
    expect(await findingsOf(world)).toEqual([]);
  });

  it('to the internals holds for what others had before the rollout', async () => {
    const { world, replica } = await installation();
    await completed(replica, A_FIFTH);
    const id = await startedRollout(replica, proposalInput({}, INTERNALS_FIRST));
    await until(replica, id, inStage(0));
    await capByHand(world, replica, id, { internalOnly: true });
    await resume(replica, id);
    await pollFor(replica, 120 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 0, heldFor: 'missingData' });
    expect(exposedTo(grantsIn(world), EVERYONE)).toBe(0);
    expect(await findingsOf(world)).toEqual([]);
  });

  it('is lifted by a new contract, which begins its ramp below its own initial percentage', async () => {
    const { world, replica } = await installation();
    const old = await startedRollout(replica, proposalInput());
    await capByHand(world, replica, old, { rolloutPercent: 2 });
    const id = await takenOver(replica, old, {});
    expect(await stateOf(replica, id)).toMatchObject({ phase: 'ramp', threshold: 2_000 });
    await until(replica, id, inStage(0), 10);
    expect(exposed(replica)).toEqual({ here: 10_000, stored: 10_000 });
    expect(await findingsOf(world)).toEqual([]);
  });
});

describe('SLU-DOOR: internal_only by hand is not undone', () => {
  it('by a contract for internals, on a feature that others had', async () => {
    const { world, replica } = await installation();
    await completed(replica, A_FIFTH);
    world.store.editByHand(FEATURE, { internalOnly: true });
    await pollFor(replica, 30 * MINUTE);
    await startedRollout(replica, proposalInput({}, INTERNALS_FIRST));
    expect(exposedTo(grantsIn(world), INTERNAL)).toBe(25_000);
    expect(exposedTo(grantsIn(world), EVERYONE)).toBe(0);
    expect(await findingsOf(world)).toEqual([]);
  });

  it('by a contract for internals after the rollout in which it was set, rolled back', async () => {
    const { world, replica } = await installation();
    await completed(replica, A_FIFTH);
    const id = await startedRollout(replica, proposalInput({}, INTERNALS_FIRST));
    await until(replica, id, inStage(0));
    await capByHand(world, replica, id, { internalOnly: true });
    await replica.closings.rollback(OLGA, id, { to: 'zero', comment: 'enough' });
    expect(exposedTo(grantsIn(world), INTERNAL)).toBe(20_000);
    expect(exposedTo(grantsIn(world), EVERYONE)).toBe(0);
    await pollFor(replica, 90 * MINUTE);
    await startedRollout(replica, proposalInput({}, INTERNALS_FIRST));
    expect(exposedTo(grantsIn(world), EVERYONE)).toBe(0);
    expect(await findingsOf(world)).toEqual([]);
  });

  it('by the rollback of the contract that took that rollout over', async () => {
    const { world, replica } = await installation();
    await completed(replica, A_FIFTH);
    const old = await startedRollout(replica, proposalInput({}, INTERNALS_FIRST));
    await until(replica, old, inStage(0));
    await capByHand(world, replica, old, { internalOnly: true });
    const wedgeStages = [internal('one', 40), internal('two', 70), stageInput('three', 90)];
    const id = await takenOver(replica, old, { initialPercentage: 25, wedgeStages });
    expect(exposedTo(grantsIn(world), EVERYONE)).toBe(0);
    await until(replica, id, inStage(2));
    expect(exposedTo(grantsIn(world), EVERYONE)).toBe(90_000);
    await replica.closings.rollback(OLGA, id, { to: 'zero', comment: 'bad' });
    expect(exposedTo(grantsIn(world), INTERNAL)).toBe(20_000);
    expect(exposedTo(grantsIn(world), EVERYONE)).toBe(0);
    expect(await findingsOf(world)).toEqual([]);
  });

  it('but by a contract that goes through its stages, on a feature that all had', async () => {
    const { world, replica } = await installation();
    await completed(replica);
    world.store.editByHand(FEATURE, { internalOnly: true });
    await pollFor(replica, 30 * MINUTE);
    expect(exposedTo(grantsIn(world), EVERYONE)).toBe(0);
    await completed(replica);
    expect(exposedTo(grantsIn(world), EVERYONE)).toBe(100_000);
    expect(await findingsOf(world)).toEqual([]);
  });

  it('and a feature that is met by nobody any more may drop what it needed', async () => {
    const { world, replica } = await installation();
    await completed(replica, A_FIFTH);
    await replica.features.create(OLGA, { key: 'accounts' });
    const prerequisites = [{ feature: 'accounts', variant: 'on' }];
    await replica.features.patch(OLGA, FEATURE, { prerequisites }, null);
    const dropped = () => replica.features.patch(OLGA, FEATURE, { prerequisites: [] }, null);
    await expect(dropped()).rejects.toMatchObject({ code: 'WOULD_RAISE_EXPOSURE' });
    world.store.editByHand(FEATURE, { rolloutPercent: 0 });
    await pollFor(replica, 30 * MINUTE);
    expect(await dropped()).toMatchObject({
      definition: { prerequisites: [] },
    });
  });
});
