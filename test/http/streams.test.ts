import { describe, expect, test } from 'vitest';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { eventually } from '../support/eventually.ts';
import type { TokenName } from '../support/fakeApplication.ts';
import { StreamReader } from '../support/streamReader.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

type Wish = { readonly as?: TokenName | null; readonly lastEventId?: string };

async function originOf({ server }: ServerUnderTest): Promise<string> {
  return server.server.listening ? server.listeningOrigin : await server.listen({ host: '127.0.0.1', port: 0 });
}

async function open(under: ServerUnderTest, query = '', { as = 'service', lastEventId }: Wish = {}) {
  const headers = {
    ...(as === null ? {} : { authorization: `Bearer ${under.application.token(as)}` }),
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  };
  return StreamReader.open(`${await originOf(under)}/v1/stream${query}`, { headers });
}

const tagOf = async (under: ServerUnderTest, as: TokenName = 'service') =>
  String((await under.get('/v1/snapshot', { as })).headers['etag']).replaceAll('"', '');

const change = (under: ServerUnderTest, version: number, feature = 'checkout-v2') =>
  under.application.flags.apply(documentOf({ feature, version, grants: [grantOf(version % 100)] }));

/** A server whose documents are so old, however long the test takes. */
function agedUnder(ageMs: number): ServerUnderTest {
  return new ServerUnderTest({}, (application) => {
    Object.defineProperty(application.configuration, 'ageMs', { get: () => ageMs });
    return application;
  });
}

describe('the stream of changes', () => {
  test('tells whoever comes to ask, then of each change, with the tag as id', async () => {
    await using under = new ServerUnderTest();
    change(under, 1);
    await using reader = await open(under);
    expect(reader.status).toBe(200);
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-request-id': expect.any(String),
    });
    const tag = await tagOf(under);
    const lastModified = Math.floor(under.application.clock.nowMs() / 1000);
    expect(await reader.next()).toEqual({ type: 'refetchEvaluation', etag: tag, lastModified, id: tag });
    expect(reader.retryMs).toBeGreaterThanOrEqual(1000);
    change(under, 2);
    const after = await tagOf(under);
    expect(after).not.toBe(tag);
    expect(await reader.next()).toMatchObject({ type: 'refetchEvaluation', etag: after, id: after });
  });

  test('is one event for any number of changes at once', async () => {
    await using under = new ServerUnderTest();
    await using reader = await open(under, '', { lastEventId: await tagOf(under) });
    for (let version = 1; version <= 50; version += 1) change(under, version);
    expect(await reader.next()).toMatchObject({ etag: await tagOf(under) });
    change(under, 51);
    expect(await reader.next()).toMatchObject({ etag: await tagOf(under) });
    expect(reader.events).toEqual([]);
  });

  test('resumes by Last-Event-ID: nothing where nothing was missed, else one event', async () => {
    await using under = new ServerUnderTest();
    change(under, 1);
    const tag = await tagOf(under);
    await using had = await open(under, '', { lastEventId: tag });
    change(under, 2);
    expect(await had.next()).toMatchObject({ etag: await tagOf(under) });
    for (const lastEventId of [tag, 'f'.repeat(64), 'nonsense']) {
      await using missed = await open(under, '', { lastEventId });
      expect(await missed.next()).toMatchObject({ type: 'refetchEvaluation', etag: await tagOf(under) });
    }
  });

  test('tells a token for some features of theirs and of their prerequisites alone', async () => {
    await using under = new ServerUnderTest();
    const { flags } = under.application;
    flags.apply(documentOf({ prerequisites: [{ feature: 'accounts-v2', variant: 'on' }] }));
    await using reader = await open(under, '', { as: 'bound', lastEventId: await tagOf(under, 'bound') });
    change(under, 1, 'secret');
    change(under, 1, 'accounts-v2');
    expect(await reader.next()).toMatchObject({ etag: await tagOf(under, 'bound') });
    expect(await tagOf(under, 'bound')).not.toBe(await tagOf(under));
  });
});

