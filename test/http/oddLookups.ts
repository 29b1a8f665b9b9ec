import fc from 'fast-check';
import { FEATURES, FLAGS } from './lookupOracle.ts';

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
  fc.constantFrom('{"groups":["internal"],"region":"eu"}', '{"__proto__":{"groups":["internal"]}}'),
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
/** Bytes that may or may not say a context. */
export const body = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(text, damage).map(([whole, harm]) => damaged(whole, harm)) },
  { weight: 1, arbitrary: text.map((whole) => Buffer.from(`\ufeff${whole}`)) },
  { weight: 1, arbitrary: text.map((whole) => Buffer.from(whole, 'utf16le')) },
  { weight: 1, arbitrary: text.map((whole) => Buffer.from(whole, 'latin1')) },
  { weight: 1, arbitrary: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
);

export const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...FEATURES) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom('a/b', '/', '100%', '__proto__', 'x'.repeat(256), 'x'.repeat(4000), '..') },
);
const everyByte = (whole: string) =>
  [...Buffer.from(whole)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
/** A key as clients write it: encoded well, fully, or not at all. */
export const written = (whole: string) =>
  fc.constantFrom(encodeURIComponent(whole.toWellFormed()), everyByte(whole), whole.replaceAll(/[^!-"$->@-~]/g, '~'));
export const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('flagConfigEtag', 'flagConfigLastModified', 'zzz'), fc.stringMatching(/^[!-"$-~]{0,60}$/))
      .map(([member, value]) => `?${member}=${value}&${member}`),
  },
);

/** Requests that no client would send. */
export const oddRequest = fc.record({
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
