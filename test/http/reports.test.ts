import { describe, expect, test } from 'vitest';
import { ServerUnderTest } from './serverUnderTest.ts';

const PATH = '/v1/reports/effectiveness';

describe('the effectiveness report', () => {
  test('is JSON for programs', async () => {
    await using under = new ServerUnderTest();
    await under.started();
    const from = new Date(under.application.clock.nowMs() - 1000).toISOString();
    const answer = await under.get(`${PATH}?from=${from}`, { as: 'admin' });
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.body).toMatchObject({ from, rollouts: { started: 0 }, rollbacks: [], timeToDetectSeconds: null });
    under.application.clock.set(under.application.clock.nowMs() + 1);
    expect((await under.get(PATH)).body).toMatchObject({ rollouts: { started: 1 } });
  });

  test('is a page that can be printed, in which text is only text', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.started();
    await under.post(`/v1/rollouts/${id}/rollback`, { body: {} });
    const reference = '<script>alert("x")</script>&';
    const incident = { reference, severity: 'sev1', detectedBySluice: false };
    expect((await under.post(`/v1/rollouts/${id}/incidents`, { body: incident })).status).toBe(201);
    under.application.clock.set(under.application.clock.nowMs() + 1);
    const page = await under.get(`${PATH}?format=html`);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('<!doctype html>');
    expect(page.text).toContain('@media print');
    expect(page.text).not.toContain('<script');
    expect(page.text).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;');
    expect(page.text).toContain(id);
  });

  test('of no period, of one that runs backwards or of years is refused', async () => {
    await using under = new ServerUnderTest();
    const refusal = (query: string) => under.refusal('GET', `${PATH}?${query}`, {});
    expect(await refusal('from=yesterday')).toBe('422 SCHEMA');
    expect(await refusal('format=pdf')).toBe('422 SCHEMA');
    expect(await refusal('from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z')).toBe('422 SCHEMA');
    expect(await refusal('from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z')).toBe('422 SCHEMA');
  });

  test('is for those who may read reports', async () => {
    await using under = new ServerUnderTest();
    for (const as of ['viewer', 'operator', 'customer', 'service'] as const) {
      expect(await under.refusal('GET', PATH, { as })).toBe('403 FORBIDDEN');
    }
  });
});
