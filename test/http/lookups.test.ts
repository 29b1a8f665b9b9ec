import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { context, document } from '../domain/feature/arbitraries.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const FLAGS = '/ofrep/v1/evaluate/flags';
const LIVE = { rolloutId: 'r-1', stage: 'canary', whenStale: 'close', grant: 0 } as const;
const user = (targetingKey: string) => ({ as: 'service', body: { context: { targetingKey } } }) as const;

describe('a lookup', () => {
  test('answers value, reason, variant and flat metadata', async () => {
    await using under = new ServerUnderTest();
    under.application.flags.apply(documentOf({ version: 7, grants: [grantOf(100)], live: LIVE }));
    const answer = await under.post(`${FLAGS}/checkout-v2`, user('user-1'));
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.body).toEqual({
      key: 'checkout-v2',
      value: true,
      reason: 'STATIC',
      variant: 'on',
      metadata: { rolloutId: 'r-1', stage: 'canary', percentage: 100, cohort: 'treatment', version: 7 },
    });
  });

  test('leaves out of the metadata what does not apply', async () => {
    await using under = new ServerUnderTest();
    under.application.flags.apply(documentOf({ version: 2 }));
    const { body } = await under.post(`${FLAGS}/checkout-v2`, user('user-1'));
    expect(body).toMatchObject({ value: false, reason: 'STATIC', variant: 'off' });
    expect(body['metadata']).toEqual({ percentage: 0, version: 2 });
  });

  test('answers what evaluation says, for any document and context, one by one and in bulk', async () => {
    await using under = new ServerUnderTest();
    const { flags } = under.application;
    await fc.assert(
      fc.asyncProperty(fc.array(document, { maxLength: 4 }), context, async (documents, asked) => {
        for (const one of documents) flags.apply(one);
        const expected = flags
          .evaluateAll(asked)
          .toSorted((one, other) => (one.feature < other.feature ? -1 : 1))
          .map(({ feature, evaluation }) => {
            if (evaluation.kind === 'failed') {
              return { key: feature, errorCode: evaluation.errorCode, errorDetails: evaluation.errorDetails };
            }
            const { value, reason, variant, metadata } = evaluation;
            return { key: feature, value, reason, variant, metadata };
          });
        const body = { context: asked };
        expect((await under.post(FLAGS, { as: 'service', body })).body).toMatchObject({ flags: expected });
        for (const one of expected) {
          const { status, body: single } = await under.post(`${FLAGS}/${one.key}`, { as: 'service', body });
          expect([status, single]).toEqual(['errorCode' in one ? 400 : 200, one]);
        }
      }),
    );
  });

  test('takes keys encoded or not, up to 256 characters', async () => {
    await using under = new ServerUnderTest();
    under.application.flags.apply(documentOf({ feature: 'a.b_c-1' }));
    for (const key of ['a.b_c-1', 'a%2Eb_c%2D1', '%61%2e%62%5f%63%2d%31']) {
      expect((await under.post(`${FLAGS}/${key}`, user('u'))).body).toMatchObject({ key: 'a.b_c-1' });
    }
    const strange = [
      'x'.repeat(256),
      encodeURIComponent('🦥'.repeat(128)),
      'a%2Fb',
      'a/b/c',
      '100%',
      '%zz',
      '%ED%A0%80',
      'a%00',
      '.',
      '__proto__',
    ];
    for (const key of strange) {
      const { status, body } = await under.post(`${FLAGS}/${key}`, user('u'));
      expect([key, status, body['errorCode'], typeof body['key']]).toEqual([key, 404, 'FLAG_NOT_FOUND', 'string']);
    }
    expect((await under.post(`${FLAGS}/a%2Fb`, user('u'))).body['key']).toBe('a/b');
  });

  test('says what is wrong with a request in the words of OFREP', async () => {
    await using under = new ServerUnderTest();
    under.application.flags.apply(documentOf({ grants: [grantOf(50)] }));
    const refusal = (text: string) => under.refusal('POST', `${FLAGS}/checkout-v2`, { as: 'service', text });
    expect(await refusal('{')).toBe('400 PARSE_ERROR');
    expect(await refusal('[]')).toBe('400 PARSE_ERROR');
    expect(await refusal('{}')).toBe('400 TARGETING_KEY_MISSING');
    expect(await refusal('{"context":{}}')).toBe('400 TARGETING_KEY_MISSING');
    expect(await refusal('{"context":{"targetingKey":""}}')).toBe('400 TARGETING_KEY_MISSING');
    for (const odd of [
      '7',
      '[]',
      '{"targetingKey":7}',
      '{"targetingKey":"\\u0000"}',
      '{"groups":"a"}',
      '{"region":"\\ud800"}',
    ]) {
      expect([odd, await refusal(`{"context":${odd}}`)]).toEqual([odd, '400 INVALID_CONTEXT']);
    }
    expect(await under.refusal('POST', `${FLAGS}/nobody`, user('u'))).toBe('404 FLAG_NOT_FOUND');
    const { body } = await under.post(`${FLAGS}/checkout-v2`, { as: 'service', body: {} });
    expect(body).toEqual({ key: 'checkout-v2', errorCode: 'TARGETING_KEY_MISSING', errorDetails: expect.any(String) });
  });

  test('ignores attributes that nobody knows, whatever they are', async () => {
    await using under = new ServerUnderTest();
    under.application.flags.apply(documentOf({ grants: [grantOf(100, { groups: ['internal'] })] }));
    const answer = async (more: string) => {
      const text = `{"context":{"targetingKey":"u",${more}},"more":1}`;
      return (await under.post(`${FLAGS}/checkout-v2`, { as: 'service', text })).body['variant'];
    };
    expect(await answer('"groups":["internal"]')).toBe('on');
    for (const more of [
      '"__proto__":{"groups":["internal"]}',
      '"constructor":{"prototype":{"groups":["internal"]}}',
      '"deep":{"a":[{"b":1e999}]},"big":1e308',
      `"long":"${'x'.repeat(500_000)}"`,
      '"groups":["internal"],"groups":[]',
    ]) {
      expect([more.slice(0, 50), await answer(more)]).toEqual([more.slice(0, 50), 'off']);
    }
  });

  test('is counted by feature and variant, and never by a key that was made up', async () => {
    await using under = new ServerUnderTest();
    under.application.flags.apply(documentOf({ grants: [grantOf(100)] }));
    for (const key of ['checkout-v2', 'checkout-v2', 'made-up', '__proto__'])
      await under.post(`${FLAGS}/${key}`, user('u'));
    await under.post(FLAGS, user('u'));
    const { text } = await under.telemetry.exposition();
    expect(text).toContain('flag_lookups_total{feature="checkout-v2",variant="on",environment="test"} 3');
    expect(text).not.toMatch(/made-up|__proto__/);
    expect(text).toContain('flag_lookup_seconds_count{environment="test"} 3');
    expect(text).toMatch(
      /http_request_duration_seconds_count\{.*route="\/ofrep\/v1\/evaluate\/flags\/:key",status_code="404".*\} 2/,
    );
  });

  test('asks nothing that could be away', async () => {
    await using under = new ServerUnderTest();
    await under.started();
    under.application.kept.cut();
    expect((await under.post(`${FLAGS}/checkout-v2`, user('u'))).status).toBe(200);
  });
});

