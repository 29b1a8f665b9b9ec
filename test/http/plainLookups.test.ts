import { once } from 'node:events';
import { request } from 'node:http';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { DOCUMENTS, FLAGS } from './lookupOracle.ts';
import { body, key, query, written } from './oddLookups.ts';
import { ServerUnderTest } from './serverUnderTest.ts';
import { overTheWire, type Wired, type WiredAnswer } from './wire.ts';

const GOOD = Buffer.from('{"context":{"targetingKey":"user-1","workspaceId":"acme"}}');

/** A server that counts what its framework hears of. */
class CountingServer extends ServerUnderTest {
  routed = 0;

  constructor(...given: ConstructorParameters<typeof ServerUnderTest>) {
    super(...given);
    this.server.addHook('onSend', async (_request, _reply, payload) => {
      this.routed += 1;
      return payload;
    });
    for (const document of DOCUMENTS) this.application.flags.apply(document);
  }

  listen = () => this.server.listen({ host: '127.0.0.1', port: 0 });

  wired(path: string, more: Partial<Wired> = {}): Wired {
    const headers = {
      authorization: `Bearer ${this.application.token('service')}`,
      'content-type': 'application/json',
    };
    return { method: 'POST', path, body: GOOD, ...more, headers: { ...headers, ...more.headers } };
  }
}

/** All that a client goes by. */
const lasting = ({ status, headers: { date: _, ...headers }, text }: WiredAnswer) => ({ status, headers, text });

