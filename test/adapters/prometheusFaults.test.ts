import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BoundedHttp, type HttpLimits } from '../../src/adapters/outboundHttp/boundedHttp.ts';
import { PrometheusSource } from '../../src/adapters/prometheus/source.ts';
import { queryKey } from '../../src/domain/health/measurement.ts';
import { ask, COMMON, ERROR_RATE, LATENCY, question, sli } from '../contracts/metricSource.ts';
import { json, type StubAnswer, startStubPrometheus, vector } from '../support/stubPrometheus.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const EVERYONE = question(ERROR_RATE, { arms: 'all' });
const PROMQL = sli({ id: 'own', kind: 'promql', source: 'shop', direction: 'lower', query: 'own_metric' });

const part = (name: string, value: string) => ({ labels: { sluice_part: name }, value });

async function stubbed(answer: StubAnswer, limits: Partial<HttpLimits> = {}) {
  const stub = await startStubPrometheus();
  stub.answer(answer);
  const source = new PrometheusSource('prometheus', new BoundedHttp(`http://${stub.host}`, limits));
  onTestFinished(async () => {
    await source.close();
    await stub.stop();
  });
  return { stub, source };
}

describe('a Prometheus that does not answer as it should', () => {
  test.for<[string, StubAnswer, string]>([
    [
      'an error of its own',
      json({ status: 'error', errorType: 'bad_data', error: 'parse\n error' }, 400),
      'answered 400 bad_data: parse error',
    ],
    [
      'an error with status 200',
      json({ status: 'error', errorType: 'execution', error: 'no' }),
      'answered 200 execution: no',
    ],
    [
      'an overloaded one',
      { status: 503, type: 'text/plain', body: 'try later' },
      'answered 503 with text/plain, not JSON',
    ],
    [
      'a page of something else',
      { type: 'text/html; charset=utf-8', body: '<html>' },
      'answered 200 with text/html; charset=utf-8, not JSON',
    ],
    [
      'a page that wants a password',
      { status: 401, type: 'text/html', body: 'no' },
      'answered 401 with text/html, not JSON',
    ],
    ['JSON of something else with a bad status', json({ message: 'Not Found' }, 404), 'answered 404'],
    ['JSON of something else', json({ message: 'hello' }), 'an answer of unknown shape at status'],
    ['JSON that is no object', json(null), 'an answer of unknown shape at its root'],
    [
      'a matrix',
      json({ status: 'success', data: { resultType: 'matrix', result: [] } }),
      'an answer of unknown shape at data.resultType',
    ],
    [
      'a string',
      json({ status: 'success', data: { resultType: 'string', result: [1, 'x'] } }),
      'an answer of unknown shape at data.resultType',
    ],
    [
      'a value that is no text',
      json({ status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [1, 2] }] } }),
      'an answer of unknown shape at data.result.0.value.1',
    ],
    ['nothing', { body: '' }, 'answered 200 with application/json, not JSON'],
    ['half of an answer', 'hangUp', 'the connection broke off'],
    ['NaN', vector([part('value', 'NaN'), part('samples', '10')]), 'the value is NaN'],
    ['NaN samples', vector([part('value', '1'), part('samples', 'NaN')]), 'the samples are NaN'],
    ['an infinity', vector([part('value', '+Inf'), part('samples', '10')]), 'the value is Infinity'],
    ['what is no number', vector([part('value', 'ten'), part('samples', '10')]), 'the value is NaN'],
    ['one part twice', vector([part('value', '1'), part('value', '2')]), 'several series where one is expected'],
  ])('%s is unavailable, with the detail', async ([, answer, detail]) => {
    const { source } = await stubbed(answer);
    const { all } = await ask(source, EVERYONE, NOW_MS);
    expect(all).toMatchObject({ kind: 'unavailable', detail });
  });

  test('no answer in time is unavailable, and so is the state', async () => {
    const { source } = await stubbed('silence', { timeoutMs: 50 });
    const { all } = await ask(source, EVERYONE, NOW_MS);
    expect(all).toMatchObject({ kind: 'unavailable', detail: 'no answer within 0.05 s' });
    expect(await source.state(NOW_MS)).toEqual({ ok: false, detail: 'no answer within 0.05 s' });
  });

  test('while nobody gets an answer only some wait for one, and one that comes is for all', async () => {
    const { stub, source } = await stubbed('silence', { timeoutMs: 200, connections: 1 });
    await ask(source, EVERYONE, NOW_MS);
    const waiting = ask(source, EVERYONE, NOW_MS);
    const { all } = await ask(source, EVERYONE, NOW_MS);
    expect(all).toMatchObject({ kind: 'unavailable', detail: 'no answer in time to others either' });
    expect((await waiting).all).toMatchObject({ kind: 'unavailable', detail: 'no answer within 0.2 s' });
    stub.answer(vector([part('value', '1'), part('samples', '10')]));
    const answers = [
      await ask(source, EVERYONE, NOW_MS),
      ...(await Promise.all([1, 2, 3].map(() => ask(source, EVERYONE, NOW_MS)))),
    ];
    expect(answers.map((answer) => answer.all?.kind)).toEqual(['observed', 'observed', 'observed', 'observed']);
  });

  test('an answer without end is cut off', async () => {
    const { source } = await stubbed({ body: 'x'.repeat(100_000) }, { maxResponseBytes: 10_000 });
    const { all } = await ask(source, EVERYONE, NOW_MS);
    expect(all).toMatchObject({ kind: 'unavailable', detail: 'an answer above 10000 bytes' });
  });

  test('nobody at the address is unavailable, and once somebody is there it goes on by itself', async () => {
    const { stub, source } = await stubbed('hangUp');
    expect((await ask(source, EVERYONE, NOW_MS)).all?.kind).toBe('unavailable');
    stub.answer(vector([part('value', '1'), part('samples', '10')]));
    expect((await ask(source, EVERYONE, NOW_MS)).all).toMatchObject({ kind: 'observed', value: 0.1 });
    await stub.stop();
    // A kept-alive connection notices first.
    await ask(source, EVERYONE, NOW_MS);
    const { all } = await ask(source, EVERYONE, NOW_MS);
    expect(all).toMatchObject({ kind: 'unavailable', detail: 'connection refused' });
    expect(await source.state(NOW_MS)).toEqual({ ok: false, detail: 'connection refused' });
  });

  test('an empty vector is missing: that is an answer', async () => {
    const { source } = await stubbed(vector([]));
    expect((await ask(source, EVERYONE, NOW_MS)).all).toMatchObject({ kind: 'missing' });
  });

  test('zero divided by zero is no traffic', async () => {
    const { source } = await stubbed(vector([part('value', '0'), part('samples', '0'), part('newest', '1700000000')]));
    const { all } = await ask(source, EVERYONE, NOW_MS);
    expect(all).toMatchObject({ kind: 'noTraffic', newestSampleAtMs: 1_700_000_000_000 });
    const quantile = await ask(source, question(LATENCY, { arms: 'all' }), NOW_MS);
    expect(quantile.all).toMatchObject({ kind: 'noTraffic' });
  });

  test('several series for a query of the author are refused', async () => {
    const { source } = await stubbed(
      vector([
        { labels: { pod: 'a' }, value: '1' },
        { labels: { pod: 'b' }, value: '2' },
      ]),
    );
    const { all } = await ask(source, question(PROMQL, { arms: 'all' }), NOW_MS);
    expect(all).toMatchObject({ kind: 'unavailable', detail: '2 series where one is expected' });
  });

  test('a scalar is one answer', async () => {
    const { source } = await stubbed(json({ status: 'success', data: { resultType: 'scalar', result: [1, '0.5'] } }));
    const { all } = await ask(source, question(PROMQL, { arms: 'all' }), NOW_MS);
    expect(all).toMatchObject({ kind: 'observed', value: 0.5, samples: 1, newestSampleAtMs: null });
  });

  test('warnings are kept, bounded', async () => {
    const warnings = Array.from({ length: 50 }, (_, index) => `store ${index}\n${'x'.repeat(1000)}`);
    const { source } = await stubbed(vector([part('value', '1'), part('samples', '10')], { warnings }));
    const { all } = await ask(source, EVERYONE, NOW_MS);
    expect(all?.warnings).toHaveLength(5);
    expect(all?.warnings?.[0]).toMatch(/^store 0 x{292}$/);
  });
});

