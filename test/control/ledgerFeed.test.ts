import { describe, expect, it } from 'vitest';
import { type FlagStore, FlagStoreUnreachable } from '../../src/control/ports/flagStore.ts';
import { LineOfReplica } from '../support/lineOfReplica.ts';
import { proposalInput } from '../support/proposals.ts';
import { exposed, FEATURE, healthy, inStage, startedRollout, until } from '../support/release.ts';
import {
  butFor,
  OLGA,
  poll,
  type Replica,
  startReplica,
  type World,
  worldOf,
} from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;

/** Two processes of one installation: one releases, the other only serves. */
async function releasing() {
  const world = worldOf({ pollIntervalMs: 5 * MINUTE });
  healthy(world);
  const asked: string[] = [];
  const features = butFor(world.kept.features, {
    some: (keys) => {
      asked.push(...keys);
      return world.kept.features.some(keys);
    },
  });
  const replica = await startReplica(world);
  const other = await startReplica(world, { kept: { ...world.kept, features } });
  const id = await startedRollout(replica, proposalInput());
  await until(replica, id, inStage(0));
  return { world, replica, other, id, asked };
}

const here = (replica: Replica) => exposed(replica).here;
const minutesLater = ({ clock }: World) => clock.advance(2 * MINUTE);

/** The store as a replica has it that can't reach it from the start. */
const outOfReach = ({ store }: World) => {
  const fail = () => Promise.reject(new FlagStoreUnreachable('cut off'));
  const state = () => ({ ok: false, detail: 'cut off' });
  return butFor<FlagStore>(store, { state, subscribe: async () => {}, publish: fail, read: fail, archive: fail });
};

describe('a replica that can not reach the flag store', () => {
  it('follows the ledger, up and down, and counts as fresh', async () => {
    const { world, replica, id } = await releasing();
    const apart = await startReplica(world, { store: outOfReach(world) });
    expect(apart.view.document(FEATURE)).toBeUndefined();
    await apart.ledgerFeed.run();
    expect([here(apart), apart.view.freshness.isStale()]).toEqual([10_000, false]);
    minutesLater(world);
    expect(apart.view.freshness.isStale()).toBe(true);
    await apart.ledgerFeed.run();
    expect([apart.view.freshness.isStale(), apart.view.freshness.ageMs()]).toEqual([false, 0]);

    await until(replica, id, inStage(1));
    expect(here(apart)).toBe(10_000);
    await apart.ledgerFeed.run();
    expect(here(apart)).toBe(exposed(replica).here);
    expect(here(apart)).toBeGreaterThan(10_000);
    await replica.closings.rollback(OLGA, id, { to: 'zero', comment: 'back' });
    await apart.ledgerFeed.run();
    expect(here(apart)).toBe(0);
  });
});

describe('a flag store that answers, and has lost what is live', () => {
  it('is no reason not to follow the ledger', async () => {
    const { world } = await releasing();
    const state = () => ({ ok: true, detail: 'connected' });
    const empty = await startReplica(world, { store: butFor(outOfReach(world), { state }) });
    await empty.ledgerFeed.run();
    expect([here(empty), empty.view.freshness.isStale()]).toEqual([10_000, false]);
  });
});

describe('while the flag store is away', () => {
  it('SLU-DOOR: what a hand was seen to lower goes on applying, also to what the ledger opens meanwhile', async () => {
    const { world, other } = await releasing();
    world.store.editByHand(FEATURE, { rolloutPercent: 3 });
    expect(other.view.document(FEATURE)?.grants.map(({ threshold }) => threshold)).toEqual([3000]);
    world.store.cut();
    const published = other.view.published(FEATURE);
    if (published === undefined) throw new Error('nothing is served');
    await other.ledgerFeed.run();
    other.view.recorded({
      ...published,
      version: published.version + 1,
      grants: published.grants.map((grant) => ({ ...grant, threshold: 50_000 })),
    });
    expect(other.view.document(FEATURE)?.grants.map(({ threshold }) => threshold)).toEqual([3000]);
  });

  it('an archived feature goes, and only what has changed since is read again', async () => {
    const { world, replica, other, asked } = await releasing();
    await replica.features.create(OLGA, { key: 'old' });
    world.store.cut();
    await other.ledgerFeed.run();
    expect(asked.toSorted()).toEqual([FEATURE, 'old']);
    asked.splice(0);
    await other.ledgerFeed.run();
    expect(asked).toEqual([]);
    await replica.features.archive(OLGA, 'old');
    await other.ledgerFeed.run();
    expect(asked).toEqual(['old']);
    expect(other.view.document('old')).toBeUndefined();
  });

  it('and the ledger too, lookups answer from what was known, and close what is live at the deadline', async () => {
    const { world, other } = await releasing();
    world.store.cut();
    world.kept.cut();
    await other.ledgerFeed.run();
    expect(other.view.found(FEATURE).grants).toHaveLength(1);
    world.clock.advance(MINUTE);
    await other.ledgerFeed.run();
    expect(other.view.found(FEATURE).grants).toEqual([]);
    world.kept.mend();
    expect(await other.installation.readiness()).toMatchObject({
      ready: false,
      dependencies: { lookups: { ok: false, detail: expect.stringContaining('a state of 60 s ago') } },
    });
    await other.ledgerFeed.run();
    expect(await other.installation.readiness()).toMatchObject({ dependencies: { lookups: { ok: true } } });
  });
});

describe('a process that starts again, alone', () => {
  it('SLU-CLOSE: keeps closed what the ledger has opened meanwhile and has not heard that it was closed', async () => {
    const { world, replica, id } = await releasing();
    const line = new LineOfReplica(world);
    const alone = await line.start('alone');
    line.cut('store', 'ledger');
    await until(replica, id, inStage(2));
    await alone.closings.kill(OLGA, FEATURE, 'burning');
    const again = await line.start('again');
    again.view.restore(alone.view.kept(), 0);
    line.mend();
    line.cut('store');
    await again.ledgerFeed.run();
    expect([again.view.document(FEATURE)?.killed, await world.late.all()]).toEqual([true, []]);
  });

  it('SLU-CLOSE: closes in the store, once that is back, what it had closed alone before', async () => {
    const { world } = await releasing();
    const line = new LineOfReplica(world);
    const alone = await line.start('alone');
    line.cut('store', 'ledger');
    await alone.closings.kill(OLGA, FEATURE, 'burning');
    const again = await line.start('again');
    again.view.restore(alone.view.kept(), 0);
    await again.lateClosings.closeAgain();
    line.mend();
    line.cut('ledger');
    await expect(again.reconciler.run()).rejects.toThrow('cut');
    expect(await world.store.read(FEATURE)).toMatchObject({ document: { killed: true } });
    expect(await world.late.all()).toHaveLength(1);
  });
});

describe('while the flag store is there', () => {
  it('nothing is asked of the ledger, and after an outage the store is the feed again', async () => {
    const { world, replica, other, asked } = await releasing();
    await other.ledgerFeed.run();
    expect(asked).toEqual([]);
    world.store.cut();
    await other.ledgerFeed.run();
    world.store.mend();
    asked.splice(0);
    await poll(replica);
    await other.ledgerFeed.run();
    expect(asked).toEqual([]);
    expect(exposed(other)).toEqual({ here: 10_000, stored: 10_000 });
  });
});
