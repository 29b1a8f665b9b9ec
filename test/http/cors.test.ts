import { describe, expect, test } from 'vitest';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const FLAGS = '/ofrep/v1/evaluate/flags';
const SHOP = 'https://shop.example';
const PREFLIGHT = {
  origin: SHOP,
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization,content-type,if-none-match',
};

function pagesOf(...corsOrigins: readonly string[]): ServerUnderTest {
  const under = new ServerUnderTest({ corsOrigins, lookupsPerMinute: 3 });
  under.application.flags.apply(documentOf({ grants: [grantOf(100)] }));
  return under;
}

const allowedIn = ({ headers }: { readonly headers: Readonly<Record<string, unknown>> }) =>
  headers['access-control-allow-origin'];

describe('pages of other origins', () => {
  test('are let in nowhere unless the configuration names them', async () => {
    await using under = new ServerUnderTest();
    const { status, headers } = await under.ask('OPTIONS', FLAGS, { as: null, headers: PREFLIGHT });
    expect([status, allowedIn({ headers })]).toEqual([401, undefined]);
    const asked = await under.post(FLAGS, { as: 'service', body: {}, headers: { origin: SHOP } });
    expect([asked.status, allowedIn(asked), asked.headers['vary']]).toEqual([200, undefined, undefined]);
  });

  test.for([FLAGS, `${FLAGS}/checkout-v2`, `${FLAGS}/a%2Fb`, '/ofrep/v1/unheard-of'])(
    'may ask beforehand, without a token, whether they may ask %s',
    async (path) => {
      await using under = pagesOf('https://other.example', SHOP);
      const { status, headers, text } = await under.ask('OPTIONS', path, { as: null, headers: PREFLIGHT });
      expect([status, text]).toEqual([204, '']);
      expect(headers).toMatchObject({
        'access-control-allow-origin': SHOP,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': PREFLIGHT['access-control-request-headers'],
        'access-control-max-age': '600',
      });
      expect(String(headers['vary'])).toMatch(/\bOrigin\b/);
      expect(headers['access-control-allow-credentials']).toBeUndefined();
    },
  );

  test('may read the ETag and Retry-After of answers, and every refusal', async () => {
    await using under = pagesOf(SHOP);
    const headers = { origin: SHOP };
    const asks = [
      await under.post(FLAGS, { as: 'service', body: {}, headers }),
      await under.post(`${FLAGS}/nobody`, { as: 'service', body: {}, headers }),
      await under.post(FLAGS, { as: 'service', text: '{', headers }),
      await under.post(FLAGS, { as: 'service', body: {}, headers }),
      await under.post(FLAGS, { as: null, body: {}, headers }),
      await under.post(FLAGS, { as: 'customer', body: {}, headers }),
      await under.get(FLAGS, { as: 'auditor', headers }),
    ];
    expect(asks.map(({ status }) => status)).toEqual([200, 404, 400, 429, 401, 403, 403]);
    for (const answer of asks) {
      expect(allowedIn(answer)).toBe(SHOP);
      expect(answer.headers['access-control-expose-headers']).toBe('ETag, Retry-After');
    }
  });

  test('are told apart: another origin may not, nor a page that has none', async () => {
    await using under = pagesOf(SHOP);
    for (const origin of ['https://evil.example', 'https://shop.example.evil.example', 'http://shop.example', 'null']) {
      const asked = await under.ask('OPTIONS', FLAGS, { as: null, headers: { ...PREFLIGHT, origin } });
      expect([origin, allowedIn(asked)]).toEqual([origin, undefined]);
    }
  });

  test('are all let in by *', async () => {
    await using under = pagesOf('*');
    expect(allowedIn(await under.ask('OPTIONS', FLAGS, { as: null, headers: PREFLIGHT }))).toBe('*');
    expect(allowedIn(await under.post(FLAGS, { as: null, body: {}, headers: { origin: SHOP } }))).toBe('*');
  });

  test('are let into nothing but lookups', async () => {
    await using under = pagesOf('*');
    for (const path of ['/v1/features', '/v1/tokens', '/livez', '/metrics']) {
      expect([path, allowedIn(await under.get(path, { headers: { origin: SHOP } }))]).toEqual([path, undefined]);
      expect([path, allowedIn(await under.ask('OPTIONS', path, { headers: PREFLIGHT }))]).toEqual([path, undefined]);
    }
  });

  test('change nothing for who is no browser: OPTIONS is a wrong method, and takes a token to say so', async () => {
    await using under = pagesOf(SHOP);
    expect(await under.refusal('OPTIONS', FLAGS, { as: null })).toBe('401 GENERAL');
    expect(await under.refusal('OPTIONS', FLAGS, { as: 'service' })).toBe('405 GENERAL');
    expect(await under.refusal('OPTIONS', '/ofrep/v1/unheard-of', { as: null })).toBe('401 GENERAL');
    expect(await under.refusal('OPTIONS', '/ofrep/v1/unheard-of', { as: 'service' })).toBe('404 GENERAL');
    const asked = await under.post(FLAGS, { as: 'service', body: {} });
    expect([asked.status, allowedIn(asked)]).toEqual([200, undefined]);
  });
});
