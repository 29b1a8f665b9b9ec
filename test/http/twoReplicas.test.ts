import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RedisFlagStore } from '../../src/adapters/redis/flagStore.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { StreamReader } from '../support/streamReader.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** A server whose lookups are fed by the real Redis. */
class Replica implements AsyncDisposable {
  readonly under = new ServerUnderTest();
  readonly store = new RedisFlagStore({
    url: redis.url,
    monotonicMs: () => performance.now(),
    onFault: () => undefined,
    revisionCheckMs: 10,
    handCheckMs: 20,
  });
  origin = '';

  static async start(): Promise<Replica> {
    const replica = new Replica();
    await replica.store.subscribe(replica.under.application.flags);
    replica.origin = await replica.under.server.listen({ host: '127.0.0.1', port: 0 });
    return replica;
  }

  async tag(): Promise<string> {
    return String((await this.under.get('/v1/snapshot', { as: 'service' })).headers['etag']).replaceAll('"', '');
  }

  read(query: string, lastEventId?: string): Promise<StreamReader> {
    const token = { 'x-api-key': this.under.application.token('service') };
    const headers = { ...token, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) };
    return StreamReader.open(`${this.origin}/v1/stream${query}`, { headers });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
    await this.under[Symbol.asyncDispose]();
  }
}

const open = (version: number, percentage = 100) => documentOf({ version, grants: [grantOf(percentage)] });

describe('two replicas over one Redis', () => {
  test('tell of every change under the same tags, by hand too, and one goes on where the other was left', async () => {
    await using one = await Replica.start();
    await using other = await Replica.start();
    const begun = await one.tag();
    expect(await other.tag()).toBe(begun);
    await using first = await one.read('?documents=true', begun);
    await using second = await other.read('?documents=true', begun);
    for (const reader of [first, second]) expect(await reader.next()).toMatchObject({ type: 'alive', etag: begun });
    await one.store.publish(open(1), 'derived');
    const heard = [await first.nextChange(), await second.nextChange()];
    expect(heard[1]).toEqual(heard[0]);
    const left = String(heard[0]?.id);
    first.close();

    const cli = new Redis(redis.url);
    await cli.hset('flags:checkout-v2', 'enabled', 'false');
    await cli.quit();
    expect(await second.nextChange()).toMatchObject({ type: 'flag', document: { version: 1, killed: true } });
    await using resumed = await other.read('?documents=true', left);
    expect(await resumed.next()).toMatchObject({ type: 'flag', document: { killed: true }, id: await other.tag() });

    // After a restart it has heard of none of the changes, and serves the same.
    await using restarted = await Replica.start();
    expect(await restarted.tag()).toBe(await other.tag());
    await using notices = await restarted.read('', await other.tag());
    await other.store.publish(open(2, 1), 'derived');
    await notices.until(() => notices.events.length > 0);
    expect(notices.events[0]).toMatchObject({ type: 'refetchEvaluation', etag: await other.tag() });
  });
});
