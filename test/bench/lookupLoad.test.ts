import { describe, expect, test } from 'vitest';
import { bulkRequests, singleRequests } from '../../bench/lookup/asked.ts';
import { assertSplits } from '../../bench/lookup/inProcess.ts';
import { medianRatio, type Rounds } from '../../bench/lookup/interleaved.ts';
import { autocannonLoad, harOf } from '../../bench/lookup/loadByAutocannon.ts';
import { luaOf, wrkLoad } from '../../bench/lookup/loadByWrk.ts';
import { resultOf, tableOf } from '../../bench/support/report.ts';

const HEADERS = { authorization: 'Bearer sluice_1' };

describe('what a load generator is to send', () => {
  test('has each user once, and all features in turn', () => {
    const requests = singleRequests(['a', 'b', 'c']);
    expect(new Set(requests.map(({ body }) => body)).size).toBe(requests.length);
    expect(requests.slice(0, 4).map(({ path }) => path.at(-1))).toEqual(['a', 'b', 'c', 'a']);
    expect(new Set(bulkRequests().map(({ path }) => path))).toEqual(new Set(['/ofrep/v1/evaluate/flags']));
  });

  test('is an HTTP archive for autocannon, to the server that is measured', () => {
    const [request] = singleRequests(['a']);
    if (request === undefined) throw new Error('nobody asks');
    expect(JSON.parse(harOf('http://127.0.0.1:1', [request], HEADERS))).toEqual({
      log: {
        entries: [
          {
            request: {
              method: 'POST',
              url: 'http://127.0.0.1:1/ofrep/v1/evaluate/flags/a',
              headers: [{ name: 'authorization', value: 'Bearer sluice_1' }],
              postData: { text: request.body },
            },
          },
        ],
      },
    });
  });

  test('is a script for wrk, whatever the bodies hold but the end of a quotation', () => {
    const script = luaOf([{ path: '/a', body: '{"q":"\\" [[x]] ]=]"}' }], HEADERS);
    expect(script).toContain('wrk.format("POST", [==[/a]==], headers, [==[{"q":"\\" [[x]] ]=]"}]==])');
    expect(() => luaOf([{ path: '/a', body: ']==]' }], HEADERS)).toThrow('not to be said in Lua');
  });
});

describe('what a load generator says', () => {
  test('of wrk is its last line, where it told it', () => {
    const output = 'Running 2s test\nRequests/sec: 1\n{"requests":10,"microseconds":2000000,"failed":1}\n';
    expect(wrkLoad(output)).toEqual({ requests: 10, seconds: 2, failed: 1 });
    expect(() => wrkLoad('Running 2s test\nTransfer/sec: 5.48MB\n')).toThrow();
  });

  test('of autocannon counts answers with another status, and none, as failed', () => {
    const output = JSON.stringify({ '2xx': 10, non2xx: 2, errors: 3, duration: 2.5, latency: {} });
    expect(autocannonLoad(output)).toEqual({ requests: 10, seconds: 2.5, failed: 5 });
  });
});

describe('what is compared', () => {
  test('is each round with the same round of the other, so that a slow one of both says nothing', () => {
    const spent = (cpuMicroseconds: number) => ({ cpuMicroseconds, requestsPerSecond: 1 });
    const rounds: Rounds = new Map([
      ['fastify', [10, 100, 20].map(spent)],
      ['sluice', [20, 200, 40].map(spent)],
    ]);
    expect(medianRatio(rounds, 'fastify', 'sluice', 'cpuMicroseconds')).toBe(0.5);
  });

  test('is nobody who answers a default', () => {
    expect(() => assertSplits('a library', { perSecond: 1, onShare: 0 })).toThrow('a library is on for 0.0 % of users');
    expect(() => assertSplits('a library', { perSecond: 1, onShare: 1 })).toThrow('not for 25 %');
    assertSplits('a library', { perSecond: 1, onShare: 0.2512 });
  });

  test('with a floor is met at it and above, with a limit at it and below', () => {
    const bench = {
      name: 'b',
      limits: { low: 2 },
      floors: { high: 3 },
      run: () => Promise.reject(new Error('not run')),
    };
    expect(resultOf(bench, { low: 2, high: 3 })).toMatchObject({ met: true, ratios: { low: 1, high: 1 } });
    expect(resultOf(bench, { low: 1, high: 2 })).toMatchObject({ met: false, ratios: { low: 0.5, high: 1.5 } });
    expect(resultOf(bench, { low: 3, high: 6 })).toMatchObject({ met: false, ratios: { low: 1.5, high: 0.5 } });
    expect(() => resultOf(bench, { low: 1 })).toThrow('high was not measured');
    expect(tableOf('b', resultOf(bench, { low: 1, high: 2 }))).toMatch(/high .* ≥ 3 {2}150 % of the limit, NOT MET/);
  });
});
