import { describe, expect, onTestFinished, test } from 'vitest';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { OFREPProvider, OpenFeature } from './openFeature.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

/** The real SDK with the real provider, against a server that listens. */
async function clientOf(under: ServerUnderTest, token: string) {
  const baseUrl = under.server.server.listening
    ? under.server.listeningOrigin
    : await under.server.listen({ host: '127.0.0.1', port: 0 });
  const headers = { authorization: `Bearer ${token}` };
  await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl, headers }));
  onTestFinished(() => OpenFeature.close());
  return OpenFeature.getClient();
}

const LIVE = { rolloutId: 'r-1', stage: 'canary', whenStale: 'close', grant: 0 } as const;

describe('the OpenFeature SDK', () => {
  test('gets values of every type with variant, reason and metadata', async () => {
    await using under = new ServerUnderTest();
    const { flags } = under.application;
    const grants = [grantOf(100)];
    flags.apply(documentOf({ grants, live: LIVE, version: 3 }));
    flags.apply(documentOf({ feature: 'text', grants, variants: { on: 'new', off: 'old' } }));
    flags.apply(documentOf({ feature: 'number', variants: { on: 1.5, off: 0 } }));
    flags.apply(documentOf({ feature: 'object', grants, variants: { on: { a: [1, null] }, off: {} } }));
    const client = await clientOf(under, under.application.token('service'));
    const context = { targetingKey: 'user-1', groups: ['beta'], nested: { a: 1 } };
    expect(await client.getBooleanDetails('checkout-v2', false, context)).toMatchObject({
      value: true,
      variant: 'on',
      reason: 'STATIC',
      flagMetadata: { rolloutId: 'r-1', stage: 'canary', percentage: 100, cohort: 'treatment', version: 3 },
    });
    expect(await client.getStringValue('text', 'code', context)).toBe('new');
    expect(await client.getNumberValue('number', 7, context)).toBe(0);
    expect(await client.getObjectValue('object', {}, context)).toEqual({ a: [1, null] });
  });

  test('gets the error codes that it knows, and its own default', async () => {
    await using under = new ServerUnderTest();
    under.application.flags.apply(documentOf({ grants: [grantOf(50)] }));
    const client = await clientOf(under, under.application.token('service'));
    const details = (key: string, context: object) => client.getBooleanDetails(key, true, { ...context });
    expect(await details('nobody', { targetingKey: 'u' })).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND' });
    expect(await details('checkout-v2', {})).toMatchObject({ value: true, errorCode: 'TARGETING_KEY_MISSING' });
    expect(await details('checkout-v2', { region: 7 })).toMatchObject({ value: true, errorCode: 'INVALID_CONTEXT' });
  });

  test('splits users by the buckets that the salt gives them', async () => {
    await using under = new ServerUnderTest();
    under.application.flags.apply(documentOf({ grants: [grantOf(30)], live: LIVE }));
    const client = await clientOf(under, under.application.token('service'));
    for (let number = 0; number < 50; number += 1) {
      const targetingKey = `user-${number}`;
      const { bucket } = (await under.post('/v1/features/checkout-v2/explain', { body: { context: { targetingKey } } }))
        .body;
      const { value, flagMetadata } = await client.getBooleanDetails('checkout-v2', false, { targetingKey });
      expect([value, flagMetadata['cohort'] === 'treatment']).toEqual([
        Number(bucket) < 30_000,
        Number(bucket) < 30_000,
      ]);
    }
  });

  test('falls back to its default without a token, and where the value is of another type', async () => {
    await using under = new ServerUnderTest();
    under.application.flags.apply(documentOf({ grants: [grantOf(100)] }));
    const client = await clientOf(under, under.application.token('service'));
    const details = await client.getStringDetails('checkout-v2', 'code', { targetingKey: 'u' });
    expect(details).toMatchObject({ value: 'code', reason: 'ERROR', errorCode: 'TYPE_MISMATCH' });
    const stranger = await clientOf(under, 'wrong');
    expect(await stranger.getBooleanDetails('checkout-v2', false, { targetingKey: 'u' })).toMatchObject({
      value: false,
      errorCode: 'GENERAL',
    });
  });

  test('asks nothing more for as long as Retry-After says', async () => {
    await using under = new ServerUnderTest({ lookupsPerMinute: 1 });
    const answered: number[] = [];
    under.server.addHook('onResponse', async (_request, { statusCode }) => void answered.push(statusCode));
    under.application.flags.apply(documentOf({ grants: [grantOf(100)] }));
    const client = await clientOf(under, under.application.token('service'));
    const value = () => client.getBooleanValue('checkout-v2', false, { targetingKey: 'u' });
    expect([await value(), await value(), await value(), await value()]).toEqual([true, false, false, false]);
    expect(answered).toEqual([200, 429]);
  });

  test('reaches no feature by a key that nobody could have given it, and says so', async () => {
    await using under = new ServerUnderTest();
    under.application.flags.apply(documentOf({ grants: [grantOf(100)] }));
    const client = await clientOf(under, under.application.token('service'));
    // The provider writes the key into the URL as it is.
    for (const key of ['a/b', '100%', '%zz', 'käse', '\u{1F9A5}', '__proto__', 'x'.repeat(256), 'x'.repeat(5000)]) {
      const { value, errorCode } = await client.getBooleanDetails(key, true, { targetingKey: 'u' });
      expect([key, value, errorCode]).toEqual([key, true, 'FLAG_NOT_FOUND']);
    }
  });
});
