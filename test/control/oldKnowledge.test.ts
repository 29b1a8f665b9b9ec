import { describe, expect, it } from 'vitest';
import { audited, findingsIn } from '../support/audited.ts';
import { proposalInput } from '../support/proposals.ts';
import { bad, exposed, FEATURE, healthy, inStage, startedRollout, until } from '../support/release.ts';
import {
  chainOf,
  OLGA,
  poll,
  type Replica,
  startReplica,
  type World,
  worldOf,
} from '../support/simulatedInstallation.ts';

const CLOSED = { here: 0, stored: 0 };

async function atFirstStage() {
  const world = worldOf({ pollIntervalMs: 300_000 });
  healthy(world);
  const replica = await startReplica(world);
  const id = await startedRollout(replica, proposalInput());
  await until(replica, id, inStage(0));
  await poll(replica);
  return { world, replica, id };
}

const capAcme = (replica: Replica, percentage: number) =>
  replica.overrides.set(OLGA, FEATURE, 'acme', {
    ...{ threshold: percentage * 1000, expiresAtMs: null },
    comment: 'they asked for it',
  });

async function needAccounts(replica: Replica) {
  await replica.features.create(OLGA, { key: 'accounts' });
  await replica.features.patch(OLGA, FEATURE, { prerequisites: [{ feature: 'accounts', variant: 'on' }] }, null);
}

/** The ledger is back, hears of everything, and finds nothing wrong. */
async function heardAndProven(world: World, replica: Replica) {
  world.kept.mend();
  await poll(replica);
  await poll(replica);
  expect(exposed(replica)).toEqual(CLOSED);
  const chain = await chainOf(world, FEATURE);
  expect(chain.filter(({ type }) => type === 'rolledBack')).toHaveLength(1);
  expect(findingsIn(audited(chain, world.clock.nowMs()))).toEqual([]);
}

describe('SLU-CLOSE: a rollback from memory, which is older than what lookups see', () => {
  it.for<[string, (world: World, replica: Replica) => Promise<unknown>]>([
    [
      'a cap set before the ledger went away',
      async (world, replica) => {
        await capAcme(replica, 1);
        world.kept.cut();
      },
    ],
    [
      'a cap set since',
      async (world, replica) => {
        world.kept.cut();
        await capAcme(replica, 1);
      },
    ],
    [
      'a prerequisite added before the ledger went away',
      async (world, replica) => {
        await needAccounts(replica);
        world.kept.cut();
      },
    ],
  ])('closes over %s', async ([, narrow]) => {
    const { world, replica } = await atFirstStage();
    await narrow(world, replica);
    const before = replica.view.document(FEATURE);
    bad(world);
    await poll(replica);
    expect(exposed(replica)).toEqual(CLOSED);
    const { caps, prerequisites } = before ?? {};
    expect(replica.view.document(FEATURE)).toMatchObject({ caps, prerequisites });
    expect(world.store.document(FEATURE)).toMatchObject({ caps, prerequisites });
    await heardAndProven(world, replica);
  });

  it('by hand, after a cap', async () => {
    const { world, replica, id } = await atFirstStage();
    world.kept.cut();
    await capAcme(replica, 0);
    const status = await replica.closings.rollback(OLGA, id, { to: 'zero', comment: 'burning' });
    expect(status).toMatchObject({ wedgeState: 'ROLLED_BACK', percentage: 0 });
    expect(exposed(replica)).toEqual(CLOSED);
    await heardAndProven(world, replica);
  });

  it('is told to the store over what that has heard of since, once the store is back', async () => {
    const { world, replica } = await atFirstStage();
    world.kept.cut();
    world.store.cut();
    bad(world);
    await poll(replica);
    expect(exposed(replica)).toEqual({ here: 0, stored: 10_000 });
    const out = world.store.document(FEATURE);
    if (out === null) throw new Error('the store has no document');
    world.store.mend();
    await world.store.publish({ ...out, caps: { acme: 0 }, version: out.version + 1 }, 'closing');
    await poll(replica);
    expect(exposed(replica)).toEqual(CLOSED);
    expect(world.store.document(FEATURE)?.caps).toEqual({ acme: 0 });
  });
});
