import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { FlagHashes } from '../../src/adapters/redis/flagHashes.ts';
import { RedisFlagStore, type RedisFlagStoreOptions } from '../../src/adapters/redis/flagStore.ts';
import { rehearse } from '../../src/adapters/redis/rehearsal.ts';
import { FlagStoreUnreachable } from '../../src/control/ports/flagStore.ts';
import { featureKeySchema } from '../../src/domain/feature/featureSchema.ts';
import type { HandFields } from '../../src/domain/feature/handFields.ts';
import type { StoredFlag } from '../../src/domain/feature/storedFlag.ts';
import { flagStoreContract } from '../contracts/flagStore.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { butFor } from '../support/simulatedInstallation.ts';

let server: RedisServer;
let cli: Redis;
beforeAll(async () => {
  server = await startRedis();
  cli = new Redis(server.url);
});
afterAll(async () => {
  await cli.quit();
  await server.stop();
});
beforeEach(async () => {
  await cli.flushall();
});

const open = (given: Partial<RedisFlagStoreOptions> = {}) =>
  new RedisFlagStore({
    url: server.url,
    monotonicMs: () => performance.now(),
    onFault: () => undefined,
    revisionCheckMs: 10,
    handCheckMs: 20,
    ...given,
  });

const FIELD_OF: Readonly<Record<keyof HandFields, string>> = {
  enabled: 'enabled',
  internalOnly: 'internal_only',
  rolloutPercent: 'rollout_percent',
  paused: 'paused',
};

flagStoreContract('on Redis', async () => {
  const stores = [open()];
  const [store] = stores;
  if (store === undefined) throw new Error('unreachable');
  return {
    store,
    editByHand: async (feature, edit) => {
      const typed = Object.entries(edit).map(([name, value]) => [FIELD_OF[name as keyof HandFields], String(value)]);
      await cli.hset(`flags:${feature}`, Object.fromEntries(typed));
    },
    another: () => {
      const other = open();
      stores.push(other);
      return other;
    },
    close: async () => {
      await Promise.all(stores.map((each) => each.close()));
    },
  };
});

/** A store, what its subscriber was told, and the faults that were reported. Closed when the test ends. */
async function watched(given: Partial<RedisFlagStoreOptions> = {}) {
  const faults: string[] = [];
  const store = open({ onFault: ({ feature, fault }) => faults.push(`${feature}: ${fault}`), ...given });
  onTestFinished(() => store.close());
  const told: StoredFlag[] = [];
  let confirmations = 0;
  await store.subscribe({
    changed: (flag) => told.push(flag),
    confirmed: () => {
      confirmations += 1;
    },
  });
  /** Resolves when the store has been read again from now on, twice: what was there by now has been told. */
  const settled = async () => {
    const before = confirmations;
    await vi.waitFor(() => expect(confirmations).toBeGreaterThan(before + 2));
  };
  return { store, told, faults, settled };
}

const DOCUMENT = documentOf({ version: 17, grants: [grantOf(10)] });
const RARELY = 3_600_000;

describe('on the wire', () => {
  test('a flag is one hash of six fields; a change counts and is told on the channel', async () => {
    const { store } = await watched();
    const heard: string[] = [];
    const subscriber = new Redis(server.url);
    onTestFinished(() => subscriber.disconnect());
    subscriber.on('message', (channel, text) => heard.push(`${channel} ${text}`));
    await subscriber.subscribe('flags:changed');
    await store.publish(DOCUMENT, 'derived');
    expect(await cli.hgetall('flags:checkout-v2')).toEqual({
      enabled: 'true',
      internal_only: 'false',
      rollout_percent: '10',
      paused: 'false',
      version: '17',
      document: JSON.stringify(DOCUMENT),
    });
    expect(await cli.get('flags:revision')).toBe('1');
    await vi.waitFor(() => expect(heard).toEqual(['flags:changed {"feature":"checkout-v2","revision":1}']));
    await store.publish(DOCUMENT, 'derived');
    expect(await cli.get('flags:revision')).toBe('1');
  });

  test('strangers among the keys are no flags', async () => {
    const { store } = await watched();
    await store.publish(DOCUMENT, 'derived');
    await cli.set('flags:not a key', '1');
    await cli.hset('flags:.rehearsal', 'enabled', 'true');
    expect((await store.readAll()).map(({ feature }) => feature)).toEqual(['checkout-v2']);
  });

  test.for<[string, Partial<HandFields>]>([
    ['HSET flags:checkout-v2 enabled FALSE', { enabled: false }],
    ['HSET flags:checkout-v2 enabled off', { enabled: false }],
    ['HSET flags:checkout-v2 internal_only 1', { internalOnly: true }],
    ['HSET flags:checkout-v2 rollout_percent 2.5', { rolloutPercent: 2.5 }],
    ['HSET flags:checkout-v2 rollout_percent 0.29%', { rolloutPercent: 0.29 }],
    ['HSET flags:checkout-v2 rollout_percent 0.0019', { rolloutPercent: 0.001 }],
    ['HSET flags:checkout-v2 paused yes', { paused: true }],
  ])('%s reaches a subscriber by itself', async ([command, edit]) => {
    const { store, told } = await watched({ revisionCheckMs: RARELY });
    await store.publish(DOCUMENT, 'derived');
    const [name = '', ...words] = command.split(' ');
    await cli.call(name, ...words);
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ kind: 'flag', hand: edit }));
  });
});

