import { describe, expect, test } from 'vitest';
import { catalogueOf, HOUSE } from '../support/catalogues.ts';
import { YOUNG_POLICY } from '../support/youngPolicy.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

describe('the installation', () => {
  test('lists the SLIs of its catalogue, page by page, with the guardrails over each', async () => {
    await using under = new ServerUnderTest({}, (application) => ({ ...application, catalogue: catalogueOf(HOUSE) }));
    const first = await under.get('/v1/slis?limit=1', { as: 'viewer' });
    expect(first.body['items']).toMatchObject([
      {
        sli: { id: 'checkout_success', kind: 'ratio' },
        successCriteria: [],
        rollbackTrigger: [{ criticality: null, criterion: { sli: 'checkout_success', severity: 'rollback' } }],
      },
    ]);
    const rest = await under.get(`/v1/slis?cursor=${first.body['nextCursor']}`, { as: 'viewer' });
    expect(rest.body).toMatchObject({
      items: [{ sli: { id: 'latency_p95' }, rollbackTrigger: [{ criticality: 'critical' }] }],
      nextCursor: null,
    });
  });

  test('tells its sources and its policy', async () => {
    await using under = new ServerUnderTest();
    const sources = await under.get('/v1/sources', { as: 'viewer' });
    expect(sources.body).toEqual({
      items: [{ name: 'prometheus', kind: 'prometheus', ok: true, detail: 'a fake' }],
      nextCursor: null,
    });
    expect((await under.get('/v1/policy', { as: 'viewer' })).body).toEqual({
      ...YOUNG_POLICY,
      since: null,
      inForce: true,
    });
  });

  test('is stopped and let go by an administrator', async () => {
    await using under = new ServerUnderTest();
    const nothing = { active: false, by: null, reason: null, at: null };
    expect((await under.get('/v1/stop', { as: 'viewer' })).body).toEqual(nothing);
    expect(await under.refusal('PUT', '/v1/stop', { as: 'operator', body: { reason: 'storm' } })).toBe('403 FORBIDDEN');
    const set = await under.ask('PUT', '/v1/stop', { body: { reason: 'storm' } });
    expect(set.body).toEqual({ active: true, by: 'ada', reason: 'storm', at: '2026-11-20T12:00:00.000Z' });
    expect((await under.ask('DELETE', '/v1/stop')).body).toEqual(nothing);
  });
});

describe('tokens', () => {
  test('are shown once, listed without themselves, and revoked', async () => {
    await using under = new ServerUnderTest();
    const body = { subject: 'robot', roles: ['viewer'], features: ['checkout-v2'], expiresAt: '2026-11-20T13:00:00Z' };
    const issued = await under.post('/v1/tokens', { body });
    expect(issued.status).toBe(201);
    expect(issued.body).toMatchObject({ ...body, expiresAt: '2026-11-20T13:00:00.000Z' });
    const { token, ...shown } = issued.body;
    const bearer = { headers: { authorization: `Bearer ${token}` } };
    expect((await under.get('/v1/policy', bearer)).status).toBe(200);
    const listed = await under.get('/v1/tokens');
    expect(listed.body['items']).toEqual([shown]);
    expect(listed.text).not.toContain(String(token));
    const path = `/v1/tokens/${String(issued.body['id'])}`;
    expect((await under.ask('DELETE', path)).status).toBe(204);
    expect(await under.refusal('GET', '/v1/policy', bearer)).toBe('401 UNAUTHENTICATED');
    expect(await under.refusal('DELETE', path)).toBe('404 NOT_FOUND');
  });

  test('end when they said', async () => {
    await using under = new ServerUnderTest();
    const body = { subject: 'robot', roles: ['viewer'], expiresAt: '2026-11-20T12:00:01Z' };
    const { token } = (await under.post('/v1/tokens', { body })).body;
    const ask = () => under.refusal('GET', '/v1/policy', { headers: { authorization: `Bearer ${token}` } });
    expect(await ask()).toBe('200 undefined');
    under.application.clock.set(Date.parse('2026-11-20T12:00:01Z'));
    expect(await ask()).toBe('401 UNAUTHENTICATED');
  });
});

describe('health', () => {
  test('are given to no subject that looks like another one', async () => {
    await using under = new ServerUnderTest();
    for (const subject of ['an\u200bna', 'anna\u202e', 'an\u00adna', 'an\tna', 'Zoe\u0308', '\u2028anna\u2028b']) {
      const refused = await under.post('/v1/tokens', { body: { subject, roles: ['approver'] } });
      expect(refused.body, subject).toMatchObject({ status: 422, violations: [{ path: '$.subject' }] });
    }
    const issued = await under.post('/v1/tokens', { body: { subject: 'Zo\u00eb Müller-李', roles: ['approver'] } });
    expect(issued.status).toBe(201);
  });

  test('is open to whoever can reach the port', async () => {
    await using under = new ServerUnderTest();
    expect((await under.get('/livez', { as: null })).body).toEqual({ status: 'ok' });
    expect((await under.get('/readyz', { as: null })).body).toMatchObject({
      ready: true,
      policyLooserThanDefault: ['baselineWindowHours'],
    });
    const metrics = await under.get('/metrics', { as: null });
    expect(metrics.headers['content-type']).toMatch(/^text\/plain; version=0.0.4/);
    expect(metrics.text).toContain('# TYPE flag_lookups_total counter');
  });

  test('says 503 with each dependency where it is not ready', async () => {
    await using under = new ServerUnderTest();
    under.application.kept.cut();
    const { status, body } = await under.get('/readyz', { as: null });
    expect([status, body['ready']]).toEqual([503, false]);
    expect(body['dependencies']).toMatchObject({ ledger: { ok: false }, flagStore: { ok: true } });
    expect((await under.get('/livez', { as: null })).status).toBe(200);
  });

  test('with the ledger away, opening answers 503 and closing still closes', async () => {
    await using under = new ServerUnderTest();
    const { id, version } = await under.started();
    under.application.kept.cut();
    const headers = { 'if-match': `"${version}"` };
    expect(await under.refusal('POST', `/v1/rollouts/${id}/advance`, { headers })).toBe('503 LEDGER_UNREACHABLE');
    const killed = await under.post('/v1/features/checkout-v2/kill', { as: 'operator', body: { reason: 'fire' } });
    expect(killed.body).toMatchObject({ killed: true, recorded: false, feature: null });
    expect(under.application.flags.document('checkout-v2')?.killed).toBe(true);
  });

  test('leads to the documentation', async () => {
    await using under = new ServerUnderTest();
    const landing = await under.get('/', { as: null });
    expect(landing.text).toContain('href="/docs"');
    expect((await under.get('/docs', { as: null })).text).toContain('swagger-ui');
    const document = await under.get('/openapi.json', { as: null });
    expect(document.body).toMatchObject({ openapi: '3.1.1', info: { version: '1.2.3' } });
  });
});
