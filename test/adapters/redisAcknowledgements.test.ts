import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { RedisAcknowledgements } from '../../src/adapters/redis/acknowledgements.ts';
import { KEPT_MS } from '../../src/control/ports/acknowledgementRegister.ts';
import { FlagStoreUnreachable } from '../../src/control/ports/flagStore.ts';
import { acknowledgementRegisterContract } from '../contracts/acknowledgementRegister.ts';
import { Cable } from '../support/cable.ts';
import { eventually } from '../support/eventually.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';

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

acknowledgementRegisterContract('on Redis', async () => {
  const opened = [new RedisAcknowledgements({ url: server.url })];
  const [register] = opened as [RedisAcknowledgements];
  const another = async () => {
    const more = new RedisAcknowledgements({ url: server.url });
    opened.push(more);
    return more;
  };
  const close = async () => {
    await Promise.all(opened.map((each) => each.close()));
  };
  return { register, another, close };
});

describe('on Redis', () => {
  test('everything that is written has an end', async () => {
    const register = new RedisAcknowledgements({ url: server.url });
    onTestFinished(() => register.close());
    await register.hear(['replica:a'], 1);
    await register.acknowledge([{ member: 'replica:a', feature: 'checkout', version: 1 }], 1);
    const keys = await cli.keys('*');
    expect(keys.sort()).toEqual(['acknowledgements:by:replica:a', 'acknowledgements:members']);
    for (const key of keys) {
      const leftMs = await cli.pttl(key);
      expect(leftMs).toBeGreaterThan(KEPT_MS / 2);
      expect(leftMs).toBeLessThanOrEqual(KEPT_MS);
    }
  });

  test('what somebody else has put there is no word and no member', async () => {
    const register = new RedisAcknowledgements({ url: server.url });
    onTestFinished(() => register.close());
    await cli.hset('acknowledgements:members', 'replica:a', 'yesterday');
    await cli.hset('acknowledgements:by:replica:a', 'checkout', '7', 'search', '-1 5', 'basket', '9 1e3');
    expect(await register.members()).toEqual([]);
    expect(await register.acknowledgements(['checkout', 'search', 'basket'])).toEqual([]);
  });

  test('away or silent, every call says so in time; back again, it answers', async () => {
    const cable = await Cable.to({ port: Number(new URL(server.url).port), host: '127.0.0.1' });
    onTestFinished(() => cable[Symbol.asyncDispose]());
    const register = new RedisAcknowledgements({ url: `redis://127.0.0.1:${cable.port}`, commandTimeoutMs: 200 });
    onTestFinished(() => register.close());
    await register.hear(['replica:a'], 1);
    cable.freeze();
    await expect(register.hear(['replica:a'], 2)).rejects.toThrow(FlagStoreUnreachable);
    cable.thaw();
    const plugIn = await cable.cut();
    await expect(register.acknowledgements(['checkout'])).rejects.toThrow(FlagStoreUnreachable);
    await plugIn();
    const known = await eventually(
      () => register.members().catch(() => []),
      (members) => members.length > 0,
    );
    expect(known).toMatchObject([{ name: 'replica:a' }]);
  });
});
