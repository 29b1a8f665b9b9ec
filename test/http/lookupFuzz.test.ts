import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readContext } from '../../src/domain/feature/context.ts';
import type { Evaluation } from '../../src/domain/feature/evaluation.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { unlikeOfrep } from './ofrepSpecification.ts';
import { ServerUnderTest } from './serverUnderTest.ts';
import { overTheWire, type Wired, type WiredAnswer } from './wire.ts';

const FLAGS = '/ofrep/v1/evaluate/flags';
const LIVE = { rolloutId: 'r-1', stage: 'canary', whenStale: 'close', grant: 0 } as const;
const FEATURES = ['split', 'scoped', 'capped', 'needing'] as const;
const DOCUMENTS = [
  documentOf({ feature: 'split', grants: [grantOf(50)], live: LIVE }),
  documentOf({ feature: 'scoped', grants: [grantOf(100, { groups: ['internal'], regions: ['eu'] })] }),
  documentOf({ feature: 'capped', grants: [grantOf(100)], caps: { acme: 0 }, variants: { on: { a: 1 }, off: {} } }),
  documentOf({ feature: 'needing', grants: [grantOf(100)], prerequisites: [{ feature: 'split', variant: 'on' }] }),
];

/** JSON as text, since much of it is nothing that `JSON.stringify` would write. */
const json = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.constantFrom(
    '1e999',
    '-1e999',
    '-0',
    '9007199254740993',
    '1e-400',
    '"\\ud800"',
    '"\\u0000"',
    '""',
    'null',
    'true',
  ),
  fc.constantFrom(
    '"user-1"',
    '"acme"',
    '"eu"',
    '["internal"]',
    '["internal",7]',
    '"\\u0075ser-1"',
    '"\ufffd"',
    '"käse"',
  ),
  fc.nat({ max: 20_000 }).map((deep) => '['.repeat(deep) + ']'.repeat(deep)),
  fc.nat({ max: 20_000 }).map((deep) => `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`),
  fc.constantFrom(4096, 4097, 200_000).map((long) => `"${'x'.repeat(long)}"`),
  fc.constantFrom(1000, 1001).map((many) => `[${Array(many).fill('"a"').join(',')}]`),
);
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('targetingKey', 'workspaceId', 'groups', 'region', 'tier') },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'then', 'context', '') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
/** Of equal names any number. */
const object = (member: fc.Arbitrary<string>, maxLength: number) =>
  fc
    .array(fc.tuple(name, member), { maxLength })
    .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`);
const context = object(json, 5);
const text = fc.oneof(
  { weight: 6, arbitrary: context.map((given) => `{"context":${given}}`) },
  { weight: 1, arbitrary: fc.tuple(context, context).map(([one, two]) => `{"context":${one},"context":${two}}`) },
  {
    weight: 1,
    arbitrary: fc.tuple(json, object(json, 3)).map(([given, more]) => `{"context":${given},"more":${more}}`),
  },
  { weight: 1, arbitrary: json },
);
type Damage = { readonly at: number; readonly with: Uint8Array; readonly cuts: boolean };
const damage: fc.Arbitrary<Damage | null> = fc.option(
  fc.record({ at: fc.nat(), with: fc.uint8Array({ maxLength: 4 }), cuts: fc.boolean() }),
);
function damaged(whole: string, harm: Damage | null): Buffer {
  const bytes = Buffer.from(whole);
  if (harm === null) return bytes;
  const at = harm.at % (bytes.length + 1);
  return Buffer.concat([
    bytes.subarray(0, at),
    harm.with,
    harm.cuts ? Buffer.alloc(0) : bytes.subarray(at + harm.with.length),
  ]);
}
const body = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(text, damage).map(([whole, harm]) => damaged(whole, harm)) },
  { weight: 1, arbitrary: text.map((whole) => Buffer.from(`\ufeff${whole}`)) },
  { weight: 1, arbitrary: text.map((whole) => Buffer.from(whole, 'utf16le')) },
  { weight: 1, arbitrary: text.map((whole) => Buffer.from(whole, 'latin1')) },
  { weight: 1, arbitrary: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
);

const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...FEATURES) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom('a/b', '/', '100%', '__proto__', 'x'.repeat(256), 'x'.repeat(4000), '..') },
);
const everyByte = (whole: string) =>
  [...Buffer.from(whole)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
/** A key as clients write it: encoded well, fully, or not at all. */
const written = (whole: string) =>
  fc.constantFrom(encodeURIComponent(whole.toWellFormed()), everyByte(whole), whole.replaceAll(/[^!-"$->@-~]/g, '~'));
const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('flagConfigEtag', 'flagConfigLastModified', 'zzz'), fc.stringMatching(/^[!-"$-~]{0,60}$/))
      .map(([member, value]) => `?${member}=${value}&${member}`),
  },
);

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

const oddRequest = fc.record({
  as: fc.constantFrom('service' as const, 'bound' as const, 'viewer' as const, null),
  header: fc.constantFrom('authorization' as const, 'x-api-key' as const),
  method: fc.constantFrom(
    'POST',
    'POST',
    'POST',
    'GET',
    'HEAD',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
  ),
  path: fc.constantFrom(
    FLAGS,
    `${FLAGS}/`,
    `${FLAGS}/split`,
    `${FLAGS}//split`,
    `${FLAGS}/split/`,
    '/ofrep/v1/zzz',
    '/ofrep/v1',
  ),
  headers: fc.record(
    {
      'content-type': fc.constantFrom(
        'application/json',
        'application/json; charset=utf-16',
        'text/plain',
        'application/xml',
        '',
        ';',
        'application/json;;',
        'a'.repeat(2000),
      ),
      'content-encoding': fc.constantFrom('gzip', 'identity', 'nonsense'),
      'if-none-match': fc.constantFrom('*', '"a"', ',,,', '"', 'W/', '"a", *', 'x'.repeat(4000)),
      origin: fc.constantFrom('null', 'https://shop.example', '*'),
      expect: fc.constantFrom('100-continue'),
      accept: fc.constantFrom('text/html', 'nonsense'),
      'accept-encoding': fc.constantFrom('gzip', 'br;q=0'),
      range: fc.constantFrom('bytes=0-1'),
      'x-http-method-override': fc.constantFrom('DELETE'),
      'x-forwarded-for': fc.constantFrom('::1', 'nonsense'),
    },
    { requiredKeys: [] },
  ),
  body: fc.oneof(fc.constant(null), fc.constant(Buffer.alloc(0)), fc.constant([]), body),
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

