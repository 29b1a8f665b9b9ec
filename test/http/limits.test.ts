import { describe, expect, test } from 'vitest';
import { ServerUnderTest } from './serverUnderTest.ts';

describe('the limit of requests', () => {
  test('is per token, and says when to come again', async () => {
    await using under = new ServerUnderTest({ requestsPerMinute: 2 });
    for (let asked = 0; asked < 2; asked += 1) expect((await under.get('/v1/policy')).status).toBe(200);
    const { headers, body } = await under.get('/v1/features');
    expect(body).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(String(headers['retry-after'])).toMatch(/^[1-9]\d*$/);
    expect((await under.get('/v1/policy', { as: 'viewer' })).status).toBe(200);
    expect(await under.refusal('GET', '/v1/policy', { as: null })).toBe('401 UNAUTHENTICATED');
  });

  test('never turns away who closes a gate, nor probes', async () => {
    await using under = new ServerUnderTest({ requestsPerMinute: 1 });
    await under.get('/v1/policy');
    const reason = { body: { reason: 'fire' } };
    for (let asked = 0; asked < 3; asked += 1) {
      expect(await under.refusal('POST', '/v1/features/a/kill', reason)).toBe('404 NOT_FOUND');
      expect(await under.refusal('POST', '/v1/rollouts/a/pause')).toBe('404 NOT_FOUND');
      expect(await under.refusal('POST', '/v1/rollouts/a/rollback')).toBe('404 NOT_FOUND');
      expect((await under.ask('PUT', '/v1/stop', reason)).status).toBe(200);
      expect((await under.get('/readyz')).status).toBe(200);
    }
    expect(await under.refusal('POST', '/v1/features/a/revive', reason)).toBe('429 TOO_MANY_REQUESTS');
  });

  test('holds for lookups only where it was set, in the words of OFREP', async () => {
    await using under = new ServerUnderTest({ lookupsPerMinute: 1, requestsPerMinute: 1 });
    const lookUp = () => under.post('/ofrep/v1/evaluate/flags', { as: 'service', body: {} });
    expect((await lookUp()).status).toBe(200);
    const { status, headers, body } = await lookUp();
    expect([status, body]).toEqual([429, { errorCode: 'GENERAL', errorDetails: expect.any(String) }]);
    expect(String(headers['retry-after'])).toMatch(/^[1-9]\d*$/);

    await using free = new ServerUnderTest({ requestsPerMinute: 1 });
    for (let asked = 0; asked < 5; asked += 1) {
      expect((await free.post('/ofrep/v1/evaluate/flags', { as: 'service', body: {} })).status).toBe(200);
    }
  });
});

describe('a stop of the server', () => {
  test('answers what is on its way', async () => {
    await using under = new ServerUnderTest();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { installation } = under.application;
    const sources = installation.sources.bind(installation);
    installation.sources = () => held.then(sources);
    const address = await under.server.listen({ host: '127.0.0.1', port: 0 });
    const headers = { authorization: `Bearer ${under.application.token('admin')}` };
    const asked = fetch(`${address}/v1/sources`, { headers });
    await new Promise((resolve) => under.server.server.once('request', resolve));
    const closed = under.server.close();
    release();
    expect((await asked).status).toBe(200);
    await closed;
  });
});