describe('a bulk lookup', () => {
  test('has an ETag that follows from the body alone, and 304 where it matches', async () => {
    const tagOf = async (order: readonly string[]) => {
      await using under = new ServerUnderTest();
      for (const feature of order) under.application.flags.apply(documentOf({ feature }));
      return String((await under.post(FLAGS, user('u'))).headers['etag']);
    };
    const tag = await tagOf(['a', 'b']);
    expect(tag).toMatch(/^"[0-9a-f]{64}"$/);
    expect(await tagOf(['b', 'a'])).toBe(tag);
    expect(await tagOf(['a', 'c'])).not.toBe(tag);

    await using under = new ServerUnderTest();
    for (const feature of ['a', 'b']) under.application.flags.apply(documentOf({ feature }));
    const ask = (ifNoneMatch: string) =>
      under.post(`${FLAGS}?flagConfigEtag=x&flagConfigLastModified=1771622898`, {
        ...user('u'),
        headers: { 'if-none-match': ifNoneMatch },
      });
    for (const same of [tag, `W/${tag}`, `"x", ${tag}`, `"x",W/${tag} , "y"`]) {
      const { status, text, headers } = await ask(same);
      expect([same, status, text, headers['etag']]).toEqual([same, 304, '', tag]);
    }
    for (const other of ['"x"', tag.slice(1, -1), '']) expect((await ask(other)).status).toBe(200);
    under.application.flags.apply(documentOf({ feature: 'a', version: 2 }));
    expect((await ask(tag)).status).toBe(200);
  });

  test('without a targeting key answers flag by flag', async () => {
    await using under = new ServerUnderTest();
    under.application.flags.apply(documentOf({ feature: 'open', grants: [grantOf(100)] }));
    under.application.flags.apply(documentOf({ feature: 'split', grants: [grantOf(50)] }));
    const { status, body } = await under.post(FLAGS, { as: 'service', body: {} });
    expect(status).toBe(200);
    expect(body['flags']).toMatchObject([
      { key: 'open', value: true },
      { key: 'split', errorCode: 'TARGETING_KEY_MISSING' },
    ]);
  });
});
