import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { openApiText } from '../../openapi/document.ts';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import { REFUSALS } from '../../src/control/refusal.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const table = Object.entries(REFUSALS).map(([code, { status, title }]) => ({ code, status, title }));
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
    // A method that no path takes is in no operation.
    for (const { code, status, title } of table.filter((row) => row.code !== 'METHOD_NOT_ALLOWED')) {
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
