import { describe, expect, test } from 'vitest';
import { unlikeOfrep } from './ofrepSpecification.ts';

const SINGLE = '/ofrep/v1/evaluate/flags/discount-banner';
const BULK = '/ofrep/v1/evaluate/flags';
const GOOD = {
  key: 'discount-banner',
  value: true,
  reason: 'TARGETING_MATCH',
  variant: 'enabled',
  metadata: { team: 'a' },
};
const FAILED = { key: 'my-flag', errorCode: 'INVALID_CONTEXT', errorDetails: 'it has no targetingKey' };
const TAG = `"${'0'.repeat(64)}"`;
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

const faults = (url: string, status: number, body: object | null, headers: object = { ...JSON_TYPE, etag: TAG }) =>
  unlikeOfrep({
    method: 'POST',
    url,
    status,
    headers: { ...headers },
    text: body === null ? null : JSON.stringify(body),
  });

describe('the check against OFREP', () => {
  test.for([
    ['a flag', SINGLE, 200, GOOD],
    ['a number', SINGLE, 200, { ...GOOD, value: 1 }],
    ['an object', SINGLE, 200, { ...GOOD, value: { a: [1] } }],
    ['a code default', SINGLE, 200, { key: 'a', reason: 'DISABLED' }],
    [
      'flags and failures',
      BULK,
      200,
      { flags: [GOOD, FAILED], eventStreams: [{ type: 'sse', endpoint: { requestUri: '/v1/stream' } }] },
    ],
    ['nothing new', BULK, 304, null],
    ['a failure', SINGLE, 400, FAILED],
    ['an unknown flag', SINGLE, 404, { ...FAILED, errorCode: 'FLAG_NOT_FOUND' }],
    ['a failure of all', BULK, 400, { errorCode: 'PARSE_ERROR' }],
  ] as const)('takes %s', ([, url, status, body]) => {
    expect(faults(url, status, body)).toEqual([]);
  });

  test.for([
    ['a flag without a key', SINGLE, 200, { ...GOOD, key: undefined }],
    ['a flag without a reason', SINGLE, 200, { ...GOOD, reason: undefined }],
    ['a reason of its own', SINGLE, 200, { ...GOOD, reason: 'DEFAULT' }],
    ['deep metadata', SINGLE, 200, { ...GOOD, metadata: { a: { b: 1 } } }],
    ['a variant that is no text', SINGLE, 200, { ...GOOD, variant: 1 }],
    ['flags in no list', BULK, 200, { flags: { a: GOOD } }],
    ['a broken flag among good ones', BULK, 200, { flags: [GOOD, { key: 'a', errorCode: 'NO_SUCH_CODE' }] }],
    [
      'a stream with two places',
      BULK,
      200,
      { flags: [], eventStreams: [{ type: 'sse', url: 'https://a', endpoint: { requestUri: '/' } }] },
    ],
    ['a stream at no path', BULK, 200, { flags: [], eventStreams: [{ type: 'sse', endpoint: { requestUri: 'v1' } }] }],
    ['an unknown flag as 400', SINGLE, 400, { ...FAILED, errorCode: 'FLAG_NOT_FOUND' }],
    ['a failure without a key', SINGLE, 400, { ...FAILED, key: undefined }],
    ['a status that it does not know', SINGLE, 422, FAILED],
  ] as const)('finds %s', ([, url, status, body]) => {
    expect(faults(url, status, body)).not.toEqual([]);
  });

  test('finds headers that are missing', () => {
    expect(faults(BULK, 200, { flags: [] }, JSON_TYPE)).toEqual([expect.stringContaining('etag')]);
    expect(faults(SINGLE, 200, GOOD, {})).toEqual([expect.stringContaining('content-type')]);
    for (const after of [undefined, '0', '1.5', 'soon']) {
      const headers = { ...JSON_TYPE, 'retry-after': after };
      expect(faults(SINGLE, 429, { ...FAILED, errorCode: 'GENERAL' }, headers)).toEqual([
        expect.stringContaining('retry-after'),
      ]);
    }
  });
});
