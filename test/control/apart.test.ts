import { describe, expect, it } from 'vitest';
import { type FlagListener, type FlagStore, FlagStoreUnreachable } from '../../src/control/ports/flagStore.ts';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { MemoryJournal } from '../support/memoryJournal.ts';
import { proposalInput } from '../support/proposals.ts';
import { FEATURE, healthy, inStage, startedRollout, until } from '../support/release.ts';
import {
  chainOf,
  OLGA,
  OSKAR,
  type Replica,
  startReplica,
  type World,
  worldOf,
} from '../support/simulatedInstallation.ts';

/** Every answer of the port is cut off while its line is. */
function onLine<T extends object>(port: T, isCut: () => boolean, error: () => Error): T {
  return new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        if (isCut()) throw error();
        return Reflect.apply(member, target, args);
      };
    },
  });
}

/** The store over a line of its own, by which nothing is heard either while it is cut. */
function storeOnLine(world: World, isCut: () => boolean) {
  const listeners: FlagListener[] = [];
  const store: FlagStore = onLine(world.store, isCut, () => new FlagStoreUnreachable('cut'));
  const subscribe: FlagStore['subscribe'] = async (listener) => {
    listeners.push(listener);
    await world.store.subscribe({
      changed: (flag) => (isCut() ? undefined : listener.changed(flag)),
      confirmed: (...said) => (isCut() ? undefined : listener.confirmed(...said)),
    });
  };
  const resynchronize = async () => {
    for (const flag of await world.store.readAll()) for (const listener of listeners) listener.changed(flag);
  };
  const heard = new Proxy(store, {
    get: (target, name) => (name === 'subscribe' ? subscribe : Reflect.get(target, name)),
  });
  return { store: heard, resynchronize };
}

/** Two processes, one of which has a line that can be cut to ledger and store, and closings of its own to tell. */
async function twoProcesses() {
  const world = worldOf({ pollIntervalMs: 300_000 });
  healthy(world);
  const other = await startReplica(world);
  const cut = { ledger: false, store: false };
  const { store, resynchronize } = storeOnLine(world, () => cut.store);
  const kept = Object.fromEntries(
    Object.entries(world.kept).map(([name, port]) => [
      name,
      typeof port === 'object'
        ? onLine(
            port,
            () => cut.ledger,
            () => new LedgerUnreachable('cut'),
          )
        : port,
    ]),
  ) as World['kept'];
  const apart = await startReplica({ ...world, late: new MemoryJournal() }, { store, kept });
  const id = await startedRollout(other, proposalInput());
  await until(other, id, inStage(1));
  return { world, other, apart, id, cut, resynchronize };
}

const met = (replica: Replica) => {
  const document = replica.view.document(FEATURE);
  return document === undefined || document.killed
    ? 0
    : Math.max(0, ...document.grants.map(({ threshold }) => threshold));
};

describe('a process that was apart from ledger and store', () => {
  it.for(['rollback', 'kill'] as const)(
    'SLU-CLOSE: its own closings undo no %s that it has not heard of',
    async (act) => {
      const { world, other, apart, id, cut, resynchronize } = await twoProcesses();
      cut.ledger = true;
      cut.store = true;
      for (const threshold of [5_000, 3_000]) {
        await apart.overrides.set(OLGA, FEATURE, 'acme', { threshold, expiresAtMs: null, comment: 'less of them' });
      }
      if (act === 'kill') await other.closings.kill(OSKAR, FEATURE, 'burning');
      else await other.closings.rollback(OSKAR, id, { to: 'zero', comment: 'burning' });
      const seen: number[] = [];
      const passes = async () => {
        for (let pass = 0; pass < 6; pass += 1) {
          world.clock.advance(5_000);
          await apart.reconciler.run().catch((error: unknown) => {
            if (!(error instanceof LedgerUnreachable)) throw error;
          });
          await other.reconciler.run();
          seen.push(met(apart), met(other));
        }
      };
      cut.store = false;
      await resynchronize();
      seen.push(met(apart), met(other));
      await passes();
      cut.ledger = false;
      await passes();
      expect(new Set(seen)).toEqual(new Set([0]));
      expect(findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()))).toEqual([]);
    },
  );

  it('SLU-DOOR: who changes the definition undoes no rollback of it that the ledger has not heard of', async () => {
    const { other, apart, id, cut } = await twoProcesses();
    for (const key of ['accounts', 'basket']) await other.features.create(OLGA, { key });
    await apart.reconciler.run();
    cut.ledger = true;
    await apart.closings.rollback(OSKAR, id, { to: 'zero', comment: 'burning' });
    expect([met(apart), met(other)]).toEqual([0, 0]);
    const accounts = { feature: 'accounts', variant: 'on' };
    await other.features.patch(OLGA, FEATURE, { prerequisites: [accounts] }, null);
    const both = [accounts, { feature: 'basket', variant: 'on' }];
    await other.features.patch(OLGA, FEATURE, { prerequisites: both }, null);
    expect([met(apart), met(other)]).toEqual([0, 0]);
    expect(other.view.document(FEATURE)?.prerequisites).toEqual(both);
  });
});
