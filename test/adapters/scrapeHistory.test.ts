import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BoundedHttp } from '../../src/adapters/outboundHttp/boundedHttp.ts';
import { ScrapeSource } from '../../src/adapters/scrape/source.ts';
import type { HttpAnswer, HttpExchange } from '../../src/control/ports/httpExchange.ts';
import type { Measurement } from '../../src/domain/health/measurement.ts';
import { ask, COMMON, ERROR_RATE, FAILURES, question, sli } from '../contracts/metricSource.ts';
import { startMeteredService } from '../support/meteredService.ts';

const INTERVAL_SECONDS = 10;
const COUNTER = sli({ id: 'events', kind: 'count', source: 'shop', direction: 'lower', counter: 'events_total' });
type Limits = ConstructorParameters<typeof ScrapeSource>[0]['limits'];

/** A scrape source on pages that the test writes; each takes an interval of a clock that otherwise stands still. */
function onPages(limits?: Limits) {
  let nowMs = Date.UTC(2026, 10, 20);
  let answer: HttpAnswer = { kind: 'failed', detail: 'never asked' };
  const http: HttpExchange = { exchange: async () => answer, close: async () => {} };
  const clock = { nowMs: () => nowMs };
  const source = new ScrapeSource({
    name: 'shop',
    http,
    clock,
    intervalSeconds: INTERVAL_SECONDS,
    ...(limits && { limits }),
  });
  const page = async (text: string, contentType = 'text/plain') => {
    nowMs += INTERVAL_SECONDS * 1000;
    answer = { kind: 'answered', status: 200, contentType, text };
    await source.scrape();
  };
  const fails = async (detail: string) => {
    nowMs += INTERVAL_SECONDS * 1000;
    answer = { kind: 'failed', detail };
    await source.scrape();
  };
  const events = async (windowSeconds: number) => {
    return (await ask(source, question(COUNTER, { windowSeconds, arms: 'all' }), nowMs)).all;
  };
  return { source, page, fails, events, nowMs: () => nowMs, waits: (ms: number) => (nowMs += ms) };
}

const valueOfCount = (measurement: Measurement | undefined) =>
  measurement?.kind === 'observed' ? measurement.value : measurement;

describe('the increase between scrapes', () => {
  test('is what was added, whatever the resets, and gaps lose nothing but what a reset hides', async () => {
    const step = fc.oneof(
      fc.record({ adds: fc.nat({ max: 100 }) }),
      fc.record({ restartsAt: fc.nat({ max: 100 }) }),
      fc.record({ misses: fc.constant(true) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const { page, fails, events } = onPages();
        let counter = 1_000;
        let seen = counter;
        let expected = 0;
        let scrapes = 1;
        await page(`events_total ${counter}`);
        for (const one of steps) {
          if ('adds' in one) counter += one.adds;
          if ('restartsAt' in one) counter = one.restartsAt;
          if ('misses' in one) {
            await fails('no');
            continue;
          }
          await page(`events_total ${counter}`);
          expected += counter < seen ? counter : counter - seen;
          seen = counter;
          scrapes += 1;
        }
        const measured = await events(500);
        if (scrapes < 2) expect(measured).toMatchObject({ kind: 'missing' });
        else expect(measured).toMatchObject({ kind: 'observed', value: expected, samples: scrapes });
      }),
    );
  });

  test('counts a series from zero where an earlier scrape of the window did not have it, and after it was gone', async () => {
    const { page, events } = onPages();
    await page('up 1');
    await page('events_total{kind="a"} 7');
    await page('events_total{kind="a"} 9');
    await page('up 1');
    await page('events_total{kind="a"} 4');
    expect(valueOfCount(await events(100))).toBe(13);
  });

  test('does not count what a series held when it was first seen', async () => {
    const { page, events } = onPages();
    await page('events_total 700');
    await page('events_total 701');
    expect(valueOfCount(await events(100))).toBe(1);
  });

  test('never reaches back before its window', async () => {
    const { page, events } = onPages();
    for (const total of [0, 100, 103, 109]) await page(`events_total ${total}`);
    expect(valueOfCount(await events(20))).toBe(9);
    expect(valueOfCount(await events(10))).toBe(6);
    expect(await events(9.9)).toMatchObject({
      kind: 'missing',
      detail: 'fewer than two points in the window: events_total',
    });
  });

  test('takes two spellings of one series as one, and the first of two lines of one', async () => {
    const { page, events } = onPages();
    await page('events_total{a="1",b="2"} 10');
    await page('events_total{b="2",a="1"} 13\nevents_total{a="1",b="2"} 99');
    expect(valueOfCount(await events(100))).toBe(3);
  });

  test('can not be told where a counter was NaN in the window', async () => {
    const { page, events } = onPages();
    for (const total of ['1', 'NaN', '3', '4']) await page(`events_total ${total}`);
    expect(await events(100)).toMatchObject({ kind: 'unavailable', detail: 'the value is NaN' });
    expect(valueOfCount(await events(10))).toBe(1);
  });
});

