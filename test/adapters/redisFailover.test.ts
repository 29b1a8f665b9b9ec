import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RedisFlagStore } from '../../src/adapters/redis/flagStore.ts';
import { FlagView } from '../../src/control/flags/flagView.ts';
import { type FlagDocument, largestReach } from '../../src/domain/feature/flagDocument.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { Cable } from '../support/cable.ts';
import { startRedis } from '../support/redis.ts';

const at = (version: number, percentage: number, feature = 'checkout-v2') =>
  documentOf({ feature, version, grants: [grantOf(percentage)] });

/** One address behind which one Redis takes the place of another: a copy of it that was left behind. */
describe('a Redis that fails over to an older state', { timeout: 60_000 }, () => {
  let opened: AsyncDisposableStack;
  let cable: Cable;
  let first: Redis;
  let second: Redis;
  let store: RedisFlagStore;
  let view: FlagView;
  let served: number[];
  beforeEach(async () => {
    opened = new AsyncDisposableStack();
    const servers = [await startRedis(), await startRedis()] as const;
    for (const server of servers) opened.defer(() => server.stop());
    [first, second] = servers.map(({ url }) => new Redis(url)) as [Redis, Redis];
    for (const client of [first, second]) opened.defer(() => client.disconnect());
    cable = opened.use(await Cable.to({ host: '127.0.0.1', port: portOf(servers[0].url) }));
    await first.config('SET', 'repl-diskless-sync-delay', '0');
    await second.replicaof('127.0.0.1', portOf(servers[0].url));
    store = opened.adopt(
      new RedisFlagStore({
        url: `redis://127.0.0.1:${cable.port}`,
        monotonicMs: () => performance.now(),
        onFault: () => undefined,
        revisionCheckMs: 10,
        handCheckMs: 20,
      }),
      (each) => each.close(),
    );
    view = new FlagView({ monotonicMs: () => performance.now(), staleAfterMs: 60_000, hardKilled: () => false });
    served = [];
    view.watch((feature) => served.push(reachOf(view.document(feature))));
    await store.subscribe(view);
  });
  afterEach(() => opened.disposeAsync());

  const reachOf = (document: FlagDocument | undefined) => (document === undefined ? -1 : largestReach(document) / 1000);
  const served10 = () => vi.waitFor(() => expect(reachOf(view.document('checkout-v2'))).toBe(10), { timeout: 10_000 });

  /** The second has what there is now, and hears of nothing more. */
  async function leaveBehind(): Promise<void> {
    const isCopied = async () => expect(await second.get('flags:revision')).toBe(await first.get('flags:revision'));
    await vi.waitFor(isCopied, { timeout: 20_000 });
    await second.replicaof('NO', 'ONE');
  }
  async function failOver(): Promise<void> {
    await cable.reroute({ host: '127.0.0.1', port: second.options.port ?? 0 });
    const before = performance.now();
    await vi.waitFor(() => expect(view.freshness.nowMs() - view.freshness.ageMs()).toBeGreaterThan(before), {
      timeout: 20_000,
    });
  }

  test('SLU-DOOR: keeps what was closed since closed, though its counter has gone back, and gets it from the ledger', async () => {
    await store.publish(at(1, 50), 'derived');
    await leaveBehind();
    await store.publish(at(2, 30), 'derived');
    await store.publish(at(3, 10), 'closing');
    await served10();
    await failOver();
    expect(reachOf(view.document('checkout-v2'))).toBe(10);
    expect(await store.publish(at(3, 10), 'derived')).toEqual({ outcome: 'stored', version: 3 });
    expect(await second.hget('flags:checkout-v2', 'rollout_percent')).toBe('10');
    expect(served.every((reach, index) => index === 0 || reach <= (served[index - 1] ?? 0))).toBe(true);
  });

  test('SLU-DOOR: also where its counter happens to have the same number', async () => {
    await store.publish(at(1, 50), 'derived');
    await leaveBehind();
    await store.publish(at(2, 10), 'closing');
    await served10();
    await second.incr('flags:revision');
    await failOver();
    expect(reachOf(view.document('checkout-v2'))).toBe(10);
    await store.publish(at(4, 5), 'closing');
    await vi.waitFor(() => expect(reachOf(view.document('checkout-v2'))).toBe(5));
  });

  test('SLU-DOOR: lifts no edit by hand that it does not know; the next publication writes it down again', async () => {
    await store.publish(at(1, 50), 'derived');
    await leaveBehind();
    await first.hset('flags:checkout-v2', 'rollout_percent', '10');
    await served10();
    await failOver();
    expect(reachOf(view.document('checkout-v2'))).toBe(10);
    const seen = view.seenEdits('checkout-v2');
    await store.publish(at(1, 50), 'derived', seen && { seen });
    expect(await second.hget('flags:checkout-v2', 'rollout_percent')).toBe('10');
    expect(Math.max(...served.slice(1))).toBe(10);
  });

  test('SLU-DOOR: or restarts with nothing in it: everything goes on, and comes back by publication', async () => {
    await store.publish(at(1, 50), 'derived');
    await store.publish(at(1, 20, 'other'), 'derived');
    await first.hset('flags:checkout-v2', 'rollout_percent', '10');
    await served10();
    await second.replicaof('NO', 'ONE');
    await second.flushall();
    await failOver();
    expect(reachOf(view.document('checkout-v2'))).toBe(10);
    expect(reachOf(view.document('other'))).toBe(20);
    const seen = view.seenEdits('checkout-v2');
    await store.publish(at(1, 50), 'derived', seen && { seen });
    await vi.waitFor(async () => expect(await second.hget('flags:checkout-v2', 'rollout_percent')).toBe('10'));
    expect(reachOf(view.document('checkout-v2'))).toBe(10);
  });
});

const portOf = (url: string) => Number(new URL(url).port);
