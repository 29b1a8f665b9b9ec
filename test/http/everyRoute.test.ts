import { afterAll, describe, expect, test } from 'vitest';
import { filled, named, type Operation, operations } from './routes.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const all = await operations();
const guarded = all.filter(({ open }) => !open);
const withBody = guarded.filter(({ takesBody }) => takesBody);
const each = (list: readonly Operation[]) => list.map((operation) => [named(operation), operation] as const);

const codeOf = ({ isLookup }: Operation, problem: string, ofrep: string) => (isLookup ? ofrep : problem);
const GOOD_JSON = '{"reason":"a"}';

describe('every route', () => {
  // Shared: what is refused changes nothing.
  const under = new ServerUnderTest({ requestsPerMinute: 1_000_000 });
  const narrow = new ServerUnderTest({ bodyLimitBytes: 1000 });
  afterAll(async () => {
    await under[Symbol.asyncDispose]();
    await narrow[Symbol.asyncDispose]();
  });

  test('is in this table', () => {
    expect(all.length).toBeGreaterThan(35);
    expect(guarded.length).toBeGreaterThan(30);
  });

  test.for(each(guarded))('%s answers 401 before it looks at anything', async ([, operation]) => {
    const path = filled(operation.path, 'checkout-v2');
    const expected = codeOf(operation, '401 UNAUTHENTICATED', '401 GENERAL');
    for (const authorization of ['', 'Bearer ', 'Bearer nonsense', 'Basic YTpi', `Bearer ${'x'.repeat(5000)}`]) {
      const headers = { authorization, ...(operation.takesBody ? { 'content-type': 'text/html' } : {}) };
      const sent = operation.takesBody ? { text: '{ broken' } : {};
      expect(await under.refusal(operation.method, path, { as: null, headers, ...sent })).toBe(expected);
    }
    const { headers } = await under.ask(operation.method, path, { as: null });
    expect(headers['www-authenticate']).toBe('Bearer realm="sluice"');
  });

  const forOthers = guarded.filter(({ path }) => !path.startsWith('/v1/projections/customer'));
  test.for(each(forOthers))('%s answers 403 to a customer', async ([, operation]) => {
    const path = filled(operation.path, 'checkout-v2');
    const sent = operation.takesBody ? { text: '{ broken' } : {};
    const refused = await under.refusal(operation.method, path, { as: 'customer', ...sent });
    expect(refused).toBe(codeOf(operation, '403 FORBIDDEN', '403 GENERAL'));
  });

  test.for(each(withBody))('%s refuses bodies that are not JSON', async ([, operation]) => {
    const path = filled(operation.path, 'checkout-v2');
    const refusal = (text: string | Buffer, contentType = 'application/json') =>
      narrow.refusal(operation.method, path, { text, headers: { 'content-type': contentType } });
    const malformed = codeOf(operation, '400 MALFORMED_JSON', '400 PARSE_ERROR');
    expect(await refusal('{ broken')).toBe(malformed);
    expect(await refusal(GOOD_JSON, 'text/plain')).toBe(
      codeOf(operation, '415 UNSUPPORTED_MEDIA_TYPE', '400 PARSE_ERROR'),
    );
    expect(await refusal(`"${'x'.repeat(1000)}"`)).toBe(codeOf(operation, '413 BODY_TOO_LARGE', '400 PARSE_ERROR'));
    if (operation.isLookup) return;
    expect(await refusal('{"__proto__":{"admin":true}}')).toBe(malformed);
    expect(await refusal('{"constructor":{"prototype":{}}}')).toBe(malformed);
    expect(await refusal(Buffer.from([0x22, 0xff, 0x22]))).toBe(malformed);
  });

  test.for(each(withBody))(
    '%s refuses bodies of a wrong form, and U+0000 and lone surrogates in any',
    async ([, operation]) => {
      const path = filled(operation.path, 'checkout-v2');
      const headers = { 'if-match': '"1"' };
      const refusal = (text: string) => under.refusal(operation.method, path, { text, headers });
      const validates = path === '/v1/contracts/validate';
      const unfit = validates ? '200 undefined' : codeOf(operation, '422 SCHEMA', '400 PARSE_ERROR');
      for (const text of ['7', '"text"', '[]', 'true']) expect([text, await refusal(text)]).toEqual([text, unfit]);
      if (operation.isLookup) return;
      for (const text of ['{"zzz":1}', '{"reason":"\\u0000"}', '{"\\ud800":1}', '{"context":{"a":["\\udc00"]}}']) {
        expect([text, await refusal(text)]).toEqual([text, unfit]);
      }
      expect(await refusal(`{"context":${'['.repeat(5000)}${']'.repeat(5000)}}`)).toBe(unfit);
    },
  );

  test.for(each(all.filter(({ path }) => path.includes('{'))))(
    '%s refuses names that are no names',
    async ([, operation]) => {
      const sent = operation.takesBody ? { text: GOOD_JSON } : {};
      const headers = { 'if-match': '"1"' };
      const refusal = (name: string) =>
        under.refusal(operation.method, filled(operation.path, name), { ...sent, headers });
      const stored = codeOf(operation, '422 SCHEMA', '404 FLAG_NOT_FOUND');
      for (const name of ['a%00', '%ED%A0%80', '%ff', '%C0%80'])
        expect([name, await refusal(name)]).toEqual([name, stored]);
      for (const name of ['%zz', '%', '100%']) {
        expect([name, await refusal(name)]).toEqual([
          name,
          codeOf(operation, '400 MALFORMED_URL', '404 FLAG_NOT_FOUND'),
        ]);
      }
      expect(await refusal('x'.repeat(4000))).toBe(codeOf(operation, '404 NOT_FOUND', '404 FLAG_NOT_FOUND'));
    },
  );

  test.for(each(guarded.filter(({ path, takesBody }) => path.includes('{') && !takesBody)))(
    '%s knows no strangers',
    async ([, operation]) => {
      for (const name of ['nobody', '..%2f..%2fetc', '%F0%9F%A6%A5', 'x'.repeat(200), 'constructor']) {
        const refused = await under.refusal(operation.method, filled(operation.path, name));
        expect([name, refused]).toEqual([name, '404 NOT_FOUND']);
      }
    },
  );

  test.for(each(guarded.filter(({ method, isLookup }) => method === 'GET' && !isLookup)))(
    '%s refuses what a query may not say',
    async ([, operation]) => {
      const path = filled(operation.path, 'checkout-v2');
      if (!/features$|contracts$|rollouts$|ledger$|decisions$|measurements$|tokens$|sources$|customer$/.test(path))
        return;
      for (const query of [
        'limit=0',
        'limit=201',
        'limit=many',
        'cursor=nonsense',
        'cursor=',
        'zzz=1',
        'limit=1&limit=2',
      ]) {
        expect([query, await under.refusal('GET', `${path}?${query}`)]).toEqual([query, '422 SCHEMA']);
      }
      expect(await under.refusal('GET', `${path}?cursor=%00`)).toBe('422 SCHEMA');
      expect(await under.refusal('GET', `${path}?cursor=%zz`)).toBe('400 MALFORMED_URL');
    },
  );

  test.for(each(withBody.filter(({ ifMatch }) => ifMatch)))('%s needs a version', async ([, operation]) => {
    await using fresh = new ServerUnderTest();
    const { id } = await fresh.rollout();
    const body = operation.path.endsWith('approvals') ? { stageId: 'half', decision: 'approve' } : {};
    const refused = await fresh.refusal(operation.method, filled(operation.path, id), { body });
    expect(refused).toBe('428 VERSION_REQUIRED');
  });

  test('unknown ones are 404 with a code, after the token', async () => {
    expect(await under.refusal('GET', '/nowhere', { as: null })).toBe('404 NOT_FOUND');
    expect(await under.refusal('GET', '/v1/nowhere', { as: null })).toBe('401 UNAUTHENTICATED');
    expect(await under.refusal('GET', '/v1/nowhere')).toBe('404 NOT_FOUND');
    expect(await under.refusal('POST', '/v1/nowhere', { text: '{ broken' })).toBe('404 NOT_FOUND');
    expect(await under.refusal('GET', '/v1/features/')).toBe('404 NOT_FOUND');
    expect(await under.refusal('POST', '/ofrep/v1/nowhere', { as: null })).toBe('401 GENERAL');
    expect(await under.refusal('POST', '/ofrep/v1/nowhere', { text: '{ broken' })).toBe('404 GENERAL');
    expect(await under.refusal('GET', '/v1/%zz', { as: null })).toBe('401 UNAUTHENTICATED');
    expect(await under.refusal('GET', '/%zz', { as: null })).toBe('400 MALFORMED_URL');
    expect(await under.refusal('POST', '/ofrep/v1/evaluate/flags/%zz', { as: null })).toBe('401 GENERAL');
  });

  test('methods that a path does not take are 405 with Allow, after the token', async () => {
    expect(await under.refusal('PUT', '/v1/features', { as: null })).toBe('401 UNAUTHENTICATED');
    const refused = await under.ask('PUT', '/v1/features', { text: '{ broken' });
    expect(refused.body).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED', allowed: ['GET', 'HEAD', 'POST'] });
    expect(refused.headers['allow']).toBe('GET, HEAD, POST');
    expect(await under.refusal('GET', '/v1/rollouts/r/start')).toBe('405 METHOD_NOT_ALLOWED');
    expect(await under.refusal('POST', '/livez', { as: null })).toBe('405 METHOD_NOT_ALLOWED');
    expect(await under.refusal('GET', '/ofrep/v1/evaluate/flags/a')).toBe('405 GENERAL');
  });
});
