import { describe, expect, it } from 'vitest';
import { FlagStoreUnreachable } from '../../src/control/ports/flagStore.ts';
import { INTERNAL } from '../../src/domain/feature/scope.ts';
import { isTerminal } from '../../src/domain/rollout/state.ts';
import { proposalInput, stageInput } from '../support/proposals.ts';
import {
  bad,
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
  butFor,
  chainOf,
  OLGA,
  poll,
  pollFor,
  type Replica,
  startReplica,
  type World,
  worldOf,
} from '../support/simulatedInstallation.ts';

const HOUR = 3_600_000;

async function installation(pollIntervalMs = 60_000, input = proposalInput()) {
  const world = worldOf({ pollIntervalMs });
  healthy(world);
  const replica = await startReplica(world);
  const id = await startedRollout(replica, input);
  await until(replica, id, inStage(0));
  return { world, replica, id };
}

const typesOf = async (world: World) => (await chainOf(world, FEATURE)).map(({ type }) => type);

describe('the flag store is away', () => {
  it('while a stage passes: the ledger has it, the store gets it when it is back, and readiness says so meanwhile', async () => {
    const { world, replica, id } = await installation(15_000);
    await pollFor(replica, HOUR - 15_000);
    world.store.cut();
    await until(replica, id, inStage(1), 2);
    expect(exposed(replica)).toEqual({ here: 10_000, stored: 10_000 });
    expect(replica.publisher.unpublished).toEqual([FEATURE]);
    expect(await replica.installation.readiness()).toMatchObject({
      ready: false,
      dependencies: { flagStore: { ok: false } },
    });
    world.store.mend();
    await poll(replica);
    expect(exposed(replica)).toEqual({ here: 50_000, stored: 50_000 });
    expect(replica.publisher.unpublished).toEqual([]);
  });

  it('INV-RWG-STAGED, INV-RWG-OBSERVE: no stage passes that nobody was in: nothing is proven of an exposure that is not there', async () => {
    const { world, replica, id } = await installation(15_000);
    await pollFor(replica, HOUR - 15_000);
    world.store.cut();
    await pollFor(replica, 2 * HOUR);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 1, wedgeState: 'ACTIVE' });
    world.store.mend();
    await poll(replica);
    expect(exposed(replica).stored).toBe(50_000);
    await pollFor(replica, HOUR - 120_000);
    expect(exposed(replica).stored).toBe(50_000);
    await until(replica, id, inStage(2));
  });

  const unproven = { wedgeState: 'ACTIVE', stageIndex: 0, heldFor: 'missingData' };

  it('INV-RWG-OBSERVE: nothing is proven by a view gone stale: its lookups meet nobody', async () => {
    const { world, replica, id } = await installation();
    world.store.cut();
    await pollFor(replica, 2 * HOUR);
    expect(await stateOf(replica, id)).toMatchObject(unproven);
  });

  it('INV-RWG-OBSERVE: nor by a view that a restart left empty', async () => {
    const { world, id } = await installation();
    world.store.cut();
    const again = await startReplica(world);
    await pollFor(again, 2 * HOUR);
    expect(again.view.document(FEATURE)).toBeUndefined();
    expect(await stateOf(again, id)).toMatchObject(unproven);
  });

  it('INV-RWG-OBSERVE: nor where the store is there, but the environment closes the feature', async () => {
    const { world, id } = await installation();
    const again = await startReplica(world, { hardKilled: (feature) => feature === FEATURE });
    await pollFor(again, 2 * HOUR);
    expect(await stateOf(again, id)).toMatchObject(unproven);
  });

  it('from one process alone: what it could not close takes back nothing that another has opened since', async () => {
    const { world, replica, id } = await installation();
    await until(replica, id, inStage(1));
    const link = { isDown: true };
    const assertUp = () => {
      if (link.isDown) throw new FlagStoreUnreachable('this process alone is cut off');
    };
    const store = butFor(world.store, {
      publish: async (...asked) => {
        assertUp();
        return world.store.publish(...asked);
      },
    });
    const severed = await startReplica(world, { store });
    await severed.closings.rollback(OLGA, id, { to: 'previousStage', comment: null });
    await pollFor(replica, 2 * HOUR);
    expect(exposed(replica).stored).toBe(10_000);
    const approval = { stageId: 'half', decision: 'approve' as const, comment: null };
    const { version } = await stateOf(replica, id);
    await replica.rollouts.approve(ANNA, id, { ...approval, expectedVersion: version });
    await until(replica, id, inStage(1));
    link.isDown = false;
    await severed.reconciler.run();
    await pollFor(replica, 180_000);
    expect(exposed(replica)).toEqual({ here: 50_000, stored: 50_000 });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 1 });
  });

  it('while a release goes bad: own lookups close at once, the store as soon as it is back, and then it counts as removed', async () => {
    const { world, replica, id } = await installation();
    world.store.cut();
    bad(world);
    await poll(replica);
    const triggeredAt = new Date(world.clock.nowMs()).toISOString();
    expect(exposed(replica)).toEqual({ here: 0, stored: 10_000 });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    const removals = async () => (await chainOf(world, FEATURE)).filter(({ type }) => type === 'exposureRemoved');
    expect(await removals()).toEqual([]);
    await pollFor(replica, 120_000);
    world.store.mend();
    await poll(replica);
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    const [removal, ...more] = await removals();
    expect(more).toEqual([]);
    expect(removal?.data).toMatchObject({
      triggeredAtMs: Date.parse(triggeredAt),
      removedAtMs: world.clock.nowMs(),
    });
  });

  it('SLU-CLOSE: a kill closes own lookups at once and the store when it is back', async () => {
    const { world, replica, id } = await installation();
    world.store.cut();
    await replica.closings.kill(OLGA, FEATURE, 'burning');
    expect(exposed(replica)).toEqual({ here: 0, stored: 10_000 });
    world.store.mend();
    await poll(replica);
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });

  it('SLU-CLOSE: with store and ledger away own lookups close, and both follow', async () => {
    const { world, replica, id } = await installation();
    world.store.cut();
    world.kept.cut();
    bad(world);
    await poll(replica);
    expect(exposed(replica)).toEqual({ here: 0, stored: 10_000 });
    world.store.mend();
    await pollFor(replica, 120_000);
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    world.kept.mend();
    await pollFor(replica, 120_000);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
  });

  it('a start needs it: preflight says so and nothing is stored', async () => {
    const world = worldOf();
    healthy(world);
    const replica = await startReplica(world);
    const id = await createdRollout(replica, proposalInput());
    world.store.cut();
    const before = await chainOf(world, FEATURE);
    await expect(replica.rollouts.start(OLGA, id, await wishFor(replica, id))).rejects.toMatchObject({
      code: 'PREFLIGHT_FAILED',
    });
    expect(await chainOf(world, FEATURE)).toEqual(before);
  });
});