describe('the stream of documents', () => {
  test('says first how old all is, then each change with its document, and null for one that was archived', async () => {
    await using under = agedUnder(1499.2);
    const { flags } = under.application;
    change(under, 1);
    const tag = await tagOf(under);
    await using reader = await open(under, '?documents=true', { lastEventId: `"${tag}"` });
    expect(await reader.next()).toEqual({ type: 'alive', ageMilliseconds: 1500, etag: tag, id: null });
    change(under, 2);
    const second = await tagOf(under);
    expect(await reader.nextChange()).toEqual({
      ...{ type: 'flag', etag: second, id: second, feature: 'checkout-v2' },
      document: documentOf({ version: 2, grants: [grantOf(2)] }),
    });
    flags.changed({ kind: 'archived', feature: 'checkout-v2', version: 9 });
    const third = await tagOf(under);
    expect(await reader.nextChange()).toEqual({
      ...{ type: 'flag', etag: third, id: third, feature: 'checkout-v2', document: null },
    });
  });

  test('resumes with each change since then, also at another replica', async () => {
    await using one = new ServerUnderTest();
    await using other = new ServerUnderTest();
    for (const under of [one, other]) change(under, 1);
    const tag = await tagOf(one);
    for (const under of [one, other]) for (const version of [2, 3]) change(under, version);
    expect(await tagOf(other)).toBe(await tagOf(one));
    await using reader = await open(other, '?documents=true', { lastEventId: tag });
    expect(await reader.nextChange()).toMatchObject({ type: 'flag', document: { version: 2 } });
    expect(await reader.nextChange()).toMatchObject({ type: 'flag', document: { version: 3 }, id: await tagOf(one) });
    expect(await reader.next()).toMatchObject({ type: 'alive', etag: await tagOf(one) });
  });

  test('tells who has missed too much to ask for all', async () => {
    await using under = new ServerUnderTest();
    change(under, 1);
    const tag = await tagOf(under);
    for (let version = 2; version < 1100; version += 1) change(under, version);
    await using reader = await open(under, '?documents=true', { lastEventId: tag });
    expect(await reader.nextChange()).toMatchObject({ type: 'refetchEvaluation', id: await tagOf(under) });
    expect(await reader.next()).toMatchObject({ type: 'alive' });
  });

  test('tells a token for some features to ask for all where it comes to see others', async () => {
    await using under = new ServerUnderTest();
    change(under, 1, 'accounts-v2');
    change(under, 1);
    await using reader = await open(under, '?documents=true', {
      as: 'bound',
      lastEventId: await tagOf(under, 'bound'),
    });
    expect(await reader.next()).toMatchObject({ type: 'alive' });
    change(under, 2);
    expect(await reader.nextChange()).toMatchObject({ type: 'flag', document: { version: 2 } });
    const prerequisites = [{ feature: 'accounts-v2', variant: 'on' as const }];
    under.application.flags.apply(documentOf({ version: 3, prerequisites }));
    expect(await reader.nextChange()).toMatchObject({ type: 'refetchEvaluation', etag: await tagOf(under, 'bound') });
    change(under, 2, 'accounts-v2');
    expect(await reader.nextChange()).toMatchObject({ type: 'flag', feature: 'accounts-v2' });
  });

  test('says that a view which was never refreshed is older than anybody may go by', async () => {
    await using under = agedUnder(Number.POSITIVE_INFINITY);
    await using reader = await open(under, '?documents=true', { lastEventId: await tagOf(under) });
    expect(await reader.next()).toMatchObject({ type: 'alive', ageMilliseconds: Number.MAX_SAFE_INTEGER });
  });
});

describe('the stream of rollouts', () => {
  test('tells viewers of each entry of the features that their token is for, and resumes', async () => {
    await using under = new ServerUnderTest();
    await using viewer = await open(under, '?events=rollouts', { as: 'viewer' });
    await using bound = await open(under, '?events=rollouts', { as: 'bound' });
    const { id } = await viewer.next();
    expect(await bound.next()).toMatchObject({ type: 'listening' });
    const strange = await under.started('accounts-v2');
    const own = await under.started();
    const seen = [];
    while (seen.length < 10) seen.push(await viewer.next());
    const started = seen.find(({ entry, feature }) => entry === 'started' && feature === 'accounts-v2');
    expect(started).toMatchObject({ type: 'rollout', rolloutId: strange.id, percentage: 5, at: expect.any(String) });
    expect(await bound.next()).toMatchObject({ feature: 'checkout-v2', seq: 1, entry: 'proposed', rolloutId: null });
    await bound.until(() => bound.events.some(({ entry }) => entry === 'started'));
    expect(bound.events.every(({ feature }) => feature === 'checkout-v2')).toBe(true);
    expect(bound.events.at(-1)).toMatchObject({ rolloutId: own.id });
    await using again = await open(under, '?events=rollouts', { as: 'viewer', lastEventId: id ?? '' });
    expect(await again.next()).toMatchObject({ type: 'listening', id });
    for (const entry of seen) expect(await again.next()).toEqual(entry);
  });

  test('waits for a ledger that is away, while flags go on', async () => {
    await using under = new ServerUnderTest();
    await using flags = await open(under, '', { lastEventId: await tagOf(under) });
    under.application.kept.cut();
    await using viewer = await open(under, '?events=rollouts', { as: 'viewer' });
    expect(viewer.status).toBe(200);
    change(under, 1);
    expect(await flags.next()).toMatchObject({ type: 'refetchEvaluation' });
    under.application.kept.mend();
    expect(await viewer.next()).toMatchObject({ type: 'listening' });
  });
});