describe('a text that can not be served', () => {
  const newer = JSON.stringify({ ...DOCUMENT, schema: 2, extra: [] });
  test.for([
    ['half a document', { document: JSON.stringify(DOCUMENT).slice(0, 100) }, 'not a flag document'],
    ['no JSON object', { document: '17' }, 'not a flag document'],
    ['a newer schema', { document: newer, version: '18' }, 'schema 2 is newer'],
    ['an unknown member', { document: JSON.stringify({ ...DOCUMENT, colour: 'red' }) }, 'not a flag document'],
    ['another version beside it', { version: '18' }, 'the document is of another feature or version'],
    [
      'another feature',
      { document: JSON.stringify({ ...DOCUMENT, feature: 'x' }) },
      'the document is of another feature or version',
    ],
  ] as const)('%s is told as unreadable, and its fault once', async ([, fields, fault]) => {
    const { store, told, faults, settled } = await watched();
    await store.publish(DOCUMENT, 'derived');
    await cli.hset('flags:checkout-v2', fields);
    await cli.incr('flags:revision');
    await vi.waitFor(() =>
      expect(told.at(-1)).toMatchObject({ kind: 'unreadable', fault, hand: { rolloutPercent: 10 } }),
    );
    await cli.hset('flags:checkout-v2', 'paused', 'true');
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ kind: 'unreadable', hand: { paused: true } }));
    await settled();
    expect(faults).toEqual([`checkout-v2: ${fault}`]);
    expect(store.state()).toEqual({ ok: true, detail: 'connected; not readable: checkout-v2' });
  });

  test('nor one that is huge, which is not even fetched, keeps others from being fed, and is replaced', async () => {
    const { store, told } = await watched();
    await store.publish(DOCUMENT, 'derived');
    await cli.call('SETRANGE', 'huge', String(64 * 1024 * 1024), '}');
    await cli.eval("redis.call('HSET', KEYS[1], 'document', redis.call('GET', 'huge'))", 1, 'flags:checkout-v2');
    await cli.call('CONFIG', 'RESETSTAT');
    await cli.incr('flags:revision');
    const fault = 'the document is larger than 4 MiB';
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ kind: 'unreadable', fault }));
    await store.publish({ ...DOCUMENT, feature: 'other' }, 'derived');
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ kind: 'flag', feature: 'other' }));
    expect(await store.publish(DOCUMENT, 'derived')).toEqual({ outcome: 'stored', version: 17 });
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ kind: 'flag', document: DOCUMENT }));
    const sentBytes = Number(/total_net_output_bytes:(\d+)/.exec(await cli.info('stats'))?.[1]);
    expect(sentBytes).toBeLessThan(1024 * 1024);
  });

  test('is replaced by the next publication', async () => {
    const { store, told } = await watched();
    await cli.hset('flags:checkout-v2', { document: '{', version: '17', enabled: 'true' });
    await cli.incr('flags:revision');
    await vi.waitFor(() => expect(told.at(-1)?.kind).toBe('unreadable'));
    expect(await store.publish(DOCUMENT, 'derived')).toEqual({ outcome: 'stored', version: 17 });
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ kind: 'flag', document: DOCUMENT }));
    expect(store.state().detail).toBe('connected');
  });

  test('a key that is no hash says nothing, and is replaced by the next publication or archiving', async () => {
    const { store, told } = await watched();
    await cli.set('flags:checkout-v2', 'rolled back');
    await cli.rpush('flags:search-v2', 'rolled back');
    expect(await store.publish(DOCUMENT, 'derived')).toEqual({ outcome: 'stored', version: 17 });
    await store.archive('search-v2', 3);
    await vi.waitFor(() =>
      expect(told).toEqual([
        expect.objectContaining({ kind: 'flag', document: DOCUMENT }),
        expect.objectContaining({ kind: 'archived', feature: 'search-v2' }),
      ]),
    );
  });

  test('in a hand field is not heeded, said once, and no raise goes over it', async () => {
    const { store, told, faults } = await watched();
    await store.publish(DOCUMENT, 'derived');
    await cli.hset('flags:checkout-v2', { enabled: 'flase', rollout_percent: '-1' });
    await vi.waitFor(() =>
      expect(told.at(-1)).toMatchObject({ kind: 'flag', hand: { enabled: null, rolloutPercent: null } }),
    );
    expect(faults).toEqual(['checkout-v2: not understood, so not heeded: enabled, rollout_percent']);
    expect((await store.publish(documentOf({ version: 18, grants: [grantOf(25)] }), 'derived')).outcome).toBe('edited');
  });
});