describe('a plain lookup', () => {
  test('is answered as the routes answer it, whatever it says', async () => {
    await using under = new CountingServer();
    const origin = await under.listen();
    const path = fc.oneof(
      fc.constant(FLAGS),
      key.chain(written).map((sent) => `${FLAGS}/${sent}`),
    );
    const tags = await overTheWire(origin, under.wired(FLAGS)).then(({ headers }) => String(headers['etag']));
    const heads = fc.record(
      {
        'content-type': fc.constantFrom('application/json; charset=utf-8', 'application/json;charset=UTF-8'),
        'if-none-match': fc.constantFrom('*', tags, `W/${tags}`, `"x", ${tags}`, '"x"'),
        'x-api-key': fc.constantFrom('nobody'),
        expect: fc.constant('100-continue'),
      },
      { requiredKeys: [] },
    );
    const asked = fc.tuple(path, query, fc.oneof(body, fc.constant(GOOD)), heads);
    const taken = new Set<number>();
    await fc.assert(
      fc.asyncProperty(asked, async ([named, search, bytes, headers]) => {
        const wired = under.wired(named + search, { headers });
        const before = under.routed;
        const plain = await overTheWire(origin, { ...wired, body: bytes });
        taken.add(under.routed - before);
        const routed = await overTheWire(origin, { ...wired, body: inPieces(bytes) });
        expect(lasting(plain)).toEqual(lasting(routed));
      }),
      { numRuns: 500 },
    );
    expect(taken).toEqual(new Set([0, 1]));
  }, 300_000);

  test.for<[is: string, path: string, more: Partial<Wired>, routed: number]>([
    ['one flag', `${FLAGS}/split`, {}, 0],
    ['all flags', FLAGS, {}, 0],
    ['a body that is no JSON', FLAGS, { body: Buffer.from('{') }, 0],
    ['as the SDK sends it', FLAGS, { headers: { 'content-type': 'application/json; charset=utf-8' } }, 0],
    ['without a body', FLAGS, { body: null }, 1],
    ['in pieces', FLAGS, { body: [GOOD] }, 1],
    ['in a page', FLAGS, { headers: { origin: 'https://shop.example' } }, 1],
    ['with another token', FLAGS, { headers: { authorization: 'Bearer nobody' } }, 1],
    ['of another type', FLAGS, { headers: { 'content-type': 'text/plain' } }, 1],
    ['too large', FLAGS, { body: Buffer.alloc(1024 * 1024 + 1, 0x20) }, 1],
    ['with a query', `${FLAGS}?flagConfigEtag=x`, {}, 1],
    ['of an unknown feature', `${FLAGS}/nobody`, {}, 1],
    ['by a key that is encoded', `${FLAGS}/%73plit`, {}, 1],
    ['of the name of a route', `${FLAGS}x`, {}, 1],
    ['by another method', FLAGS, { method: 'PUT' }, 1],
  ])('%s', async ([, path, more, routed]) => {
    await using under = new CountingServer();
    await overTheWire(await under.listen(), under.wired(path, more));
    expect(under.routed).toBe(routed);
  });

  test('goes by the routes where lookups are counted', async () => {
    await using under = new CountingServer({ lookupsPerMinute: 1 });
    const origin = await under.listen();
    const statuses = [];
    for (const path of [FLAGS, FLAGS]) statuses.push((await overTheWire(origin, under.wired(path))).status);
    expect([statuses, under.routed]).toEqual([[200, 429], 2]);
  });

  test('is for the features of its token alone', async () => {
    await using under = new CountingServer();
    const origin = await under.listen();
    const headers = { authorization: `Bearer ${under.application.token('bound')}` };
    expect((await overTheWire(origin, under.wired(`${FLAGS}/split`, { headers }))).status).toBe(403);
    expect((await overTheWire(origin, under.wired(FLAGS, { headers }))).text).toMatch(/^\{"flags":\[\],/);
  });

  test('is counted as the routes count it', async () => {
    const counted = async (inOne: boolean) => {
      await using under = new CountingServer();
      const origin = await under.listen();
      for (const path of [FLAGS, `${FLAGS}/split`]) {
        for (const sent of [GOOD, Buffer.from('{')]) {
          await overTheWire(origin, under.wired(path, { body: inOne ? sent : [sent] }));
        }
      }
      const { text } = await under.telemetry.exposition();
      return text.split('\n').filter((line) => /^flag_lookups_total|^(flag_lookup|http_request).*_count/.test(line));
    };
    const plain = await counted(true);
    expect(plain).toContain('flag_lookup_seconds_count{environment="test"} 2');
    expect(plain).toEqual(await counted(false));
  });

  test('that meets a fault of ours is answered 500, and the fault is logged once, under the number that is told', async () => {
    const lines: string[] = [];
    const logger = pino({}, { write: (line: string) => void lines.push(line) });
    await using under = new CountingServer({ logger });
    const origin = await under.listen();
    under.application.flags.evaluate = () => {
      throw new Error('broken');
    };
    const { status, text } = await overTheWire(origin, under.wired(`${FLAGS}/split`));
    expect([status, JSON.parse(text)]).toEqual([
      500,
      { key: 'split', errorCode: 'GENERAL', errorDetails: expect.stringMatching(/\(request [0-9a-f-]{36}\)$/) },
    ]);
    const [fault, ...more] = lines.filter((line) => line.includes('broken'));
    expect(more).toEqual([]);
    expect(text).toContain(String(JSON.parse(fault ?? '{}').reqId));
  });

  test('whose token can not be looked up is answered by the routes, and ends nothing', async () => {
    await using under = new CountingServer();
    const origin = await under.listen();
    under.application.tokens.authenticate = () => {
      throw new Error('broken');
    };
    expect((await overTheWire(origin, under.wired(FLAGS))).status).toBe(500);
  });

  test('that breaks off harms nobody', async () => {
    await using under = new CountingServer();
    const origin = await under.listen();
    const { headers } = under.wired(FLAGS);
    const asked = request(origin + FLAGS, { method: 'POST', headers: { ...headers, 'content-length': '100' } });
    const broken = once(asked, 'error');
    asked.write(GOOD);
    await once(under.server.server, 'request');
    asked.destroy(new Error('gone'));
    await broken;
    expect((await overTheWire(origin, under.wired(FLAGS))).status).toBe(200);
  });

  test('is left to the routes while the server closes, so that its client is told to come back on another connection', async () => {
    await using under = new CountingServer();
    const closing = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    under.server.addHook('preClose', () => {
      closing.resolve();
      return held.promise;
    });
    const origin = await under.listen();
    const answered = async () => {
      const { status, headers } = await overTheWire(
        origin,
        under.wired(FLAGS, { headers: { connection: 'keep-alive' } }),
      );
      return [status, headers['connection'], under.routed];
    };
    expect(await answered()).toEqual([200, 'keep-alive', 0]);
    const closed = under.server.close();
    await closing.promise;
    expect(await answered()).toEqual([200, 'close', 1]);
    held.resolve();
    await closed;
  });
});

/** Too much for one piece is no more than two; nothing is sent of nothing. */
const inPieces = (bytes: Buffer) => [bytes.subarray(0, 10), bytes.subarray(10)];