describe('who reads the stream', () => {
  test('shows a token, an API key, or a stream key in the address', async () => {
    await using under = new ServerUnderTest();
    const { tokens } = under.application;
    const origin = await originOf(under);
    await using byHeader = await StreamReader.open(`${origin}/v1/stream`, {
      headers: { 'x-api-key': under.application.token('service') },
    });
    expect(byHeader.status).toBe(200);
    await using byKey = await open(under, `?key=${tokens.streamKey('service')}`, { as: null });
    expect(await byKey.next()).toMatchObject({ type: 'refetchEvaluation' });
    for (const key of ['', 'nonsense', under.application.token('service'), 'x'.repeat(128)]) {
      expect(await under.refusal('GET', `/v1/stream?key=${key}`, { as: null })).toBe('401 UNAUTHENTICATED');
    }
  });

  test('has nothing but notices of changes with a stream key', async () => {
    await using under = new ServerUnderTest();
    const { tokens } = under.application;
    const key = tokens.streamKey('admin');
    for (const query of ['documents=true', 'events=rollouts', 'client=shop-1']) {
      expect(await under.refusal('GET', `/v1/stream?key=${key}&${query}`, { as: null })).toBe('403 FORBIDDEN');
    }
    expect(await under.refusal('POST', `/ofrep/v1/evaluate/flags?key=${key}`, { as: null, body: {} })).toBe(
      '401 GENERAL',
    );
    expect(await under.refusal('GET', `/v1/features?key=${key}`, { as: null })).toBe('401 UNAUTHENTICATED');
    const headers = { authorization: `Bearer ${key}` };
    expect(await under.refusal('GET', '/v1/stream', { as: null, headers })).toBe('401 UNAUTHENTICATED');
    // What the token may not do, its key may not.
    const viewer = tokens.streamKey('viewer');
    expect(await under.refusal('GET', `/v1/stream?key=${viewer}`, { as: null })).toBe('403 FORBIDDEN');
  });

  test('asks for what there is, or hears of all mistakes', async () => {
    await using under = new ServerUnderTest();
    const refused = await under.get('/v1/stream?documents=maybe&events=all&client=a/b&zzz=1', { as: 'service' });
    expect(refused.body).toMatchObject({ status: 422, code: 'SCHEMA' });
    expect(refused.body['violations']).toHaveLength(4);
    for (const query of ['client=', `client=${'x'.repeat(129)}`, 'documents=true&documents=true', 'client=%00']) {
      expect(await under.refusal('GET', `/v1/stream?${query}`, { as: 'service' })).toBe('422 SCHEMA');
    }
    expect(await under.refusal('GET', '/v1/stream?events=rollouts', { as: 'service' })).toBe('403 FORBIDDEN');
    const authorization = `Bearer ${under.application.token('service')}`;
    const head = await under.server.inject({ method: 'HEAD', url: '/v1/stream', headers: { authorization } });
    expect(head.statusCode).toBe(405);
  });

  test('is a known provider under the name that it gives, for as long as it reads', async () => {
    const heard: string[] = [];
    await using under = new ServerUnderTest({}, (application) => ({
      ...application,
      providers: {
        arrived: (provider: string) => void heard.push(`${provider} arrived`),
        left: (provider: string) => void heard.push(`${provider} left`),
      },
    }));
    await using reader = await open(under, '?documents=true&client=shop:pod-1');
    await reader.next();
    expect(heard).toEqual(['provider:shop/shop:pod-1 arrived']);
    reader.close();
    await eventually(
      async () => heard,
      ({ length }) => length === 2,
    );
    expect(heard).toEqual(['provider:shop/shop:pod-1 arrived', 'provider:shop/shop:pod-1 left']);
  });

  test('is told no more once the token is revoked', async () => {
    await using under = new ServerUnderTest();
    const issued = await under.post('/v1/tokens', { body: { subject: 'shop', roles: ['service'] } });
    const headers = { authorization: `Bearer ${issued.body['token']}` };
    const origin = await originOf(under);
    await using reader = await StreamReader.open(`${origin}/v1/stream`, { headers });
    const key = under.application.tokens.streamKey(String(issued.body['id']));
    await using byKey = await open(under, `?key=${key}`, { as: null });
    await under.ask('DELETE', `/v1/tokens/${issued.body['id']}`);
    await Promise.all([reader.ended(), byKey.ended()]);
    expect(await under.refusal('GET', `/v1/stream?key=${key}`, { as: null })).toBe('401 UNAUTHENTICATED');
  });

  test('is told no more once the token has expired', async () => {
    await using under = new ServerUnderTest();
    const { clock } = under.application;
    const expiresAt = new Date(clock.nowMs() + 60_000).toISOString();
    const issued = await under.post('/v1/tokens', { body: { subject: 'shop', roles: ['service'], expiresAt } });
    const headers = { authorization: `Bearer ${issued.body['token']}` };
    await using reader = await StreamReader.open(`${await originOf(under)}/v1/stream`, { headers });
    clock.set(clock.nowMs() + 60_000);
    await reader.ended();
  });
});

