import { describe, expect, onTestFinished, test } from 'vitest';
import type { z } from 'zod';
import type { MetricSource } from '../../src/control/ports/metricSource.ts';
import {
  type Measurement,
  type MeasurementQuery,
  type Measurements,
  queryKey,
} from '../../src/domain/health/measurement.ts';
import { formatSelector, parseSelector } from '../../src/domain/health/selector.ts';
import { type Sli, sliSchema } from '../../src/domain/health/sli.ts';
import type { MeteredService } from '../support/meteredService.ts';

/** A source that looks at a real service. */
export type World = {
  readonly service: MeteredService;
  readonly source: MetricSource;
  /** The label that tells the series of this service from those of other tests, where the source sees those too. */
  readonly shop?: string;
  readonly nowMs: () => number;
  /** Resolves when the source has looked at the service, or tried to, once more from now on. */
  readonly looked: () => Promise<void>;
  readonly stop: () => Promise<void>;
};
type Open<Opened> = () => Promise<Opened>;
type SliInput = z.input<typeof sliSchema>;

/** Longer than any test: the whole life of its service. */
const WINDOW_SECONDS = 120;
export const MOST_EXTRAPOLATION = 2.6;

export const COMMON = { source: 'shop', direction: 'lower', cohort: {} } as const;
export const ERROR_RATE = sli({
  id: 'error_rate',
  kind: 'ratio',
  ...COMMON,
  numerator: 'http_requests_total{code=~"5.."}',
  denominator: 'http_requests_total',
});
export const LATENCY = sli({
  id: 'latency_p95',
  kind: 'quantile',
  ...COMMON,
  histogram: 'http_request_duration_seconds',
  quantile: 0.95,
});
export const FAILURES = sli({
  id: 'oauth_failures',
  kind: 'count',
  ...COMMON,
  counter: 'oauth_refresh_failures_total{kind="expired"}',
});
export const ACCURACY = sli({ id: 'accuracy', kind: 'gauge', ...COMMON, metric: 'model_accuracy' });

export function sli(input: SliInput): Sli {
  return sliSchema.parse(input);
}

export function question(about: Sli, more: Partial<MeasurementQuery> = {}): MeasurementQuery {
  return { sli: about, windowSeconds: WINDOW_SECONDS, offsetSeconds: 0, arms: 'cohorts', ...more };
}

export async function ask(source: MetricSource, query: MeasurementQuery, nowMs: number): Promise<Measurements> {
  return (await source.measure([query], nowMs)).get(queryKey(query)) ?? {};
}