/** By the letter of the issue, one rule after the other. */
function expected({ application: { flags } }: ServerUnderTest, path: string | null, bytes: Buffer): unknown {
  const given = bodyIn(bytes);
  const key = path === null ? null : decoded(path);
  const failed = (errorCode: string) => (key === null ? { errorCode } : { key, errorCode });
  // What nothing is routed at, and what is no encoding, is told before the body is read.
  if (key !== null && (path?.includes('/') || decodable(path) === null || (path?.length ?? 0) > 3072))
    return failed('FLAG_NOT_FOUND');
  if (given === null) return failed('PARSE_ERROR');
  const read = readContext(Object.hasOwn(given, 'context') ? given['context'] : undefined);
  if (read.kind === 'invalid') return failed('INVALID_CONTEXT');
  if (key !== null) return said(key, flags.evaluate(key, read.context));
  return FEATURES.toSorted().map((feature) => said(feature, flags.evaluate(feature, read.context)));
}

const said = (key: string, answer: Evaluation) =>
  answer.kind === 'failed'
    ? { key, errorCode: answer.errorCode }
    : { key, variant: answer.variant, reason: answer.reason };

function saidBy({ text: whole }: WiredAnswer): unknown {
  const { key, variant, reason, errorCode, flags } = JSON.parse(whole);
  if (flags !== undefined)
    return flags.map((flag: object) => saidBy({ status: 200, headers: {}, text: JSON.stringify(flag) }));
  return JSON.parse(JSON.stringify({ key, variant, reason, errorCode }));
}

/** The object that these bytes say in UTF-8 and JSON; null where they say none. */
function bodyIn(bytes: Buffer): Readonly<Record<string, unknown>> | null {
  const whole = bytes.toString('utf8');
  if (!Buffer.from(whole).equals(bytes)) return null;
  try {
    const value: unknown = JSON.parse(whole.replace(/^\ufeff/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function decodable(path: string | null): string | null {
  try {
    return decodeURIComponent(path ?? '');
  } catch {
    return null;
  }
}
const decoded = (path: string) => decodable(path) ?? path;
