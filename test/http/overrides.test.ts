import { describe, expect, test } from 'vitest';
import { ServerUnderTest } from './serverUnderTest.ts';

const PATH = '/v1/features/checkout-v2/overrides';

describe('overrides of workspaces', () => {
  test('bound a workspace with 200, and let it in with 202 until an approver asks for the same', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const put = (as: 'operator' | 'approver' | 'admin', percentage: number) =>
      under.ask('PUT', `${PATH}/acme`, { as, body: { percentage, reason: 'their wish' } });
    expect(await put('operator', 0)).toMatchObject({
      status: 200,
      body: { workspaceId: 'acme', override: { percentage: 0, raises: false, setBy: 'olga' }, waiting: null },
    });
    const asked = { override: { percentage: 0 }, waiting: { percentage: 20, requestedBy: 'olga' } };
    expect(await put('operator', 20)).toMatchObject({ status: 202, body: asked });
    expect(await put('approver', 20)).toMatchObject({
      status: 200,
      body: { override: { percentage: 20, raises: true, setBy: 'peter', requestedBy: 'olga' }, waiting: null },
    });
    expect((await under.get('/v1/features/checkout-v2')).body).toMatchObject({ caps: {}, raises: { acme: 20_000 } });
    const lookup = { context: { targetingKey: 'u-1', workspaceId: 'globex' } };
    const explained = await under.post('/v1/features/checkout-v2/explain', { body: lookup });
    expect(explained.body).toMatchObject({ answer: { variant: 'off' } });
  });

  test('are listed, read and taken away', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const body = { percentage: 0, reason: 'too early', expiresAt: '2027-01-01T00:00:00Z' };
    for (const workspace of ['acme', 'globex', 'initech']) await under.ask('PUT', `${PATH}/${workspace}`, { body });
    const first = await under.get(`${PATH}?limit=2`);
    expect(first.body['items']).toMatchObject([{ workspaceId: 'acme' }, { workspaceId: 'globex' }]);
    const rest = await under.get(`${PATH}?limit=2&cursor=${String(first.body['nextCursor'])}`);
    expect(rest.body).toMatchObject({ items: [{ workspaceId: 'initech' }], nextCursor: null });
    expect((await under.get(`${PATH}/acme`)).body).toMatchObject({
      override: { expiresAt: '2027-01-01T00:00:00.000Z' },
    });
    const lift = (as: 'operator' | 'approver') => under.ask('DELETE', `${PATH}/acme`, { as });
    expect(await lift('operator')).toMatchObject({ status: 202, body: { waiting: { percentage: null } } });
    expect((await lift('approver')).status).toBe(204);
    expect(await under.refusal('GET', `${PATH}/acme`, {})).toBe('404 NOT_FOUND');
  });

  test('are refused with every mistake, for others and for what is not there', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const refusal = (body: unknown, path = `${PATH}/acme`) => under.refusal('PUT', path, { body });
    const wrong = await under.ask('PUT', `${PATH}/acme`, { body: { percentage: 101, expiresAt: 'soon', extra: 1 } });
    expect(wrong.body['violations']).toHaveLength(4);
    expect(await refusal({ percentage: 0.0001, reason: 'a' })).toBe('422 SCHEMA');
    expect(await refusal({ percentage: 1, reason: 'a', expiresAt: '2020-01-01T00:00:00Z' })).toBe('422 SCHEMA');
    expect(await refusal({ percentage: 1, reason: 'a' }, `${PATH}/${'x'.repeat(257)}`)).toBe('422 SCHEMA');
    expect(await refusal({ percentage: 1, reason: 'a' }, '/v1/features/nobody/overrides/acme')).toBe('404 NOT_FOUND');
    for (const name of ['__proto__', '', '%20', 'a%0Ab']) {
      expect([name, await refusal({ percentage: 1, reason: 'a' }, `${PATH}/${name}`)]).toEqual([name, '422 SCHEMA']);
    }
    expect(await under.refusal('DELETE', `${PATH}/acme`, {})).toBe('404 NOT_FOUND');
    const others = { as: 'bound', body: { percentage: 1, reason: 'a' } } as const;
    expect(await under.refusal('PUT', '/v1/features/search/overrides/acme', others)).toBe('403 FORBIDDEN');
  });

  test('of a workspace with any name are that workspace alone', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    for (const workspaceId of ['hasOwnProperty', 'constructor', 'a/b', 'ä %', '🦥']) {
      const path = `${PATH}/${encodeURIComponent(workspaceId)}`;
      expect((await under.ask('PUT', path, { body: { percentage: 0, reason: 'a' } })).status).toBe(200);
      expect((await under.get(path)).body).toMatchObject({ workspaceId, override: { percentage: 0 } });
    }
    expect((await under.get(PATH)).body['items']).toHaveLength(5);
  });
});