describe('what a scrape source can speak for', () => {
  test('covers as much of a window as has been scraped, then all of it', async () => {
    const { page, events } = onPages();
    const covered: unknown[] = [];
    for (const total of [1, 2, 3, 4, 5, 6]) {
      await page(`events_total ${total}`);
      const measured = await events(40);
      covered.push(measured?.kind === 'observed' ? measured.coveredSeconds : measured?.kind);
    }
    expect(covered).toEqual(['missing', 10, 20, 30, 40, 40]);
  });

  test('keeps what the longest window asked for needs', async () => {
    const { page, events } = onPages();
    await page('events_total 0');
    await events(2_000);
    for (let total = 1; total <= 300; total += 1) await page(`events_total ${total}`);
    expect(await events(2_000)).toMatchObject({ value: 200, coveredSeconds: 2_000 });
    expect(await events(2_900)).toMatchObject({ coveredSeconds: 2_020 });
  });

  test('keeps less where more series come, and says so', async () => {
    const { page, events } = onPages({ maxSeries: 100, maxValues: 1_000 });
    const bulk = Array.from({ length: 99 }, (_, index) => `bulk{n="${index}"} 1`).join('\n');
    for (let total = 1; total <= 50; total += 1) await page(`events_total ${total}\n${bulk}`);
    expect(await events(400)).toMatchObject({ kind: 'observed', value: 10, coveredSeconds: 100 });
  });

  test('refuses a page with too many series, those that ended included, until they are forgotten', async () => {
    const { source, page, events } = onPages({ maxSeries: 3, maxValues: 1_000 });
    await page('events_total 1\na 1\nb 1');
    await page('events_total 2\nc 1');
    expect(await source.state()).toEqual({ ok: false, detail: 'exposes more than 3 series' });
    for (let total = 0; total < 61; total += 1) await page('events_total 3\nc 1');
    expect(await source.state()).toEqual({ ok: true, detail: '2 series scraped' });
    await page('events_total 8\nc 1');
    expect(valueOfCount(await events(10))).toBe(5);
  });

  test('is unavailable with the reason once nothing is left in the window, and comes back by itself', async () => {
    const { source, page, fails, events } = onPages();
    expect(await events(30)).toMatchObject({ kind: 'unavailable', detail: 'not scraped yet' });
    await page('events_total 1');
    await page('events_total 2');
    await fails('connection refused');
    expect(await source.state()).toEqual({ ok: false, detail: 'connection refused' });
    expect(await events(30)).toMatchObject({ kind: 'observed', value: 1 });
    for (let time = 0; time < 4; time += 1) await fails('connection refused');
    expect(await events(30)).toMatchObject({ kind: 'unavailable', detail: 'connection refused' });
    await page('<html>', 'text/html');
    expect(await events(30)).toMatchObject({
      kind: 'unavailable',
      detail: 'answered text/html that is no metrics page: line 1 is not in the text format',
    });
    await page('events_total 5');
    await page('events_total 9');
    expect(valueOfCount(await events(30))).toBe(4);
  });

  test('is missing where the window is shorter than the time since the last scrape', async () => {
    const { page, events, waits } = onPages();
    await page('events_total 1');
    waits(4_000);
    expect(await events(3)).toMatchObject({ kind: 'missing', detail: 'no scrape lies in the window' });
  });

  test('is as old as the service says, where the service says it', async () => {
    const { page, events, nowMs } = onPages();
    await page('events_total 1');
    await page('events_total 2');
    expect(await events(100)).toMatchObject({ newestSampleAtMs: nowMs() });
    const oldMs = nowMs() - 90_000;
    await page(`events_total 3 ${oldMs}`);
    expect(await events(100)).toMatchObject({ newestSampleAtMs: oldMs });
    await page(`events_total 3 ${(nowMs() - 90_000) / 1000}`, 'application/openmetrics-text');
    expect(await events(100)).toMatchObject({ newestSampleAtMs: nowMs() - 100_000 });
  });

  test('stands still where the clock goes backwards', async () => {
    const { page, events, waits } = onPages();
    await page('events_total 1');
    waits(-60_000);
    await page('events_total 5');
    waits(60_000);
    expect(valueOfCount(await events(100))).toBe(4);
  });

  test('holds neither PromQL nor a past to compare with', async () => {
    const { source, page, nowMs } = onPages();
    await page('events_total 1');
    const own = sli({ id: 'own', kind: 'promql', ...COMMON, query: 'x{ {{cohort}} }' });
    expect((await ask(source, question(own), nowMs())).treatment).toMatchObject({
      kind: 'unavailable',
      detail: 'a scrape source has no PromQL',
    });
    expect((await ask(source, question(ERROR_RATE, { offsetSeconds: 60 }), nowMs())).control).toMatchObject({
      kind: 'unavailable',
      detail: 'a scrape source keeps no past to compare with',
    });
    const hard = sli({ ...FAILURES, kind: 'count', counter: 'events_total{a=~"(?=x)x"}' });
    expect((await ask(source, question(hard), nowMs())).control).toMatchObject({
      kind: 'unavailable',
      detail: expect.stringContaining('(?=x)x'),
    });
  });
});

