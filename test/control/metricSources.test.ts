import { describe, expect, test } from 'vitest';
import { MetricSources } from '../../src/control/sight/metricSources.ts';
import { queryKey } from '../../src/domain/health/measurement.ts';
import { countingObligations } from '../contracts/countingSource.ts';
import { ACCURACY, ERROR_RATE, LATENCY, metricSourceObligations, question, sli } from '../contracts/metricSource.ts';
import { pointsObligations } from '../contracts/pointsSource.ts';
import { FakeMetricSource } from '../support/fakeMetricSource.ts';

const NOW_MS = Date.UTC(2026, 10, 20);

describe('the metric sources of the installation', () => {
  test('get each its own questions, equal ones once', async () => {
    const shop = new FakeMetricSource('shop').observe('error_rate', 'treatment', 0.1);
    const bank = new FakeMetricSource('bank').observe('latency_p95', 'treatment', 0.3);
    const elsewhere = question(sli({ ...LATENCY, source: 'bank' }));
    const again = question({ ...ERROR_RATE });
    const answers = await new MetricSources([shop, bank]).measure([question(ERROR_RATE), elsewhere, again], NOW_MS);
    expect([shop.asked, bank.asked]).toEqual([[question(ERROR_RATE)], [elsewhere]]);
    expect(answers.size).toBe(2);
    expect(answers.get(queryKey(again))?.treatment).toMatchObject({ kind: 'observed', value: 0.1 });
    expect(answers.get(queryKey(elsewhere))?.treatment).toMatchObject({ kind: 'observed', value: 0.3 });
  });

  test('that are not there are unavailable by name, and take nothing from the others', async () => {
    const shop = new FakeMetricSource('shop').observe('error_rate', 'treatment', 0.1);
    const nowhere = question(sli({ ...ACCURACY, source: 'nowhere' }));
    const answers = await new MetricSources([shop]).measure([nowhere, question(ERROR_RATE)], NOW_MS);
    const detail = 'no metric source is named nowhere';
    const unavailable = { kind: 'unavailable', detail, query: '' };
    expect(answers.get(queryKey(nowhere))).toEqual({ treatment: unavailable, control: unavailable });
    expect(answers.get(queryKey(question(ERROR_RATE)))?.treatment?.kind).toBe('observed');
  });

  test('tell their states by name', async () => {
    const sources = new MetricSources([new FakeMetricSource('shop'), new FakeMetricSource('bank').fail('away')]);
    expect(await sources.states(NOW_MS)).toEqual(
      new Map([
        ['shop', { ok: true, detail: 'a fake' }],
        ['bank', { ok: false, detail: 'away' }],
      ]),
    );
    expect(sources.get('bank')?.name).toBe('bank');
    expect(sources.get('nowhere')).toBeUndefined();
  });

  test('have names of their own', () => {
    const twice = [new FakeMetricSource('shop'), new FakeMetricSource('shop')];
    expect(() => new MetricSources(twice)).toThrow('two metric sources have the same name');
  });
});

describe('the fake metric source', () => {
  const openFake = async () => ({ source: new FakeMetricSource('shop'), nowMs: () => NOW_MS, stop: async () => {} });
  metricSourceObligations(openFake);
  countingObligations(openFake);
  pointsObligations(openFake);

  test('answers what it was told until it fails, and again when it recovers', async () => {
    const fake = new FakeMetricSource('shop').observe('error_rate', 'treatment', 0.1, 50);
    const query = question(ERROR_RATE, { windowSeconds: 60 });
    const measured = async () => (await fake.measure([query], NOW_MS)).get(queryKey(query));
    const observed = { kind: 'observed', value: 0.1, samples: 50, coveredSeconds: 60, newestSampleAtMs: NOW_MS };
    expect(await measured()).toMatchObject({ treatment: observed, control: { kind: 'missing' } });
    fake.fail('away');
    expect(await measured()).toMatchObject({ treatment: { kind: 'unavailable', detail: 'away' } });
    fake.recover().answer('error_rate', 'control', { kind: 'noTraffic', newestSampleAtMs: null, query: 'q' });
    expect(await measured()).toMatchObject({ treatment: observed, control: { kind: 'noTraffic' } });
  });
});
