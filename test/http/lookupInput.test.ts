import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flagDocumentSchema } from '../../src/domain/feature/flagDocumentSchema.ts';
import { context, document } from '../domain/feature/arbitraries.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { ServerUnderTest } from './serverUnderTest.ts';
import { overTheWire } from './wire.ts';

const FLAGS = '/ofrep/v1/evaluate/flags';
const FLAG = `${FLAGS}/checkout-v2`;

function serving(): ServerUnderTest {
  const under = new ServerUnderTest();
  under.application.flags.apply(documentOf({ grants: [grantOf(100, { groups: ['internal'] })] }));
  return under;
}
const asService = { as: 'service' } as const;
const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([...part]))));

describe('the body of a lookup', () => {
  test.for([
    ['an overlong slash', [0xc0, 0xaf]],
    ['a lone continuation byte', [0x80]],
    ['a sequence that breaks off', [0xe2, 0x82]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['what lies above Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['Latin-1', [0xe4]],
  ] as const)('is UTF-8: %s is refused, since two users would else become one', async ([, odd]) => {
    await using under = serving();
    for (const path of [FLAG, FLAGS]) {
      const text = bytes('{"context":{"targetingKey":"user-', odd, '"}}');
      expect(await under.refusal('POST', path, { ...asService, text })).toBe('400 PARSE_ERROR');
    }
  });

  test('may name a user U+FFFD, who then is nobody else', async () => {
    await using under = new ServerUnderTest();
    under.application.flags.apply(documentOf({ grants: [grantOf(50)] }));
    expect((await under.post(FLAG, { ...asService, text: '{"context":{"targetingKey":"\ufffd"}}' })).status).toBe(200);
  });

  test('may begin with a byte order mark', async () => {
    await using under = serving();
    const text = bytes([0xef, 0xbb, 0xbf], '{"context":{"groups":["internal"]}}');
    expect((await under.post(FLAG, { ...asService, text })).body).toMatchObject({ variant: 'on' });
  });

  test('of equal names has the last one, wherever they stand', async () => {
    await using under = serving();
    const variant = async (text: string) => (await under.post(FLAG, { ...asService, text })).body['variant'];
    expect(await variant('{"context":{"groups":[],"groups":["internal"]}}')).toBe('on');
    expect(await variant('{"context":{"groups":["internal"],"gro\\u0075ps":[]}}')).toBe('off');
    expect(await variant('{"context":{"groups":["internal"]},"context":{}}')).toBe('off');
  });

  test('may be as deep as it is long, and as long as the limit', async () => {
    await using under = serving();
    const nested = (open: string, close: string) => {
      const deep = Math.floor((1024 * 1024 - 100) / (open.length + close.length));
      return `{"context":{"groups":["internal"],"more":${open.repeat(deep)}${open === '[' ? '' : '1'}${close.repeat(deep)}}}`;
    };
    for (const text of [
      nested('[', ']'),
      nested('{"a":', '}'),
      `{"context":{"groups":["internal"],"more":"${'x'.repeat(1_000_000)}"}}`,
    ]) {
      expect((await under.post(FLAG, { ...asService, text })).body['variant']).toBe('on');
    }
    const tooLong = `{"context":{"more":"${'x'.repeat(1024 * 1024)}"}}`;
    expect(await under.refusal('POST', FLAG, { ...asService, text: tooLong })).toBe('400 PARSE_ERROR');
    const longKey = { context: { targetingKey: 'x'.repeat(1_000_000) } };
    expect(await under.refusal('POST', FLAG, { ...asService, body: longKey })).toBe('400 INVALID_CONTEXT');
  });

  test('has numbers out of range where nobody looks, and nowhere else', async () => {
    await using under = serving();
    const refusal = (member: string) => under.refusal('POST', FLAG, { ...asService, text: `{"context":{${member}}}` });
    for (const number of ['1e999', '-1e999', '9007199254740993', '1e-400', '-0']) {
      expect(await refusal(`"more":${number}`)).toBe('200 undefined');
      for (const name of ['targetingKey', 'workspaceId', 'region', 'tier', 'groups']) {
        expect(await refusal(`"${name}":${number}`)).toBe('400 INVALID_CONTEXT');
      }
    }
    expect(await refusal('"more":01')).toBe('400 PARSE_ERROR');
    expect(await refusal('"more":NaN')).toBe('400 PARSE_ERROR');
  });

  test('is there, and is JSON', async () => {
    await using under = serving();
    const typed = (type: string) => ({ ...asService, text: '{}', headers: { 'content-type': type } });
    expect(await under.refusal('POST', FLAG, asService)).toBe('400 PARSE_ERROR');
    expect(await under.refusal('POST', FLAG, { ...asService, text: '' })).toBe('400 PARSE_ERROR');
    expect(await under.refusal('POST', FLAG, { ...asService, text: '  ' })).toBe('400 PARSE_ERROR');
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', '', ';', 'application/jsonp']) {
      expect([type, await under.refusal('POST', FLAG, typed(type))]).toEqual([type, '400 PARSE_ERROR']);
    }
    expect(await under.refusal('POST', FLAG, typed('Application/JSON; charset="utf-8"'))).toBe('200 undefined');
  });
});

describe('the request of a lookup', () => {
  test('is a POST; whatever else says what it takes, once the token is known', async () => {
    await using under = serving();
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      for (const path of [FLAG, FLAGS]) {
        const { status, headers } = await under.ask(method, path, asService);
        expect([method, path, status, headers['allow']]).toEqual([method, path, 405, 'POST']);
        expect((await under.ask(method, path, { as: null })).status).toBe(401);
      }
    }
  });

  test('is told nothing without a token, neither what exists nor what is wrong', async () => {
    await using under = serving();
    for (const path of [
      FLAG,
      FLAGS,
      `${FLAGS}/nobody`,
      `${FLAGS}/%zz`,
      `${FLAGS}/${'x'.repeat(5000)}`,
      '/ofrep/v1/zzz',
    ]) {
      for (const text of ['{', '{}', Buffer.from([0xff])]) {
        expect([path, await under.refusal('POST', path, { as: null, text })]).toEqual([path, '401 GENERAL']);
      }
    }
  });

  test('may name the whole URL, as a request to a proxy does', async () => {
    await using under = serving();
    const origin = await under.server.listen({ host: '127.0.0.1', port: 0 });
    const headers = { 'x-api-key': under.application.token('service'), 'content-type': 'application/json' };
    const ask = (path: string) => {
      const wired = { method: 'POST', path: `http://flags.example${path}`, headers, body: Buffer.from('{}') };
      return overTheWire(origin, wired);
    };
    expect(JSON.parse((await ask(FLAG)).text)).toMatchObject({ key: 'checkout-v2', variant: 'off' });
    expect(JSON.parse((await ask(`${FLAGS}/no%20body?a=/`)).text)).toMatchObject({
      key: 'no body',
      errorCode: 'FLAG_NOT_FOUND',
    });
  });

  test('may repeat what an event stream told, whatever that is', async () => {
    await using under = serving();
    for (const path of [FLAG, FLAGS]) {
      const plain = (await under.post(path, { ...asService, body: {} })).text;
      for (const query of [
        'flagConfigEtag=a',
        'flagConfigEtag=%zz',
        'flagConfigEtag&flagConfigEtag=%00',
        'flagConfigLastModified=2026-02-20T21:28:18Z',
        'flagConfigLastModified=-1e999&zzz[]=1',
        `flagConfigEtag=${'x'.repeat(8000)}`,
      ]) {
        const { status, text } = await under.post(`${path}?${query}`, { ...asService, body: {} });
        expect([query, status, text]).toEqual([query, 200, plain]);
      }
    }
  });
});

