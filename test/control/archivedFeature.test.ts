import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/control/ports/ledger.ts';
import { audited } from '../support/audited.ts';
import { proposalInput } from '../support/proposals.ts';
import {
  createdRollout,
  exposed,
  FEATURE,
  healthy,
  startedRollout,
  stateOf,
  until,
  wishFor,
} from '../support/release.ts';
import {
  butFor,
  chainOf,
  OLGA,
  poll,
  pollFor,
  type Replica,
  startReplica,
  worldOf,
} from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;

async function installation() {
  const world = worldOf();
  healthy(world);
  return { world, replica: await startReplica(world) };
}

async function completed() {
  const made = await installation();
  const id = await startedRollout(made.replica, proposalInput());
  await until(made.replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
  return { ...made, id };
}

const kill = (replica: Replica) => replica.closings.kill(OLGA, FEATURE, 'fire');

describe('a start', () => {
  it('is refused where the feature was archived while the rollout waited, and says so', async () => {
    const { replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    await replica.features.archive(OLGA, FEATURE);
    const start = replica.rollouts.start(OLGA, id, await wishFor(replica, id));
    await expect(start).rejects.toMatchObject({
      code: 'PREFLIGHT_FAILED',
      more: { items: [{ id: 'PREFLIGHT_ARCHIVED', outcome: 'failed' }] },
    });
    await replica.closings.rollback(OLGA, id, { to: null, comment: 'gone' });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });

  it('at its hour waits where the feature was archived meanwhile', async () => {
    const { world, replica } = await installation();
    const startAtMs = world.clock.nowMs() + 5 * MINUTE;
    const id = await createdRollout(replica, proposalInput(), { startAtMs });
    await replica.features.archive(OLGA, FEATURE);
    await pollFor(replica, 10 * MINUTE);
    expect((await replica.rollouts.status(id)).decision).toMatchObject({
      kind: 'hold',
      reason: 'pending',
      detail: expect.stringContaining('PREFLIGHT_ARCHIVED'),
    });
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
  });
});

describe('the rollback of a completed rollout', () => {
  it('says that the feature was killed', async () => {
    const { replica, id } = await completed();
    const { wedgeState, decision } = await replica.closings.rollback(OLGA, id, { to: null, comment: 'fire' });
    expect([wedgeState, decision?.detail]).toEqual(['COMPLETE', expect.stringContaining('the feature was killed')]);
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
  });
});

describe('an archived feature', () => {
  /** Whoever audits it long after finds nothing that was left open. */
  async function assertSettled(replica: Replica): Promise<void> {
    const { world } = replica;
    await poll(replica, 10 * MINUTE);
    expect(audited(await chainOf(world, FEATURE), world.clock.nowMs()).verdict).toBe('PASS');
  }

  it('is not there to be killed, and its chain begins nothing that can not end', async () => {
    const { world, replica } = await completed();
    await replica.features.archive(OLGA, FEATURE);
    const before = await chainOf(world, FEATURE);
    await expect(kill(replica)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await chainOf(world, FEATURE)).toEqual(before);
    await assertSettled(replica);
  });

  it('is left as it is by a kill that the ledger hears of only after the archive', async () => {
    const { world, replica } = await completed();
    const other = await startReplica(world);
    world.kept.cut();
    expect(await kill(replica)).toMatchObject({ recorded: false });
    world.kept.mend();
    await other.features.archive(OLGA, FEATURE);
    const before = await chainOf(world, FEATURE);
    await assertSettled(replica);
    expect(await chainOf(world, FEATURE)).toEqual(before);
    expect(await world.late.all()).toEqual([]);
  });

  it('is none before the flag store has been seen to have its last closing', async () => {
    const { world, replica } = await completed();
    world.store.cut();
    await kill(replica);
    await expect(replica.features.archive(OLGA, FEATURE)).rejects.toMatchObject({ code: 'FEATURE_IN_USE' });
    world.store.mend();
    await poll(replica);
    await replica.features.archive(OLGA, FEATURE);
    await assertSettled(replica);
  });

  it('takes no override that came too late', async () => {
    const { world, replica } = await completed();
    const append: Ledger['append'] = async (wish) => {
      if (wish.drafts.some(({ type }) => type === 'overrideSet')) await replica.features.archive(OLGA, FEATURE);
      return world.kept.ledger.append(wish);
    };
    const { ledger, rollouts } = world.kept;
    const late = await startReplica(world, { kept: { ledger: butFor(ledger, { append }), rollouts } });
    const wish = { threshold: 0, expiresAtMs: null, comment: 'their wish' };
    await expect(late.overrides.set(OLGA, FEATURE, 'acme', wish)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await chainOf(world, FEATURE)).map(({ type }) => type)).not.toContain('overrideSet');
  });
});
