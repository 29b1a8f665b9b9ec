import { describe, expect, test } from 'vitest';
import { ServerUnderTest } from './serverUnderTest.ts';

const INC = { reference: 'INC-7', severity: 'sev2', detectedBySluice: true };

describe('incidents', () => {
  test('are linked once, told again, changed and resolved by their reference', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.started();
    const path = `/v1/rollouts/${id}/incidents`;
    const url = 'https://status.example/INC-7';
    const linked = await under.post(path, { as: 'operator', body: { ...INC, url } });
    expect([linked.status, linked.headers['location']]).toEqual([201, path]);
    const at = '2026-11-20T12:00:00.000Z';
    const told = { ...INC, url, resolved: false, linkedAt: at, changedAt: at };
    expect(linked.body).toEqual(told);
    const again = await under.post(path, { as: 'operator', body: { ...INC, url } });
    expect([again.status, again.body]).toEqual([200, told]);
    const resolved = await under.post(path, { as: 'operator', body: { ...INC, url, resolved: true } });
    expect([resolved.status, resolved.body]).toEqual([200, { ...told, resolved: true }]);
    expect((await under.get(path, { as: 'viewer' })).body).toEqual({
      items: [{ ...told, resolved: true }],
      nextCursor: null,
    });
    const ledger = (await under.get(`/v1/rollouts/${id}/ledger`)).body['items'];
    expect(ledger).toMatchObject([{}, {}, {}, { type: 'incidentLinked' }, { type: 'incidentLinked' }]);
  });

  test('are listed by pages', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.rollout();
    const path = `/v1/rollouts/${id}/incidents`;
    for (const reference of ['INC-1', 'INC-2', 'INC-3']) await under.post(path, { body: { ...INC, reference } });
    const first = (await under.get(`${path}?limit=2`)).body;
    expect(first).toMatchObject({ items: [{ reference: 'INC-1' }, { reference: 'INC-2' }] });
    const next = (await under.get(`${path}?limit=2&cursor=${first['nextCursor']}`)).body;
    expect(next).toMatchObject({ items: [{ reference: 'INC-3' }], nextCursor: null });
    expect(await under.refusal('GET', `${path}?cursor=nonsense`)).toBe('422 SCHEMA');
    expect(await under.refusal('GET', `${path}?limit=0`)).toBe('422 SCHEMA');
  });

  test('of a wrong form are refused with all their mistakes', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.rollout();
    const path = `/v1/rollouts/${id}/incidents`;
    const body = { reference: ' ', severity: 'bad', url: 'javascript:alert(1)', resolved: 'yes', zzz: 1 };
    const refused = await under.post(path, { body });
    expect(refused.body).toMatchObject({ status: 422, code: 'SCHEMA' });
    const paths = (refused.body['violations'] as { path: string }[]).map((one) => one.path);
    expect(paths.toSorted()).toEqual([
      '$.detectedBySluice',
      '$.reference',
      '$.resolved',
      '$.severity',
      '$.url',
      '$.zzz',
    ]);
    expect((await under.get(path)).body).toEqual({ items: [], nextCursor: null });
  });

  test.each([
    ['no URL', 'INC-7'],
    ['a file', 'file:///etc/passwd'],
    ['one with a password', 'https://olga:secret@status.example/INC-7'],
    ['one with a user name', 'https://olga@status.example/INC-7'],
    ['one without end', `https://status.example/${'x'.repeat(2000)}`],
  ])('have no URL that is %s', async (_, url) => {
    await using under = new ServerUnderTest();
    const { id } = await under.rollout();
    const refused = await under.post(`/v1/rollouts/${id}/incidents`, { body: { ...INC, url } });
    expect(refused.body).toMatchObject({ code: 'SCHEMA', violations: [{ path: '$.url' }] });
  });

  test('have references of bounded length', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.rollout();
    const link = (reference: string) => under.post(`/v1/rollouts/${id}/incidents`, { body: { ...INC, reference } });
    expect((await link('x'.repeat(200))).status).toBe(201);
    expect((await link('x'.repeat(201))).body).toMatchObject({ violations: [{ path: '$.reference' }] });
    expect((await link('Störung 7 🦥')).status).toBe(201);
  });

  test('are an operator’s to link, and a viewer’s to see', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.rollout();
    const path = `/v1/rollouts/${id}/incidents`;
    for (const as of ['viewer', 'approver', 'service'] as const) {
      expect([as, await under.refusal('POST', path, { as, body: INC })]).toEqual([as, '403 FORBIDDEN']);
    }
    expect(await under.refusal('POST', '/v1/rollouts/nobody/incidents', { body: INC })).toBe('404 NOT_FOUND');
    expect(await under.refusal('GET', '/v1/rollouts/nobody/incidents')).toBe('404 NOT_FOUND');
  });
});
