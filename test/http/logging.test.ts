import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { REDACTION, SERIALIZERS } from '../../src/http/logging.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

function recorder() {
  const lines: string[] = [];
  const logger = pino(
    { level: 'debug', redact: REDACTION, serializers: SERIALIZERS },
    { write: (line: string) => void lines.push(line) },
  );
  return { logger, lines, parsed: () => lines.map((line): Record<string, unknown> => JSON.parse(line)) };
}

describe('the log', () => {
  test('has each request with its number, and no secret', async () => {
    const { logger, lines, parsed } = recorder();
    await using under = new ServerUnderTest({ logger });
    const { headers } = await under.get('/v1/policy');
    const issued = await under.post('/v1/tokens', {
      headers: { 'idempotency-key': 'one', 'x-api-key': 'sluice_test_other' },
      body: { subject: 'a', roles: ['viewer'] },
    });
    await under.get('/v1/policy', { headers: { authorization: 'Bearer sluice_test_wrong' } });
    expect(parsed()).toContainEqual(
      expect.objectContaining({ reqId: headers['x-request-id'], msg: 'request completed' }),
    );
    const all = lines.join('');
    expect(all).not.toContain('sluice_test_');
    expect(all).not.toContain(String(issued.body['token']));
  });

  test('hides secrets even where somebody logs them', () => {
    const { logger, lines } = recorder();
    const headers = { authorization: 'Bearer secret', 'x-api-key': 'secret' };
    logger.info({ req: { headers }, headers, token: 'secret', answer: { token: 'secret' }, ...headers }, 'careless');
    expect(lines.join('')).not.toContain('secret');
  });

  test('has no stream key, wherever it was sent to', async () => {
    const { logger, lines, parsed } = recorder();
    await using under = new ServerUnderTest({ logger });
    const key = under.application.tokens.streamKey('service');
    for (const path of ['/v1/stream?zzz=1&key=', '/v1/streams?key=', '/v1/features?a=1&key=', '/v1/%zz?key=']) {
      await under.get(`${path}${key}&b=2`, { as: null });
    }
    expect(lines.join('')).not.toContain(key);
    expect(parsed()).toContainEqual(
      expect.objectContaining({ req: expect.objectContaining({ url: '/v1/features?a=1&key=[redacted]&b=2' }) }),
    );
  });

  test('has a fault of ours once, with the number of the request', async () => {
    const { logger, parsed } = recorder();
    await using under = new ServerUnderTest({ logger }, (application) => {
      application.installation.sources = () => Promise.reject(new Error('inside'));
      application.tokens.authenticate = faulty(application.tokens.authenticate.bind(application.tokens));
      return application;
    });
    for (const ask of [
      () => under.get('/v1/sources'),
      () => under.post('/ofrep/v1/evaluate/flags', { as: 'service', body: {} }),
    ]) {
      const before = parsed().length;
      const { status, text } = await ask();
      expect(status).toBe(500);
      const errors = parsed()
        .slice(before)
        .filter(({ level }) => Number(level) >= 50);
      expect(errors).toEqual([expect.objectContaining({ msg: 'request failed', reqId: expect.any(String) })]);
      expect(text).toContain(String(errors[0]?.['reqId']));
    }
  });

  test('has no line for lookups, snapshots and probes', async () => {
    const { logger, lines } = recorder();
    await using under = new ServerUnderTest({ logger });
    await under.post('/ofrep/v1/evaluate/flags', { as: 'service', body: {} });
    await under.post('/ofrep/v1/evaluate/flags/nobody', { as: 'service', body: {} });
    await under.get('/v1/snapshot', { as: 'service' });
    for (const path of ['/livez', '/readyz', '/metrics']) await under.get(path, { as: null });
    expect(lines).toEqual([]);
  });
});

/** Breaks down for services: what a fault in a lookup looks like. */
function faulty<P>(authenticate: (token: string) => P): (token: string) => P {
  return (token) => {
    if (token.endsWith('service')) throw new Error('inside');
    return authenticate(token);
  };
}
