import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { openApiText } from '../../openapi/document.ts';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import { REFUSALS } from '../../src/control/refusal.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const table = Object.entries(REFUSALS).map(([code, { status, title }]) => ({ code, status, title }));
/** What no route was found for. */
const OF_NO_OPERATION = ['METHOD_NOT_ALLOWED', 'MALFORMED_REQUEST', 'HEAD_TOO_LARGE'];
const project = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the table of refusals', () => {
  test('is the one of the documentation', async () => {
    const rows = (await project('docs/errors.md')).matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \| (.+?) \| (.+?) \|$/gm);
    const described = [...rows].map(([, code, status, title]) => ({ code, status: Number(status), title }));
    expect(described).toEqual(table);
  });

  test('is the one of the OpenAPI document, under the status that each has', async () => {
    const document = JSON.parse(await openApiText());
    expect(document.components.schemas.Problem.properties.code.enum).toEqual(table.map(({ code }) => code));
    const text = JSON.stringify(document.paths);
    for (const { code, status, title } of table.filter((row) => !OF_NO_OPERATION.includes(row.code))) {
      expect(text, code).toMatch(new RegExp(`"${status}":\\{"description":"[^"]*\`${code}\`: ${title}`));
    }
  });
});

describe('a problem', () => {
  test('has the members of RFC 9457, a code, and the number of the request', async () => {
    await using under = new ServerUnderTest();
    const { headers, body } = await under.get('/v1/features/nobody');
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(body).toEqual({
      type: 'urn:sluice:problem:NOT_FOUND',
      title: REFUSALS.NOT_FOUND.title,
      status: 404,
      detail: expect.any(String),
      instance: `urn:uuid:${headers['x-request-id']}`,
      code: 'NOT_FOUND',
    });
  });

  test('of our own making tells nothing of the inside', async () => {
    const secret = 'password authentication failed for user "sluice"';
    await using under = new ServerUnderTest({}, (application) => {
      application.installation.sources = () =>
        Promise.reject(Object.assign(new Error(secret), { statusCode: 404, code: 'ENOENT' }));
      return application;
    });
    const { status, text, body } = await under.get('/v1/sources');
    expect([status, body['code']]).toEqual([500, 'INTERNAL']);
    expect(text).not.toMatch(/password|sluice"|ENOENT|at .*\.ts/);
  });

  test('of a ledger that is away says so, and no more', async () => {
    await using under = new ServerUnderTest({}, (application) => {
      application.installation.sources = () => Promise.reject(new LedgerUnreachable('10.0.0.7:5432 refused'));
      return application;
    });
    const { status, text, body } = await under.get('/v1/sources');
    expect([status, body['code']]).toEqual([503, 'LEDGER_UNREACHABLE']);
    expect(text).not.toContain('10.0.0.7');
  });
});

describe('what is no request', () => {
  test.for([
    ['FOO / HTTP/1.1\r\n\r\n', 400, 'MALFORMED_REQUEST'],
    ['hello?\r\n\r\n', 400, 'MALFORMED_REQUEST'],
    [`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'HEAD_TOO_LARGE'],
  ] as const)('%#: is refused like everything else', async ([sent, status, code]) => {
    await using under = new ServerUnderTest();
    const address = new URL(await under.server.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(address.port), address.hostname);
    socket.end(sent);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*Content-Type: application/problem\\+json`, 's'));
    expect(JSON.parse(body)).toMatchObject({ code, status, type: `urn:sluice:problem:${code}` });
  });
});