describe('how many may read', () => {
  test('is limited for each token, and in all; who goes makes room', async () => {
    await using under = new ServerUnderTest({ maxStreams: 3, maxStreamsPerToken: 2 });
    const key = under.application.tokens.streamKey('service');
    await using first = await open(under);
    await using second = await open(under, `?key=${key}`, { as: null });
    const full = await under.get('/v1/stream', { as: 'service' });
    expect([full.status, full.body['code'], full.headers['retry-after']]).toEqual([429, 'STREAMS_FULL', '10']);
    await using third = await open(under, '', { as: 'admin' });
    expect(third.status).toBe(200);
    const over = await under.get('/v1/stream', { as: 'bound' });
    expect([over.status, over.body['code'], over.headers['retry-after']]).toEqual([503, 'OVERLOADED', '1']);
    first.close();
    await eventually(
      async () => (await under.get('/metrics', { as: null })).text,
      (text) => text.includes('event_streams{environment="test"} 2'),
    );
    await using again = await open(under);
    expect([again.status, second.hasEnded]).toEqual([200, false]);
  });

  test('is no question of requests a minute, nor of load', async () => {
    await using under = new ServerUnderTest({ requestsPerMinute: 1, maxEventLoopDelayMs: 1 });
    const readers = await Promise.all(Array.from({ length: 5 }, () => open(under)));
    expect(readers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    for (const reader of readers) await reader[Symbol.asyncDispose]();
  });
});

describe('a stop of the server', () => {
  test('ends all streams at once, also of a client that takes nothing, and opens no more', async () => {
    await using under = new ServerUnderTest();
    const reader = await open(under);
    const deaf = await open(under, '?documents=true');
    await deaf.next();
    deaf.pause();
    for (let version = 1; version <= 30; version += 1) {
      under.application.flags.apply(large(version));
      await new Promise(setImmediate);
    }
    await under.server.close();
    await reader.ended();
    deaf.close();
    await deaf.ended();
  });
});

describe('a client that takes nothing', () => {
  test('is dropped, is counted, and costs no memory; others hear everything', async () => {
    await using under = new ServerUnderTest();
    await using slow = await open(under, '?documents=true', { lastEventId: await tagOf(under) });
    await using quick = await open(under, '?documents=true', { lastEventId: await tagOf(under) });
    await slow.next();
    slow.pause();
    await quick.next();
    for (let version = 1; version <= 30; version += 1) {
      under.application.flags.apply(large(version));
      expect(await quick.nextChange()).toMatchObject({ type: 'flag', document: { version } });
    }
    await eventually(
      async () => (await under.get('/metrics', { as: null })).text,
      (text) => text.includes('event_streams_dropped_total{environment="test"} 1'),
    );
    expect(quick.hasEnded).toBe(false);
  });
});

/** Some of these are more than sockets take between them. */
const large = (version: number) => documentOf({ version, variants: { on: 'x'.repeat(900_000), off: '' } });