describe('the timer of a scrape source', () => {
  test('scrapes at its interval until it is closed, and goes on after a failure', async () => {
    const service = await startMeteredService();
    onTestFinished(() => service.stop());
    const clock = { nowMs: () => Date.now() };
    const http = new BoundedHttp(`http://${service.host}/metrics`);
    const source = new ScrapeSource({ name: 'shop', http, clock, intervalSeconds: 0.02 });
    source.start();
    source.start();
    const until = async (ok: boolean) => {
      while ((await source.state()).ok !== ok) await sleep(5);
    };
    await until(true);
    service.is('failing');
    await until(false);
    expect(await source.state()).toEqual({ ok: false, detail: 'answered 500' });
    service.is('up');
    await until(true);
    await source.close();
    const { ok } = await source.state();
    service.is('failing');
    await sleep(60);
    expect((await source.state()).ok).toBe(ok);
  });

  test('does not wait for a scrape under way to be closed, and bounds one', async () => {
    const service = await startMeteredService();
    onTestFinished(() => service.stop());
    const clock = { nowMs: () => Date.now() };
    const http = new BoundedHttp(`http://${service.host}/metrics`, { timeoutMs: 30 });
    const bounded = new ScrapeSource({ name: 'shop', http, clock, intervalSeconds: 60 });
    service.is('silent');
    await bounded.scrape();
    expect(await bounded.state()).toEqual({ ok: false, detail: 'no answer within 0.03 s' });
    await bounded.close();
    const patient = new BoundedHttp(`http://${service.host}/metrics`, { timeoutMs: 3_600_000 });
    const hanging = new ScrapeSource({ name: 'shop', http: patient, clock, intervalSeconds: 60 });
    const reached = once(service.requests, 'request');
    hanging.start();
    await reached;
    await hanging.close();
    expect((await hanging.state()).ok).toBe(false);
  });
});