describe('how a Prometheus is asked', () => {
  test('by POST of a form, at one and the same time, under the path of its address, with its credentials in a header', async () => {
    const stub = await startStubPrometheus();
    const address = `http://reader:s%40crit%@${stub.host}/base/?tenant=7`;
    const source = new PrometheusSource('prometheus', new BoundedHttp(address));
    onTestFinished(async () => {
      await source.close();
      await stub.stop();
    });
    const answers = await ask(source, EVERYONE, NOW_MS + 45);
    const [asked] = stub.asked;
    expect(asked).toMatchObject({ method: 'POST', path: '/base/api/v1/query?tenant=7' });
    expect(asked?.authorization).toBe(`Basic ${Buffer.from('reader:s@crit%').toString('base64')}`);
    expect(asked?.form.get('time')).toBe(`${NOW_MS / 1000}.045`);
    stub.answer({ status: 401, type: 'text/html', body: 'no' });
    const told = [answers, await ask(source, EVERYONE, NOW_MS), await source.state(NOW_MS), source];
    expect(inspect(told, { depth: 20, showHidden: true })).not.toMatch(/crit|reader|cmVhZGVy/);
  });

  test('an address that is none is refused without being repeated', () => {
    for (const address of ['http://reader:secret@', 'ftp://reader:secret@host', 'reader:secret']) {
      const attempt = () => new BoundedHttp(address);
      expect(attempt).toThrow('the address is no http or https URL');
      expect(attempt).not.toThrow(/secret/);
    }
  });

  test('equal questions once, a structured one in one round trip, a past one at its own time', async () => {
    const { stub, source } = await stubbed(vector([part('value', '1'), part('samples', '10'), part('newest', '1')]));
    const past = question(ERROR_RATE, { arms: 'all', offsetSeconds: 86_400 });
    const renamed = { ...EVERYONE, sli: { ...ERROR_RATE, id: 'same_by_another_name' } };
    const answers = await source.measure([EVERYONE, EVERYONE, renamed, past], NOW_MS);
    expect([...answers.keys()]).toEqual([EVERYONE, renamed, past].map(queryKey));
    expect(stub.asked.map(({ form }) => Number(form.get('time')) - NOW_MS / 1000).sort()).toEqual([-86_400, 0]);
  });

  test('no more at a time than there are connections', async () => {
    const { stub, source } = await stubbed(vector([]), { connections: 3 });
    stub.answer(async () => {
      await sleep(5);
      return vector([]);
    });
    const questions = Array.from({ length: 30 }, (_, index) => question(ERROR_RATE, { windowSeconds: 60 + index }));
    expect((await source.measure(questions, NOW_MS)).size).toBe(30);
    expect(stub.asked).toHaveLength(30);
    expect(stub.mostAtOnce()).toBe(3);
  });

  test('until the caller gives up', async () => {
    const { stub, source } = await stubbed('silence');
    const giveUp = new AbortController();
    const reason = new Error('stopping');
    stub.answer(() => {
      giveUp.abort(reason);
      return 'silence';
    });
    await expect(source.measure([EVERYONE], NOW_MS, giveUp.signal)).rejects.toBe(reason);
  });

  test('with the author’s query filled in, per cohort, and never for cohorts that it does not tell apart', async () => {
    const { stub, source } = await stubbed(vector([{ value: '1' }]));
    const own = sli({
      id: 'own',
      kind: 'promql',
      ...COMMON,
      cohort: { label: 'arm', treatment: 'a"b', control: '$&' },
      query: 'rate(x{ {{cohort}} }[{{window}}])',
      samples: 'increase(y{ {{cohort}} }[{{window}}])',
    });
    await source.measure(
      [question(own, { windowSeconds: 600 }), question(own, { windowSeconds: 7.25, arms: 'all' })],
      0,
    );
    expect(stub.asked.map(({ form }) => form.get('query')).sort()).toEqual([
      'increase(y{ arm="$&" }[600s])',
      'increase(y{ arm="a\\"b" }[600s])',
      'increase(y{ arm=~".*" }[7250ms])',
      'rate(x{ arm="$&" }[600s])',
      'rate(x{ arm="a\\"b" }[600s])',
      'rate(x{ arm=~".*" }[7250ms])',
    ]);
    const alike = sli({ id: 'alike', kind: 'promql', ...COMMON, query: 'vector(1)' });
    expect((await ask(source, question(alike), NOW_MS)).treatment).toMatchObject({
      kind: 'unavailable',
      detail: 'the query has no {{cohort}}',
    });
  });
});
