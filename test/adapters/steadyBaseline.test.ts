import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { BoundedHttp } from '../../src/adapters/outboundHttp/boundedHttp.ts';
import { PrometheusSource } from '../../src/adapters/prometheus/source.ts';
import { steadyBaseline } from '../../src/control/eligibility/items/steadyBaseline.ts';
import { MetricSources } from '../../src/control/sight/metricSources.ts';
import { contractFrom } from '../../src/domain/contract/contract.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/contract/policy.ts';
import { rolloutOf } from '../domain/rollout/situation.ts';
import { type PrometheusServer, startPrometheus } from '../support/prometheus.ts';
import { type SliInput, validProposal } from '../support/proposals.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What a service showed in a minute: requests, those that failed, and whether all of them were slow. */
type Minute = { readonly requests: number; readonly errors: number; readonly slow: boolean };
type Life = { readonly hours: number; readonly at: (hoursAgo: number) => Minute };

const WELL: Minute = { requests: 1000, errors: 1, slow: false };
/** Services, each by what it went through. */
const LIVES: Readonly<Record<string, Life>> = {
  steady: { hours: 50, at: () => WELL },
  // Nobody came at night, for less than a tenth of the time.
  nights: { hours: 50, at: (ago) => (ago > 20 && ago < 24 ? { ...WELL, requests: 0, errors: 0 } : WELL) },
  young: { hours: 26, at: () => WELL },
  burst: { hours: 50, at: (ago) => (ago > 30 && ago < 32 ? { ...WELL, errors: 500 } : WELL) },
  slow: { hours: 50, at: (ago) => (ago > 10 && ago < 11 ? { ...WELL, slow: true } : WELL) },
};

/** OpenMetrics text: counters and a histogram of each service, a sample a minute. */
function pastUntil(nowMs: number): string {
  const asked = ['# TYPE asked counter'];
  const took = ['# TYPE took_seconds histogram'];
  for (const [shop, { hours, at }] of Object.entries(LIVES)) {
    const sum = { ok: 0, failed: 0, quick: 0, all: 0 };
    for (let atMs = nowMs - hours * HOUR; atMs <= nowMs; atMs += MINUTE) {
      const { requests, errors, slow } = at((nowMs - atMs) / HOUR);
      sum.ok += requests - errors;
      sum.failed += errors;
      sum.all += requests;
      sum.quick += slow ? 0 : requests;
      const seconds = atMs / 1000;
      asked.push(`asked_total{shop="${shop}",code="200"} ${sum.ok} ${seconds}`);
      asked.push(`asked_total{shop="${shop}",code="500"} ${sum.failed} ${seconds}`);
      took.push(`took_seconds_bucket{shop="${shop}",le="0.25"} ${sum.quick} ${seconds}`);
      took.push(`took_seconds_bucket{shop="${shop}",le="2"} ${sum.all} ${seconds}`);
      took.push(`took_seconds_bucket{shop="${shop}",le="+Inf"} ${sum.all} ${seconds}`);
    }
  }
  return [...asked, ...took, '# EOF', ''].join('\n');
}

function slisOf(shop: string): readonly SliInput[] {
  const common = { source: 'prometheus', direction: 'lower' } as const;
  const [errors, requests] = [`asked_total{shop="${shop}",code=~"5.."}`, `asked_total{shop="${shop}"}`];
  return [
    { ...common, id: 'error_rate', kind: 'ratio', numerator: errors, denominator: requests },
    { ...common, id: 'p95', kind: 'quantile', histogram: `took_seconds{shop="${shop}"}`, quantile: 0.95 },
  ];
}

describe('the past of a real Prometheus', () => {
  const nowMs = Math.floor(Date.now() / MINUTE) * MINUTE;
  let server: PrometheusServer;
  beforeAll(async () => {
    server = await startPrometheus({ targets: [], past: pastUntil(nowMs) });
  });
  afterAll(() => server.stop());

  async function baselineOf(shop: string, more: Partial<Policy> = {}) {
    const sources = new MetricSources([new PrometheusSource('prometheus', new BoundedHttp(server.url))]);
    onTestFinished(() => sources.close());
    const contract = contractFrom(validProposal({ slis: [...slisOf(shop)] }), 'contract-1');
    const rollout = rolloutOf({ contract, wedgeState: 'PENDING', phase: 'pending' });
    const policy = { ...DEFAULT_POLICY, ...more };
    const [errors, latency] = await steadyBaseline(sources, { rollout, policy, nowMs });
    return { errors, latency };
  }

  test('that was steady', async () => {
    const { errors, latency } = await baselineOf('steady');
    expect(errors).toEqual({
      item: 'baseline of error_rate',
      ok: true,
      detail: 'is 0.001, wanted below 0.01, over 48 h of 48 h',
    });
    expect(latency).toMatchObject({ ok: true, detail: expect.stringMatching(/in 480 of 480 steps/) });
  });

  test('with a quiet night is steady', async () => {
    const { errors, latency } = await baselineOf('nights');
    expect(errors).toMatchObject({ ok: true, detail: expect.stringMatching(/over 44\.\d+ h of 48 h/) });
    expect(latency).toMatchObject({ ok: true });
  });

  test('of which there are 26 hours is none, and enough for 24', async () => {
    const short = /^has data and traffic for 26(\.1)? h of 48 h; start when it has the whole window/;
    for (const found of Object.values(await baselineOf('young'))) {
      expect(found).toMatchObject({ ok: false, detail: expect.stringMatching(short) });
    }
    const { errors } = await baselineOf('young', { baselineWindowHours: 24 });
    expect(errors).toMatchObject({ ok: true, detail: expect.stringContaining('over 24 h of 24 h') });
  });

  test('with a burst of errors is unhealthy for as long as it lies in the window', async () => {
    const { errors, latency } = await baselineOf('burst');
    expect(errors).toMatchObject({ ok: false, detail: expect.stringMatching(/^is 0\.02\d*, wanted below 0\.01/) });
    expect(latency).toMatchObject({ ok: true });
    expect((await baselineOf('burst', { baselineWindowHours: 24 })).errors).toMatchObject({ ok: true });
  });

  test('with a slow hour is unhealthy', async () => {
    const { errors, latency } = await baselineOf('slow');
    expect(errors).toMatchObject({ ok: true });
    expect(latency).toMatchObject({ ok: false, detail: expect.stringMatching(/in 4[67]\d of 480 steps/) });
  });

  test('of a service that it has never seen is none', async () => {
    const { errors } = await baselineOf('nobody');
    expect(errors).toMatchObject({ ok: false, detail: expect.stringMatching(/^has data and traffic for 0 h of 48 h/) });
  });
});