describe('a subscriber', () => {
  test('learns of a change whose message was lost by the counter', async () => {
    const { told } = await watched({ handCheckMs: RARELY });
    await cli.hset('flags:checkout-v2', { version: '17', document: JSON.stringify(DOCUMENT), enabled: 'true' });
    await cli.incr('flags:revision');
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ document: DOCUMENT }));
  });

  test('learns of a change that was neither counted nor told by its version', async () => {
    const { store, told } = await watched({ revisionCheckMs: RARELY });
    await store.publish(DOCUMENT, 'derived');
    await vi.waitFor(() => expect(told).toHaveLength(1));
    const next = { ...DOCUMENT, version: 18 };
    await cli.hset('flags:checkout-v2', { version: '18', document: JSON.stringify(next) });
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ document: next }));
  });

  test('learns of a change by its message alone', async () => {
    const { store, told } = await watched({ revisionCheckMs: RARELY, handCheckMs: RARELY });
    await store.publish(DOCUMENT, 'derived');
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ document: DOCUMENT }));
  });

  test.for([
    ['a list', ['RPUSH', 'flags:revision', 'x']],
    ['no number', ['SET', 'flags:revision', 'x']],
    ['at its end', ['SET', 'flags:revision', '9223372036854775807']],
  ] as const)('is fed where the counter is %s, which the next change sets right', async ([, [name, ...words]]) => {
    const { store, told, faults } = await watched({ handCheckMs: RARELY });
    await cli.call(name, ...words);
    await store.publish(DOCUMENT, 'derived');
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ document: DOCUMENT }));
    expect(await cli.get('flags:revision')).toBe('1');
    expect(faults).toEqual([]);
    expect(store.state()).toEqual({ ok: true, detail: 'connected' });
  });

  test('is not disturbed by messages that say nothing', async () => {
    const { store, told } = await watched();
    for (const text of ['', '{', '7', '{"feature":"__proto__","revision":1}', '{"feature":7}'])
      await cli.publish('flags:changed', text);
    await store.publish(DOCUMENT, 'derived');
    await vi.waitFor(() => expect(told.map(({ feature }) => feature)).toEqual(['checkout-v2']));
    expect(store.state().ok).toBe(true);
  });

  test('hears nothing twice, and nothing of what vanished', async () => {
    const { store, told, settled } = await watched();
    await store.publish(DOCUMENT, 'derived');
    await vi.waitFor(() => expect(told).toHaveLength(1));
    await cli.del('flags:checkout-v2');
    await cli.incr('flags:revision');
    await settled();
    expect(told).toHaveLength(1);
    await store.publish({ ...DOCUMENT, version: 18 }, 'derived');
    await vi.waitFor(() => expect(told).toHaveLength(2));
  });

  test('hears of what the store holds no more, also by FLUSHALL', async () => {
    const store = open();
    onTestFinished(() => store.close());
    let holds = (_feature: string) => false;
    await store.subscribe({
      changed: () => undefined,
      confirmed: (_, held) => {
        holds = held;
      },
    });
    await store.publish(DOCUMENT, 'derived');
    await vi.waitFor(() => expect(holds('checkout-v2')).toBe(true));
    expect(holds('search-v2')).toBe(false);
    await cli.flushall();
    await vi.waitFor(() => expect(holds('checkout-v2')).toBe(false));
    await store.publish(DOCUMENT, 'derived');
    await vi.waitFor(() => expect(holds('checkout-v2')).toBe(true));
  });

  test('is told of many flags, more than are read at once', async () => {
    const features = Array.from({ length: 1201 }, (_, index) => `f-${index}`);
    const typed = cli.pipeline();
    for (const feature of features) {
      typed.hset(`flags:${feature}`, { version: '17', document: JSON.stringify({ ...DOCUMENT, feature }) });
    }
    await typed.exec();
    const { told } = await watched();
    expect(new Set(told.map(({ feature }) => feature))).toEqual(new Set(features));
  });
});

