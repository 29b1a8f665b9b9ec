import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DOCUMENTS, expected, FLAGS, saidBy } from './lookupOracle.ts';
import { body, key, oddRequest, query, written } from './oddLookups.ts';
import { unlikeOfrep } from './ofrepSpecification.ts';
import { ServerUnderTest } from './serverUnderTest.ts';
import { overTheWire, type Wired, type WiredAnswer } from './wire.ts';

describe('whatever is sent to a flag', () => {
  test('is answered by what evaluation says or by what is wrong with it, and no other lookup hears of it', async () => {
    await using under = serving();
    const origin = await under.server.listen({ host: '127.0.0.1', port: 0 });
    const undisturbed = await goodLookups(under, origin);
    const asked = key.chain((named) => fc.tuple(fc.constant(named), written(named)));
    await fc.assert(
      fc.asyncProperty(fc.option(asked), query, body, fc.boolean(), async (single, search, bytes, chunked) => {
        const path = (single === null ? FLAGS : `${FLAGS}/${single[1]}`) + search;
        const wired = { ...service(under, path), body: chunked ? inPieces(bytes) : bytes };
        const [answer, ...others] = await Promise.all([overTheWire(origin, wired), ...lookups(under, origin)]);
        expect(others).toEqual(undisturbed);
        expect(
          unlikeOfrep({ ...wired, url: path, status: answer.status, headers: answer.headers, text: answer.text }),
        ).toEqual([]);
        expect(saidBy(answer)).toEqual(expected(under, single?.[1] ?? null, bytes));
      }),
      { numRuns: 500 },
    );
    expect(await goodLookups(under, origin)).toEqual(undisturbed);
    expect(Object.keys(Object.prototype)).toEqual([]);
  }, 300_000);

  test('in whatever way: no method, header or token makes a fault of ours', async () => {
    await using under = serving();
    const origin = await under.server.listen({ host: '127.0.0.1', port: 0 });
    const undisturbed = await goodLookups(under, origin);
    await fc.assert(
      fc.asyncProperty(oddRequest, async (odd) => {
        const token =
          odd.as === null
            ? {}
            : {
                [odd.header]:
                  odd.header === 'x-api-key'
                    ? under.application.token(odd.as)
                    : `Bearer ${under.application.token(odd.as)}`,
              };
        const wired = { ...odd, headers: { ...odd.headers, ...token } };
        const [answer, ...others] = await Promise.all([overTheWire(origin, wired), ...lookups(under, origin)]);
        expect(others).toEqual(undisturbed);
        expect([200, 304, 400, 401, 403, 404, 405]).toContain(answer.status);
        // Before anything else: who asks.
        if (odd.as === null) expect(answer.status).toBe(401);
        if (odd.method === 'HEAD' || answer.status === 304) expect(answer.text).toBe('');
        else if (answer.status >= 400) expect(JSON.parse(answer.text)).toMatchObject({ errorCode: expect.any(String) });
      }),
      { numRuns: 300 },
    );
  }, 300_000);
});

function serving(): ServerUnderTest {
  const under = new ServerUnderTest();
  for (const document of DOCUMENTS) under.application.flags.apply(document);
  return under;
}

const JSON_TYPE = 'application/json';
const service = (under: ServerUnderTest, path: string): Wired => ({
  method: 'POST',
  path,
  headers: { authorization: `Bearer ${under.application.token('service')}`, 'content-type': JSON_TYPE },
  body: null,
});

const GOOD = Buffer.from('{"context":{"targetingKey":"user-1","workspaceId":"acme"}}');
const lookups = (under: ServerUnderTest, origin: string) =>
  [FLAGS, `${FLAGS}/split`].map((path) => overTheWire(origin, { ...service(under, path), body: GOOD }).then(lasting));
const goodLookups = (under: ServerUnderTest, origin: string) => Promise.all(lookups(under, origin));
/** What must not change; the date may. */
const lasting = ({ status, headers, text: said }: WiredAnswer) => ({ status, etag: headers['etag'], text: said });

const inPieces = (bytes: Buffer) => [bytes.subarray(0, 7), bytes.subarray(7, 8), bytes.subarray(8)];