describe('an answer', () => {
  test('of a feature that is off has a value and says why: DISABLED, which stands for none, is never said', async () => {
    await using under = new ServerUnderTest();
    const { flags } = under.application;
    await fc.assert(
      fc.asyncProperty(document, context, async (one, asked) => {
        flags.apply(one);
        const { status, body } = await under.post(`${FLAGS}/${one.feature}`, {
          ...asService,
          body: { context: asked },
        });
        if (status !== 200) return;
        expect(['STATIC', 'TARGETING_MATCH', 'SPLIT']).toContain(body['reason']);
        expect(body).toHaveProperty('value');
      }),
    );
  });

  test('is the same to the byte on every replica and after a restart, whatever its variants are', async () => {
    await using one = new ServerUnderTest();
    await using other = new ServerUnderTest();
    const variants = fc.record({ on: fc.dictionary(fc.string(), fc.jsonValue()), off: fc.constant({}) });
    const documents = fc
      .tuple(document, variants)
      .map(([flag, values]) => flagDocumentSchema.parse({ ...flag, variants: values }));
    await fc.assert(
      fc.asyncProperty(fc.array(documents, { maxLength: 3 }), context, async (served, asked) => {
        for (const flag of served) {
          one.application.flags.apply(flag);
          // As it comes out of a store that holds text.
          other.application.flags.apply(flagDocumentSchema.parse(JSON.parse(JSON.stringify(flag))));
        }
        const body = { context: asked };
        const [first, second] = [
          await one.post(FLAGS, { ...asService, body }),
          await other.post(FLAGS, { ...asService, body }),
        ];
        expect([second.text, second.headers['etag']]).toEqual([first.text, first.headers['etag']]);
        const again = { ...asService, body, headers: { 'if-none-match': String(first.headers['etag']) } };
        expect((await other.post(FLAGS, again)).status).toBe(304);
      }),
    );
  });

  test('to whoever says * is that there is one', async () => {
    await using under = serving();
    const asked = (tag: string) => under.post(FLAGS, { ...asService, body: {}, headers: { 'if-none-match': tag } });
    for (const tag of ['*', ' * ']) expect((await asked(tag)).status).toBe(304);
    for (const tag of ['"*"', 'W/*', '*, "a"', '**']) expect((await asked(tag)).status).toBe(200);
  });
});