describe('a rehearsal', () => {
  test('takes the path of every closing, on a key that no feature can have and that goes by itself', async () => {
    const hashes = new FlagHashes(cli.duplicate());
    onTestFinished(() => hashes.close());
    const seen: string[] = [];
    const watched = butFor(hashes, {
      compareAndSet: async (place, expected, next) => {
        seen.push(place, `${await cli.hget(`flags:${place}`, 'rollout_percent')} % before`);
        expect(await cli.pttl(`flags:${place}`)).toBeGreaterThan(0);
        return hashes.compareAndSet(place, expected, next);
      },
    });
    const { closedInMs } = await rehearse(watched, () => performance.now());
    expect(closedInMs).toBeGreaterThan(0);
    expect(seen).toEqual([expect.stringMatching(/^\.rehearsal:[0-9a-f-]{36}$/), '100 % before']);
    expect(featureKeySchema.safeParse(seen[0]).success).toBe(false);
    expect(await cli.keys('*')).toEqual([]);
  });

  test('that does not see what it closed has failed, and leaves nothing all the same', async () => {
    const hashes = new FlagHashes(cli.duplicate());
    onTestFinished(() => hashes.close());
    const forgetful = butFor(hashes, { compareAndSet: async () => null });
    const failed = rehearse(forgetful, () => performance.now());
    await expect(failed).rejects.toThrow(new FlagStoreUnreachable('a rehearsed closing was not seen'));
    expect(await cli.keys('*')).toEqual([]);
  });
});

describe('with Redis away', () => {
  test('INV-RWG-ROLLBACK: every call fails with a typed error, and all is read again when it is back', async () => {
    const first = await startRedis();
    const { store, told } = await watched({ url: first.url });
    await store.publish(DOCUMENT, 'derived');
    await vi.waitFor(() => expect(told).toHaveLength(1));
    await first.stop();
    await vi.waitFor(() => expect(store.state().ok).toBe(false));
    const calls = [
      () => store.publish(DOCUMENT, 'derived'),
      () => store.archive('x', 1),
      () => store.read('x'),
      () => store.readAll(),
      () => store.rehearse(),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(FlagStoreUnreachable);
    await vi.waitFor(() => expect(store.state().detail).toMatch(/ECONNREFUSED/));

    const second = await startRedis(Number(new URL(first.url).port));
    onTestFinished(second.stop);
    const writer = open({ url: second.url });
    onTestFinished(() => writer.close());
    await writer.publish({ ...DOCUMENT, version: 18 }, 'derived');
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ document: { version: 18 } }), { timeout: 10_000 });
    await vi.waitFor(() => expect(store.state()).toEqual({ ok: true, detail: 'connected' }));
    await writer.publish({ ...DOCUMENT, version: 19 }, 'derived');
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ document: { version: 19 } }));
  });

  test('from the start: a subscription waits for nothing, and begins when Redis comes', async () => {
    const first = await startRedis();
    await first.stop();
    const { store, told } = await watched({ url: first.url });
    expect(told).toEqual([]);
    expect(store.state().ok).toBe(false);
    const second = await startRedis(Number(new URL(first.url).port));
    onTestFinished(second.stop);
    await vi.waitFor(() => expect(store.state().ok).toBe(true), { timeout: 10_000 });
    await store.publish(DOCUMENT, 'derived');
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ document: DOCUMENT }));
  });

  test('or silent: commands give up by themselves, and it goes on when Redis does', async () => {
    const { store, told } = await watched({ commandTimeoutMs: 100 });
    await store.publish(DOCUMENT, 'derived');
    await cli.call('CLIENT', 'PAUSE', '1500', 'ALL');
    await expect(store.read('checkout-v2')).rejects.toThrow(FlagStoreUnreachable);
    await vi.waitFor(() => expect(store.state().ok).toBe(false));
    await vi.waitFor(() => expect(store.state().ok).toBe(true), { timeout: 10_000 });
    await store.publish({ ...DOCUMENT, version: 18 }, 'derived');
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ document: { version: 18 } }));
  });

  test('for writing only: a store that takes no write fails its rehearsal', async () => {
    const { store } = await watched();
    await cli.config('SET', 'maxmemory', '1');
    onTestFinished(async () => {
      await cli.config('SET', 'maxmemory', '0');
    });
    await expect(store.rehearse()).rejects.toThrow(/OOM/);
    await expect(store.publish(DOCUMENT, 'derived')).rejects.toThrow(FlagStoreUnreachable);
  });
});
