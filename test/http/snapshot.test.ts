import { describe, expect, test } from 'vitest';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const AS_SERVICE = { as: 'service' } as const;

describe('the snapshot', () => {
  test('has all documents as served, by feature, with environment and deadline', async () => {
    await using under = new ServerUnderTest();
    const { flags } = under.application;
    flags.apply(documentOf({ feature: 'b', grants: [grantOf(50)] }));
    flags.apply(documentOf({ feature: 'a', version: 3 }));
    const { status, headers, body } = await under.get('/v1/snapshot', AS_SERVICE);
    expect(status).toBe(200);
    expect(body).toEqual({
      schema: 1,
      environment: 'test',
      staleAfterSeconds: 60,
      flags: [documentOf({ feature: 'a', version: 3 }), documentOf({ feature: 'b', grants: [grantOf(50)] })],
    });
    expect(headers).toMatchObject({
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
      'cache-control': 'private, no-cache',
      'content-type': 'application/json; charset=utf-8',
    });
  });

  test('has the lower of document and hand fields', async () => {
    await using under = new ServerUnderTest();
    const document = documentOf({ grants: [grantOf(50)] });
    const hand = { enabled: true, internalOnly: false, rolloutPercent: 20, paused: null };
    under.application.flags.changed({ kind: 'flag', feature: document.feature, document, hand });
    const { body } = await under.get('/v1/snapshot', AS_SERVICE);
    expect(body).toMatchObject({ flags: [{ grants: [grantOf(20)] }] });
  });

  test('is 304 for who has it, and another one after a change', async () => {
    await using under = new ServerUnderTest();
    under.application.flags.apply(documentOf());
    const first = await under.get('/v1/snapshot', AS_SERVICE);
    const headers = { 'if-none-match': `"other", W/${first.headers['etag']}` };
    const again = await under.get('/v1/snapshot', { ...AS_SERVICE, headers });
    expect([again.status, again.text, again.headers['etag']]).toEqual([304, '', first.headers['etag']]);
    under.application.flags.apply(documentOf({ version: 2, grants: [grantOf(10)] }));
    const changed = await under.get('/v1/snapshot', { ...AS_SERVICE, headers });
    expect(changed.status).toBe(200);
    expect(changed.headers['etag']).not.toBe(first.headers['etag']);
  });

  test('says its age in whole seconds, rounded up, also where nothing has changed', async () => {
    const ages = [
      [0, '0'],
      [0.5, '1'],
      [41_001, '42'],
      // Of one that the store has never been heard by.
      [Number.POSITIVE_INFINITY, '2147483648'],
    ] as const;
    for (const [ageMs, said] of ages) {
      await using under = new ServerUnderTest({}, (application) => {
        Object.defineProperty(application.configuration, 'ageMs', { get: () => ageMs });
        return application;
      });
      const { headers } = await under.get('/v1/snapshot', AS_SERVICE);
      const again = { ...AS_SERVICE, headers: { 'if-none-match': String(headers['etag']) } };
      expect([headers['age'], (await under.get('/v1/snapshot', again)).headers['age']]).toEqual([said, said]);
    }
  });

  test('shows a token for some features those and, transitively, their prerequisites, under a tag of their own', async () => {
    await using under = new ServerUnderTest();
    const { flags } = under.application;
    const needs = (feature: string) => [{ feature, variant: 'on' as const }];
    flags.apply(documentOf({ prerequisites: needs('accounts-v2') }));
    flags.apply(documentOf({ feature: 'accounts-v2', prerequisites: needs('base') }));
    flags.apply(documentOf({ feature: 'base', prerequisites: needs('checkout-v2') }));
    flags.apply(documentOf({ feature: 'secret' }));
    const seen = async () => {
      const { body, headers } = await under.get('/v1/snapshot', { as: 'bound' });
      return {
        features: Array.from(body['flags'] as { feature: string }[], ({ feature }) => feature),
        tag: headers['etag'],
      };
    };
    const first = await seen();
    expect(first.features).toEqual(['accounts-v2', 'base', 'checkout-v2']);
    flags.apply(documentOf({ feature: 'secret', version: 2 }));
    expect(await seen()).toEqual(first);
    flags.apply(documentOf({ feature: 'base', version: 2 }));
    const later = await seen();
    expect(later.features).toEqual(first.features);
    expect(later.tag).not.toBe(first.tag);
  });

  test('takes X-API-Key, and no stream key', async () => {
    await using under = new ServerUnderTest();
    const headers = { 'x-api-key': under.application.token('service') };
    expect((await under.get('/v1/snapshot', { as: null, headers })).status).toBe(200);
    const key = under.application.tokens.streamKey('service');
    expect(await under.refusal('GET', `/v1/snapshot?key=${key}`, { as: null })).toBe('401 UNAUTHENTICATED');
    expect(await under.refusal('GET', '/v1/snapshot', { as: 'viewer' })).toBe('403 FORBIDDEN');
    expect(await under.refusal('GET', '/v1/snapshot?documents=true', AS_SERVICE)).toBe('422 SCHEMA');
  });

  test('is the same text, and tag, on every replica, whichever way the documents came', async () => {
    await using one = new ServerUnderTest();
    await using other = new ServerUnderTest();
    const documents = ['a', 'b', 'c'].map((feature) => documentOf({ feature, caps: { x: 1, y: 2 } }));
    for (const document of documents) one.application.flags.apply(document);
    other.application.flags.apply(documentOf({ feature: 'a', version: 0 }));
    for (const document of documents.toReversed()) {
      // As PostgreSQL or a hand may have written it: the same document with its members in another order.
      const { schema, ...rest } = { ...document, caps: { y: 2, x: 1 } };
      other.application.flags.apply({ ...rest, schema });
    }
    const [first, second] = [await one.get('/v1/snapshot', AS_SERVICE), await other.get('/v1/snapshot', AS_SERVICE)];
    expect(second.headers['etag']).toBe(first.headers['etag']);
    expect(second.text).toBe(first.text);
  });
});