describe('a hand in the flag store', () => {
  const thresholds = (replica: Replica) => exposed(replica).stored;

  it('`paused` holds the controller, and lets it go on', async () => {
    const { world, replica, id } = await installation();
    world.store.editByHand(FEATURE, { paused: true });
    await pollFor(replica, 3 * HOUR);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 0, heldFor: 'storePaused' });
    world.store.editByHand(FEATURE, { paused: false });
    await until(replica, id, inStage(1));
  });

  it.each([
    ['started', 0, 5_000],
    ['advanced', 1, 50_000],
  ] as const)(
    '`paused` between the record of `%s` and its publication is no edit: it only holds',
    async (what, stageIndex, threshold) => {
      const world = worldOf({ pollIntervalMs: 60_000 });
      healthy(world);
      const hand = { isAtIt: false };
      const store = butFor(world.store, {
        publish: async (document, ...why) => {
          if (hand.isAtIt && document.version > (world.store.document(FEATURE)?.version ?? 0)) {
            world.store.editByHand(FEATURE, { paused: true });
          }
          return world.store.publish(document, ...why);
        },
      });
      const replica = await startReplica(world, { store });
      const id = await createdRollout(replica, proposalInput());
      hand.isAtIt = what === 'started';
      await replica.rollouts.start(OLGA, id, await wishFor(replica, id));
      if (what === 'advanced') await until(replica, id, inStage(0));
      hand.isAtIt = true;
      await until(replica, id, (state) => state.heldFor === 'storePaused');
      await pollFor(replica, 180_000);
      expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex, heldFor: 'storePaused' });
      expect(exposed(replica)).toEqual({ here: threshold, stored: threshold });
      expect((await typesOf(world)).slice(-2)).toEqual([what, 'held']);
      expect(await replica.installation.readiness()).toMatchObject({ ready: true });
    },
  );

  it('`paused` is no kill: a feature revived while it stands stays alive', async () => {
    const { world, replica, id } = await installation();
    await until(replica, id, (state) => state.wedgeState === 'COMPLETE');
    world.store.editByHand(FEATURE, { paused: true });
    await replica.closings.kill(OLGA, FEATURE, 'burning');
    await pollFor(replica, 180_000);
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    await replica.features.revive(OLGA, FEATURE, 'put out');
    await replica.features.revive(ANNA, FEATURE, 'seen so');
    await pollFor(replica, 180_000);
    expect(exposed(replica)).toEqual({ here: 100_000, stored: 100_000 });
    expect((await typesOf(world)).at(-1)).toBe('revived');
    expect(await replica.installation.readiness()).toMatchObject({ ready: true });
  });

  it('`internal_only` in a public stage leaves it to the internals: capped and paused, not rolled back', async () => {
    const team = stageInput('team', 25, { audience: 'INTERNAL', scope: INTERNAL });
    const wedgeStages = [team, stageInput('half', 50), stageInput('everyone', 100)];
    const { world, replica, id } = await installation(60_000, proposalInput({}, { wedgeStages }));
    await until(replica, id, inStage(1));
    world.store.editByHand(FEATURE, { internalOnly: true });
    await pollFor(replica, 180_000);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED', stageIndex: 1 });
    expect(world.store.document(FEATURE)?.grants).toEqual([
      { scope: INTERNAL, threshold: 25_000 },
      { scope: INTERNAL, threshold: 50_000 },
    ]);
    expect((await typesOf(world)).slice(-2)).toEqual(['driftAdopted', 'paused']);
  });

  it('`enabled` false is a kill', async () => {
    const { world, replica, id } = await installation();
    world.store.editByHand(FEATURE, { enabled: false });
    await pollFor(replica, 180_000);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    expect((await world.kept.features.get(FEATURE))?.state.exposure.killed).toBe(true);
  });

  it('a percentage of 0 is a rollback', async () => {
    const { world, replica, id } = await installation();
    world.store.editByHand(FEATURE, { rolloutPercent: 0 });
    await pollFor(replica, 180_000);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    expect(thresholds(replica)).toBe(0);
  });

  it('a lower one caps and pauses there, and lasts through a rollback', async () => {
    const { world, replica, id } = await installation();
    await until(replica, id, inStage(1));
    world.store.editByHand(FEATURE, { rolloutPercent: 3 });
    await pollFor(replica, 180_000);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED', stageIndex: 1 });
    expect(thresholds(replica)).toBe(3_000);
    await replica.closings.rollback(OLGA, id, { to: 'previousStage', comment: null });
    await pollFor(replica, 180_000);
    expect(exposed(replica).here).toBeLessThanOrEqual(3_000);
    expect(thresholds(replica)).toBeLessThanOrEqual(3_000);
  });

  it('INV-RWG-STAGED: a capped stage never counts as passed, resumed or not', async () => {
    const { world, replica, id } = await installation();
    await until(replica, id, inStage(1));
    world.store.editByHand(FEATURE, { rolloutPercent: 1 });
    await until(replica, id, (state) => state.wedgeState === 'PAUSED');
    await replica.rollouts.resume(OLGA, id, await wishFor(replica, id));
    await pollFor(replica, 2 * HOUR);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 1, heldFor: 'missingData' });
    expect(exposed(replica)).toEqual({ here: 1_000, stored: 1_000 });
  });

  it('SLU-DOOR: what raises is never served, is put back, and is recorded', async () => {
    const { world, replica } = await installation();
    world.store.editByHand(FEATURE, { rolloutPercent: 90 });
    expect(exposed(replica).here).toBe(10_000);
    await pollFor(replica, 180_000);
    expect(exposed(replica)).toEqual({ here: 10_000, stored: 10_000 });
    const flag = await world.store.read(FEATURE);
    expect(flag?.kind === 'flag' && flag.hand.rolloutPercent).toBe(10);
    expect(await typesOf(world)).toContain('driftRepaired');
  });

  it('an edit of a feature with no live rollout stays as it is', async () => {
    const { world, replica, id } = await installation();
    await until(replica, id, (state) => isTerminal(state.wedgeState));
    world.store.editByHand(FEATURE, { rolloutPercent: 20 });
    await pollFor(replica, 600_000);
    expect(exposed(replica).here).toBe(20_000);
    expect((await world.kept.features.get(FEATURE))?.state.settled).toMatchObject([{ threshold: 20_000 }]);
  });
});
