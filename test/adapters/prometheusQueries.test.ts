import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { PrometheusSource } from '../../src/adapters/prometheus/source.ts';
import type { Measurement, MeasurementQuery } from '../../src/domain/health/measurement.ts';
import {
  ask,
  COMMON,
  ERROR_RATE,
  FAILURES,
  LATENCY,
  question,
  sli,
  type World,
  within,
} from '../contracts/metricSource.ts';
import { openPrometheusWorlds, type PrometheusWorlds } from '../support/prometheusWorld.ts';

describe('what only a Prometheus can be asked', () => {
  let worlds: PrometheusWorlds;
  beforeAll(async () => {
    worlds = await openPrometheusWorlds(8);
  });
  afterAll(() => worlds.stop());

  async function opened(): Promise<World & { readonly source: PrometheusSource }> {
    const world = await worlds.open();
    onTestFinished(() => world.stop());
    if (!(world.source instanceof PrometheusSource)) throw new Error('not a Prometheus');
    return { ...world, source: world.source };
  }

  test('the author’s own PromQL, per cohort and of everyone, with its samples', async () => {
    const { service, source, shop, looked, nowMs } = await opened();
    for (const cohort of ['treatment', 'control', 'rest']) service.serve(cohort, { good: 9_000, bad: 1_000 });
    await looked();
    service.serve('treatment', { good: 60, bad: 40 });
    service.serve('control', { good: 90, bad: 10 });
    await looked();
    const own = (code: string) =>
      `sum(increase(http_requests_total{code=~"${code}",shop="${shop}",{{cohort}}}[{{window}}]))`;
    const share = sli({
      id: 'own',
      kind: 'promql',
      ...COMMON,
      query: `${own('5..')} / ${own('.*')}`,
      samples: own('.*'),
    });
    const { treatment, control } = await ask(source, question(share), nowMs());
    expect(treatment).toMatchObject({ kind: 'observed', value: expect.closeTo(0.4, 9), newestSampleAtMs: null });
    expect(control).toMatchObject({ kind: 'observed', value: expect.closeTo(0.1, 9) });
    const { all } = await ask(source, question(share, { arms: 'all' }), nowMs());
    expect(all).toMatchObject({ kind: 'observed', value: expect.closeTo(0.25, 9) });
    const elsewhere = sli({ ...share, cohort: { treatment: 'nobody' } });
    expect((await ask(source, question(elsewhere), nowMs())).treatment?.kind).toBe('missing');
  });

  test('PromQL that can not be parsed, or finds several series, is unavailable with the words of the server', async () => {
    const { service, source, shop, looked, nowMs } = await opened();
    service.serve('treatment', { good: 1, bad: 1 });
    await looked();
    const own = (query: string) => sli({ id: 'own', kind: 'promql', ...COMMON, query });
    const { treatment: unread } = await ask(source, question(own('sum({{cohort}}')), nowMs());
    expect(unread).toMatchObject({
      kind: 'unavailable',
      detail: expect.stringMatching(/^answered 400 bad_data: .*parse error/),
    });
    const { treatment: several } = await ask(
      source,
      question(own(`last_over_time(http_requests_total{shop="${shop}",{{cohort}}}[60s])`)),
      nowMs(),
    );
    expect(several).toMatchObject({ kind: 'unavailable', detail: '2 series where one is expected' });
  });

  test('a cohort whose value means something to PromQL', async () => {
    const { service, source, shop, looked, nowMs } = await opened();
    const cohort = { treatment: 'v2.(b|c)+"\\', control: '^$ ä\n' };
    for (const value of [...Object.values(cohort), 'v2x']) service.serve(value, { good: 1_000, bad: 1_000 });
    await looked();
    service.serve(cohort.treatment, { good: 30, bad: 10 });
    service.serve(cohort.control, { good: 10 });
    await looked();
    const odd = within(shop, question(sli({ ...ERROR_RATE, cohort })));
    const { treatment, control } = await ask(source, odd, nowMs());
    expect(treatment).toMatchObject({ kind: 'observed', value: expect.closeTo(0.25, 9) });
    expect(control).toMatchObject({ kind: 'observed', value: 0 });
  });

  test('the past, as it was', async () => {
    const { service, source, shop, looked, nowMs } = await opened();
    for (const cohort of ['treatment', 'control']) service.serve(cohort, { good: 9_000, bad: 1_000 });
    await looked();
    service.serve('treatment', { good: 80, bad: 20 });
    await looked();
    const thenMs = nowMs();
    const query = within(shop, question(ERROR_RATE));
    const then = await ask(source, query, thenMs);
    service.serve('treatment', { bad: 500 });
    await looked();
    const laterMs = nowMs();
    const past = await ask(source, { ...query, offsetSeconds: (laterMs - thenMs) / 1000 }, laterMs);
    expect(past).toEqual(then);
    expect(past.treatment).toMatchObject({ value: expect.closeTo(0.2, 9) });
  });

  test('a range, at every step what the instant would have answered', async () => {
    const { service, source, shop, looked, nowMs } = await opened();
    const fromMs = nowMs();
    for (const share of [1, 2, 3]) {
      service.serve('treatment', { good: 100, bad: 10 * share });
      service.took('treatment', 0.07 * share, 10);
      await looked();
    }
    const range = { fromMs, toMs: nowMs(), stepSeconds: 0.15 };
    for (const about of [ERROR_RATE, LATENCY, FAILURES]) {
      const query: MeasurementQuery = within(shop, question(about));
      const steps = await source.range(query, range);
      expect(steps.length).toBe(Math.floor((range.toMs - fromMs) / 150) + 1);
      for (const { atMs, measurements } of steps) expect(measurements).toEqual(await ask(source, query, atMs));
    }
    const kinds = (await source.range(within(shop, question(ERROR_RATE)), range)).map(
      ({ measurements }) => measurements.treatment?.kind,
    );
    expect(kinds.at(0)).toBe('missing');
    expect(kinds.at(-1)).toBe('observed');
  });

  test('a range that the server refuses is unavailable at every step', async () => {
    const { source, nowMs } = await opened();
    const own = sli({ id: 'own', kind: 'promql', source: 'shop', direction: 'lower', query: 'nonsense(' });
    const steps = await source.range(question(own, { arms: 'all' }), {
      fromMs: nowMs() - 1000,
      toMs: nowMs(),
      stepSeconds: 0.5,
    });
    expect(steps.map(({ measurements }) => measurements.all?.kind)).toEqual([
      'unavailable',
      'unavailable',
      'unavailable',
    ]);
  });

  test('how old the last sample of a target is that has gone', async () => {
    const { service, source, shop, looked, nowMs } = await opened();
    service.serve('treatment', { good: 100, bad: 10 });
    await looked();
    service.serve('treatment', { good: 100, bad: 10 });
    // The subquery that looks back steps by whole seconds.
    await sleep(2_500);
    await looked();
    const query = within(shop, question(ERROR_RATE, { windowSeconds: 60 }));
    const newestOf = (measurement: Measurement | undefined) =>
      measurement?.kind === 'observed' ? (measurement.newestSampleAtMs ?? 0) : 0;
    const alive = newestOf((await ask(source, query, nowMs())).treatment);
    service.is('silent');
    await looked();
    await looked();
    const gone = await ask(source, query, nowMs());
    expect(newestOf(gone.treatment)).toBeGreaterThan(alive - 2_000);
    expect(newestOf(gone.treatment)).toBeLessThanOrEqual(nowMs() - 200);
    expect(gone.control).toMatchObject({ kind: 'missing', detail: expect.stringMatching(/^no series/) });
  });

  test('its state', async () => {
    const { source, nowMs } = await opened();
    expect(await source.state(nowMs())).toEqual({ ok: true, detail: 'answers queries' });
  });
});
