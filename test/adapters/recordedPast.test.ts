import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { poisson } from '../../bench/decisions/draws.ts';
import { BoundedHttp } from '../../src/adapters/outboundHttp/boundedHttp.ts';
import { PrometheusSource } from '../../src/adapters/prometheus/source.ts';
import { systemTimer } from '../../src/adapters/system/systemTimer.ts';
import { Suggestions } from '../../src/control/desks/suggestions.ts';
import { Foresight } from '../../src/control/sight/foresight.ts';
import { MetricSources } from '../../src/control/sight/metricSources.ts';
import { contractFrom } from '../../src/domain/contract/contract.ts';
import { suggestionRequestSchema } from '../../src/domain/suggestion/request.ts';
import { seededChance } from '../demo/simulatedRelease.ts';
import { type PrometheusServer, startPrometheus } from '../support/prometheus.ts';
import { type SliInput, stageInput, validProposal } from '../support/proposals.ts';

const MINUTE = 60_000;
const HOURS = 60;
const REQUESTS = 400;
const ERROR_RATE = 0.01;
const SLOW_RATE = 0.04;

/** OpenMetrics text of a service: a sample a minute, of requests that fail or are slow by chance. */
function pastUntil(nowMs: number): string {
  const chance = seededChance(11);
  const asked = ['# TYPE asked counter'];
  const took = ['# TYPE took_seconds histogram'];
  const sum = { all: 0, failed: 0, slow: 0 };
  for (let atMs = nowMs - HOURS * 60 * MINUTE; atMs <= nowMs; atMs += MINUTE) {
    sum.all += REQUESTS;
    sum.failed += poisson(REQUESTS * ERROR_RATE, chance);
    sum.slow += poisson(REQUESTS * SLOW_RATE, chance);
    const seconds = atMs / 1000;
    asked.push(
      `asked_total{code="200"} ${sum.all - sum.failed} ${seconds}`,
      `asked_total{code="500"} ${sum.failed} ${seconds}`,
    );
    took.push(`took_seconds_bucket{le="0.5"} ${sum.all - sum.slow} ${seconds}`);
    took.push(`took_seconds_bucket{le="+Inf"} ${sum.all} ${seconds}`);
  }
  return [...asked, ...took, '# EOF', ''].join('\n');
}

const COMMON = { source: 'prometheus', direction: 'lower', cohort: {} } as const;
const ERRORS: SliInput = {
  ...{ ...COMMON, id: 'error_rate', kind: 'ratio' },
  ...{ numerator: 'asked_total{code=~"5.."}', denominator: 'asked_total' },
};
const LATENCY: SliInput = { ...COMMON, id: 'p95', kind: 'quantile', histogram: 'took_seconds', quantile: 0.95 };

describe('the past of a real Prometheus', () => {
  const nowMs = Math.floor(Date.now() / MINUTE) * MINUTE;
  const clock = { nowMs: () => nowMs };
  let server: PrometheusServer;
  beforeAll(async () => {
    server = await startPrometheus({ targets: [], past: pastUntil(nowMs) });
  });
  afterAll(() => server.stop());

  function deps() {
    const sources = new MetricSources([new PrometheusSource('prometheus', new BoundedHttp(server.url))]);
    onTestFinished(() => sources.close());
    return { sources, clock, timer: systemTimer, pollIntervalMs: 15_000 };
  }

  test('says what a stage can notice, of errors and of latency', async () => {
    const rollbackTrigger = [{ sli: 'error_rate' }, { sli: 'p95', threshold: 0.5 }];
    const stage = stageInput('canary', 10, { durationHours: 24, rollbackTrigger });
    const plan = validProposal({ slis: [ERRORS, LATENCY] }, { wedgeStages: [stage, stageInput('everyone', 100)] });
    const { power, warnings } = await new Foresight(deps()).of(contractFrom(plan, ''), { baseRate: null });
    const [errors, latency, success] = power[0]?.criteria ?? [];
    if (errors?.kind !== 'comparison' || latency?.kind !== 'comparison') throw new Error(errors?.said);
    expect(errors.treatmentPerHour / 2400).toBeCloseTo(1, 1);
    expect(errors.baseRate / ERROR_RATE).toBeCloseTo(1, 1);
    // Single events, and 72 pairs to see it by.
    expect(errors.dispersion).toBeGreaterThanOrEqual(1 + 2 / Math.sqrt(72));
    expect(errors.dispersion).toBeLessThan(2);
    expect(latency).toMatchObject({ baseRateFrom: 'past', alpha: 0.025 });
    expect(latency.baseRate / SLOW_RATE).toBeCloseTo(1, 1);
    expect(success).toMatchObject({ kind: 'window', enough: true, expectedSamples: expect.closeTo(400, -1) });
    expect(warnings).toEqual([]);
  });

  test('suggests a threshold that it would have exceeded no more often than said', async () => {
    const found = await new Suggestions(deps()).threshold(
      suggestionRequestSchema.parse({
        ...{ sli: ERRORS, kind: 'trigger', falseAlarms: { most: 3, perHours: 24 } },
        ...{ lookBackHours: 48, windowSeconds: [300, 1800], consecutive: [1] },
      }),
    );
    const [short, long] = found.candidates;
    expect([short?.knownHours, long?.knownHours]).toEqual([expect.closeTo(48, 0), expect.closeTo(48, 0)]);
    expect(short?.minSamples).toBeGreaterThan(1900);
    expect(short?.usual).toBeCloseTo(ERROR_RATE, 3);
    expect(short?.fit?.severity).toBeGreaterThan(long?.fit?.severity ?? 1);
    expect(long?.fit?.severity).toBeGreaterThan(ERROR_RATE);
    expect(short?.fit?.severity).toBeLessThan(2 * ERROR_RATE);
    expect([short?.heldOut?.kept, long?.heldOut?.kept]).toEqual([true, true]);
  });

  test('refuses a selector that nothing has, and PromQL that it can not read', async () => {
    const wish = { kind: 'trigger', falseAlarms: { most: 3, perHours: 24 }, lookBackHours: 2 };
    const suggest = (sli: object) => new Suggestions(deps()).threshold(suggestionRequestSchema.parse({ ...wish, sli }));
    const nobody = { ...ERRORS, numerator: 'nobody_total', denominator: 'nobody_total' };
    await expect(suggest(nobody)).rejects.toMatchObject({
      code: 'HISTORY_UNAVAILABLE',
      message: expect.stringMatching(/has nothing of/),
    });
    const broken = { id: 'own', kind: 'promql', source: 'prometheus', direction: 'lower', query: 'sum(' };
    await expect(suggest(broken)).rejects.toMatchObject({
      code: 'HISTORY_UNAVAILABLE',
      message: expect.stringMatching(/parse error/),
    });
  });
});