/** What every source owes, a fake one too. */
export function metricSourceObligations(open: Open<Pick<World, 'source' | 'nowMs' | 'stop'>>): void {
  describe('what every metric source owes', () => {
    test('answers every question by its key, with the arms that it asks for and no other', async () => {
      const { source, nowMs } = await opened(open);
      const questions = [ERROR_RATE, LATENCY, FAILURES, ACCURACY].flatMap((about) => [
        question(about),
        question(about, { arms: 'all' }),
        question(about, { windowSeconds: 0 }),
      ]);
      const answers = await source.measure([...questions, ...questions], nowMs());
      expect([...answers.keys()].sort()).toEqual(questions.map(queryKey).sort());
      for (const query of questions) {
        const arms = query.arms === 'all' ? ['all'] : ['control', 'treatment'];
        expect(Object.keys(answers.get(queryKey(query)) ?? {}).sort()).toEqual(arms);
      }
    });

    test('answers no question with no answer', async () => {
      const { source, nowMs } = await opened(open);
      expect(await source.measure([], nowMs())).toEqual(new Map());
    });

    test('rejects with the reason of an aborted signal', async () => {
      const { source, nowMs } = await opened(open);
      const reason = new Error('stopping');
      await expect(source.measure([question(ERROR_RATE)], nowMs(), AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    test('tells its state', async () => {
      const { source, nowMs } = await opened(open);
      expect(await source.state(nowMs())).toEqual({ ok: expect.any(Boolean), detail: expect.stringMatching(/./) });
    });
  });
}

/** What a source must read from the metrics of a service; both kinds the same. */
export function metricSourceReadings(open: Open<World>): void {
  describe('what a metric source reads from a service', () => {
    test('a ratio per cohort, and of everyone', async () => {
      const { service, looked, measured } = await watched(open);
      await warmUp(service, looked);
      service.serve('treatment', { good: 80, bad: 20 });
      service.serve('control', { good: 95, bad: 5 });
      service.serve('rest', { good: 800 });
      await looked();
      const { treatment, control } = await measured(question(ERROR_RATE));
      expect(observedValue(treatment)).toBeCloseTo(0.2, 9);
      expect(observedValue(control)).toBeCloseTo(0.05, 9);
      expectAbout(treatment, 100);
      const { all } = await measured(question(ERROR_RATE, { arms: 'all' }));
      expect(observedValue(all)).toBeCloseTo(25 / 1000, 9);
    });

    test('a numerator that never had a series is zero where its denominator is there', async () => {
      const { service, looked, measured } = await watched(open);
      service.serve('treatment', { good: 1 });
      service.serve('control', { good: 1 });
      await looked();
      service.serve('treatment', { good: 99 });
      service.serve('control', { good: 90, bad: 9 });
      await looked();
      expect(observedValue((await measured(question(ERROR_RATE))).treatment)).toBe(0);
    });

    test('a numerator whose metric has no cohort is missing, not zero', async () => {
      const { service, looked, measured } = await watched(open);
      const mistaken = sli({ ...ratio(), numerator: 'http_errors_total{code="503"}' });
      await warmUp(service, looked);
      service.errors.inc({ code: '503' }, 7);
      service.serve('treatment', { good: 10 });
      await looked();
      const { treatment } = await measured(question(mistaken));
      expect(treatment).toMatchObject({ kind: 'missing', detail: expect.stringContaining('http_errors_total') });
    });

    test('a numerator whose metric is nowhere is zero, or missing where the SLI says so', async () => {
      const { service, looked, measured } = await watched(open);
      const nowhere = { ...ratio(), numerator: 'nowhere_total{code="503"}' };
      await warmUp(service, looked);
      service.serve('treatment', { good: 10 });
      await looked();
      expect(observedValue((await measured(question(sli(nowhere)))).treatment)).toBe(0);
      const strict = sli({ ...nowhere, absentNumerator: 'missing' });
      expect((await measured(question(strict))).treatment?.kind).toBe('missing');
    });

    test('series without traffic in the window are no traffic', async () => {
      const { service, looked, measured } = await watched(open);
      await warmUp(service, looked);
      await looked();
      const { treatment, control } = await measured(question(ERROR_RATE));
      expect(treatment).toMatchObject({ kind: 'noTraffic' });
      expect(control).toMatchObject({ kind: 'noTraffic' });
      expect((await measured(question(LATENCY))).treatment).toMatchObject({ kind: 'noTraffic' });
    });

    test('a cohort without series, and a label that no series has, are missing', async () => {
      const { service, looked, measured } = await watched(open);
      service.serve('treatment', { good: 1 });
      await looked();
      service.serve('treatment', { good: 1 });
      await looked();
      expect((await measured(question(ERROR_RATE))).control).toEqual({
        kind: 'missing',
        detail: expect.stringMatching(/^no series: http_requests_total.* with cohort="control"$/),
        query: expect.any(String),
      });
      const elsewhere = sli({ ...ratio(), cohort: { label: 'arm' } });
      expect((await measured(question(elsewhere))).treatment?.kind).toBe('missing');
    });

    test('a counter that starts anew counts from zero', async () => {
      const { service, looked, measured } = await watched(open);
      await warmUp(service, looked);
      service.restart();
      service.serve('treatment', { good: 50, bad: 50 });
      await looked();
      const { treatment } = await measured(question(ERROR_RATE));
      expect(observedValue(treatment)).toBeCloseTo(0.5, 9);
      expectAbout(treatment, 100);
    });

    test('a service that stops answering leaves what was seen, and how old that is', async () => {
      const { service, looked, measured, nowMs } = await watched(open);
      await warmUp(service, looked);
      service.serve('treatment', { good: 90, bad: 10 });
      await looked();
      const { treatment: fresh } = await measured(question(ERROR_RATE));
      service.is('failing');
      await looked();
      const fellAtMs = nowMs();
      await looked();
      await looked();
      const { treatment: old } = await measured(question(ERROR_RATE));
      expect(observedValue(old)).toBeCloseTo(observedValue(fresh), 9);
      expect(newestOf(old)).toBeGreaterThan(0);
      expect(newestOf(old)).toBeLessThan(fellAtMs);
      service.is('up');
      await looked();
      const { treatment: again } = await measured(question(ERROR_RATE));
      expect(newestOf(again)).toBeGreaterThanOrEqual(fellAtMs);
    });

    test('a quantile by the formula of histogram_quantile', async () => {
      const { service, looked, measured } = await watched(open);
      for (const cohort of ['treatment', 'control']) service.took(cohort, 0.2, 1000);
      await looked();
      service.took('treatment', 0.2, 100);
      service.took('control', 7, 100);
      await looked();
      const { treatment, control } = await measured(question(LATENCY));
      expect(observedValue(treatment)).toBeCloseTo(0.1 + 0.95 * 0.15, 9);
      expectAbout(treatment, 100);
      expect(observedValue(control)).toBe(1);
    });

    test('a count per cohort; where the metric is there, a counter without series counts zero', async () => {
      const { service, looked, measured } = await watched(open);
      service.failures.inc({ cohort: 'treatment', kind: 'expired' }, 100);
      service.failures.inc({ cohort: 'control', kind: 'other' }, 3);
      await looked();
      service.failures.inc({ cohort: 'treatment', kind: 'expired' }, 8);
      await looked();
      const { treatment, control } = await measured(question(FAILURES));
      expect(observedValue(treatment)).toBeGreaterThan(7.9);
      expect(observedValue(treatment)).toBeLessThan(MOST_EXTRAPOLATION * 8 + 0.1);
      expect(control).toMatchObject({ kind: 'observed', value: 0, newestSampleAtMs: expect.any(Number) });
      const nowhere = sli({ id: 'nowhere', kind: 'count', ...COMMON, counter: 'nowhere_total' });
      expect((await measured(question(nowhere))).treatment?.kind).toBe('missing');
    });

    test.for([
      ['avg', 0.75],
      ['min', 0.5],
      ['max', 1],
      ['sum', 1.5],
    ] as const)('a gauge, its latest sample, %s over its series', async ([aggregate, expected]) => {
      const { service, looked, measured } = await watched(open);
      service.accuracy.set({ cohort: 'treatment' }, 0.1);
      await looked();
      service.accuracy.set({ cohort: 'treatment' }, 0.5);
      service.accuracy.set({ cohort: 'control' }, 1);
      await looked();
      const latest = sli({ id: 'accuracy', kind: 'gauge', ...COMMON, metric: 'model_accuracy', aggregate });
      const { all } = await measured(question(latest, { arms: 'all', windowSeconds: 0 }));
      expect(all).toMatchObject({ kind: 'observed', value: expected, samples: 2 });
    });

    test('a gauge over its window', async () => {
      const { service, looked, measured } = await watched(open);
      service.accuracy.set({ cohort: 'treatment' }, 0.1);
      await looked();
      service.accuracy.set({ cohort: 'treatment' }, 0.5);
      await looked();
      const lowest = sli({ id: 'accuracy', kind: 'gauge', ...COMMON, metric: 'model_accuracy', aggregate: 'min' });
      expect(observedValue((await measured(question(lowest))).treatment)).toBe(0.1);
      const average = observedValue((await measured(question(ACCURACY))).treatment);
      expect(average).toBeGreaterThan(0.1);
      expect(average).toBeLessThan(0.5);
    });

    test('a gauge that is NaN can not be used', async () => {
      const { service, looked, measured } = await watched(open);
      service.accuracy.set({ cohort: 'treatment' }, Number.NaN);
      await looked();
      expect((await measured(question(ACCURACY))).treatment).toMatchObject({
        kind: 'unavailable',
        detail: expect.stringContaining('NaN'),
      });
    });

    test('label matchers of every kind', async () => {
      const { service, looked, measured } = await watched(open);
      await warmUp(service, looked);
      service.serve('treatment', { good: 70, bad: 30 });
      await looked();
      const shares = [
        '{code="503"}',
        "{code!='200',}",
        '{code=~"5\\\\d+|6.*"}',
        '{ code !~ "2.." }',
        '{code=~"50|503"}',
      ];
      for (const share of shares) {
        const one = sli({ ...ratio(), numerator: `http_requests_total${share}` });
        expect(observedValue((await measured(question(one))).treatment)).toBeCloseTo(0.3, 9);
      }
    });

    test('what is no selector is unavailable, and nothing more', async () => {
      const { source, looked, nowMs } = await opened(open);
      await looked();
      for (const numerator of ['http_requests_total[5m]', 'rate(x[5m])', 'x{a="b"', 'x or y', '{a="b"}', '']) {
        const broken = { ...ERROR_RATE, numerator } as Sli;
        expect((await ask(source, question(broken), nowMs())).treatment).toMatchObject({
          kind: 'unavailable',
          detail: expect.stringMatching(/^(expected|a selector)/),
        });
      }
    });
  });
}

function ratio() {
  const { numerator, denominator } = {
    numerator: 'http_requests_total{code=~"5.."}',
    denominator: 'http_requests_total',
  };
  return { id: 'ratio', kind: 'ratio', ...COMMON, numerator, denominator } as const;
}

async function opened<Opened extends Pick<World, 'stop'>>(open: Open<Opened>): Promise<Opened> {
  const world = await open();
  onTestFinished(() => world.stop());
  return world;
}

async function watched(open: Open<World>) {
  const world = await opened(open);
  const measured = (query: MeasurementQuery) => ask(world.source, within(world.shop, query), world.nowMs());
  return { ...world, measured };
}

/** The same question about the series of one shop. */
export function within(shop: string | undefined, query: MeasurementQuery): MeasurementQuery {
  if (shop === undefined) return query;
  const narrowed = Object.entries(query.sli).map(([key, value]) => {
    return [key, typeof value === 'string' && SELECTORS.has(key) ? ofShop(shop, value) : value];
  });
  return { ...query, sli: sli(Object.fromEntries(narrowed)) };
}

const SELECTORS = new Set(['numerator', 'denominator', 'histogram', 'counter', 'metric']);

function ofShop(shop: string, text: string): string {
  const { name, matchers } = parseSelector(text);
  return formatSelector({ name, matchers: [...matchers, { label: 'shop', operator: '=', value: shop }] });
}

/** Counters well above zero: Prometheus extrapolates each series by itself, but never to below zero. */
async function warmUp(service: MeteredService, looked: World['looked']): Promise<void> {
  for (const cohort of ['treatment', 'control', 'rest']) {
    service.serve(cohort, { good: 100_000, bad: 10_000 });
    service.took(cohort, 0.2, 10);
  }
  await looked();
}

function observedValue(measurement: Measurement | undefined): number {
  if (measurement?.kind !== 'observed') throw new Error(`not observed: ${JSON.stringify(measurement)}`);
  return measurement.value;
}

function newestOf(measurement: Measurement | undefined): number {
  return measurement?.kind === 'observed' ? (measurement.newestSampleAtMs ?? 0) : 0;
}

/**
 * Prometheus extrapolates by half an interval to the far edge of the window and by up to 1.1 to the near one: of two points,
 * which are one interval, it makes up to 2.6.
 */
function expectAbout(measurement: Measurement | undefined, samples: number): void {
  const found = measurement?.kind === 'observed' ? measurement.samples : Number.NaN;
  expect(found).toBeGreaterThan(samples - 0.1);
  expect(found).toBeLessThan(MOST_EXTRAPOLATION * samples + 0.1);
}
