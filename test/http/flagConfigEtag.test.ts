import type { FastifyRequest } from 'fastify';
import { describe, expect, test } from 'vitest';
import { AwaitedConfiguration } from '../../src/http/ofrep/awaitedConfiguration.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const BULK = '/ofrep/v1/evaluate/flags';
const CONTEXT = { as: 'service', body: { context: { targetingKey: 'u' } } } as const;

const open = (version: number) => documentOf({ version, grants: [grantOf(100)] });

/** As the stream of a replica tells it that has heard of all this. */
async function tagAfter(...versions: readonly number[]): Promise<string> {
  await using ahead = new ServerUnderTest();
  for (const version of versions) ahead.application.flags.apply(open(version));
  return String((await ahead.get('/v1/snapshot', { as: 'service' })).headers['etag']).replaceAll('"', '');
}

describe('a client that was told of a change by another replica', () => {
  test('is answered when the change has come here, too', async () => {
    const tag = await tagAfter(1, 2);
    await using under = new ServerUnderTest();
    under.application.flags.apply(open(1));
    let isAnswered = false;
    const answer = under.post(`${BULK}?flagConfigEtag=${tag}&flagConfigLastModified=1`, CONTEXT).then((answered) => {
      isAnswered = true;
      return answered;
    });
    await new Promise(setImmediate);
    await under.get('/livez', { as: null });
    expect(isAnswered).toBe(false);
    under.application.flags.apply(open(2));
    expect((await answer).body).toMatchObject({ flags: [{ metadata: { version: 2 } }] });
  });

  test('is answered from what is here after a second at most, and never refused', async () => {
    const tag = await tagAfter(1, 2);
    await using under = new ServerUnderTest();
    under.application.flags.apply(open(1));
    const { status, body } = await under.post(`${BULK}?flagConfigEtag=${tag}`, CONTEXT);
    expect([status, body]).toMatchObject([200, { flags: [{ metadata: { version: 1 } }] }]);
  });

  test('waits for nothing where the change is here, or was and has been overtaken', async () => {
    const first = await tagAfter(1);
    const second = await tagAfter(1, 2);
    await using under = new ServerUnderTest();
    for (const version of [1, 2]) under.application.flags.apply(open(version));
    const { configuration } = under.application;
    const awaited = new AwaitedConfiguration(configuration);
    const asks = (query: object) => ({ query, principal: { features: null } }) as unknown as FastifyRequest;
    for (const flagConfigEtag of [first, second, `"${second}"`, 'nonsense', '', 'f'.repeat(63), [first, second], 7]) {
      expect([flagConfigEtag, awaited.wait(asks({ flagConfigEtag }))]).toEqual([flagConfigEtag, null]);
    }
    expect(awaited.wait(asks({}))).toBeNull();
    expect(awaited.wait(asks({ flagConfigEtag: 'f'.repeat(64) }))).not.toBeNull();
    awaited.stop();
  });

  test('is not waited for by a server that stops', async () => {
    const tag = await tagAfter(1, 2);
    await using under = new ServerUnderTest();
    await under.server.ready();
    const asked = under.post(`${BULK}?flagConfigEtag=${tag}`, CONTEXT);
    await new Promise(setImmediate);
    await under.server.close();
    expect((await asked).status).toBe(200);
  });
});

describe('a bulk answer', () => {
  test('names the stream of the token that asks, the same at every replica, and its ETag is of all that it says', async () => {
    await using under = new ServerUnderTest();
    under.application.flags.apply(open(1));
    const [service, admin] = [await under.post(BULK, CONTEXT), await under.post(BULK, { ...CONTEXT, as: 'admin' })];
    expect(service.body['eventStreams']).toEqual([
      { type: 'sse', endpoint: { requestUri: `/v1/stream?key=${under.application.tokens.streamKey('service')}` } },
    ]);
    expect(admin.body['eventStreams']).not.toEqual(service.body['eventStreams']);
    expect(admin.headers['etag']).not.toBe(service.headers['etag']);
    await using other = new ServerUnderTest();
    other.application.flags.apply(open(1));
    const elsewhere = await other.post(BULK, CONTEXT);
    expect([elsewhere.text, elsewhere.headers['etag']]).toEqual([service.text, service.headers['etag']]);
  });
});
