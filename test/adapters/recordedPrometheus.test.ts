import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { BoundedHttp } from '../../src/adapters/outboundHttp/boundedHttp.ts';
import { PrometheusSource } from '../../src/adapters/prometheus/source.ts';
import type { HttpExchange } from '../../src/control/ports/httpExchange.ts';
import { type MetricSource, PastUnreadable } from '../../src/control/ports/metricSource.ts';
import { MetricSources } from '../../src/control/sight/metricSources.ts';
import { Pacer } from '../../src/control/simulation/pacer.ts';
import { type Moment, rehearse } from '../../src/control/simulation/rehearsal.ts';
import { contractFrom } from '../../src/domain/contract/contract.ts';
import { DEFAULT_POLICY } from '../../src/domain/contract/policy.ts';
import { type CountQuery, isCountable } from '../../src/domain/health/countQuery.ts';
import type { Sli } from '../../src/domain/health/sli.ts';
import type { RolloutState } from '../../src/domain/rollout/state.ts';
import { countingObligations, metricSourceCounts } from '../contracts/countingSource.ts';
import { metricSourceObligations, metricSourceReadings, question, sli, type World } from '../contracts/metricSource.ts';
import { type PrometheusServer, startPrometheus } from '../support/prometheus.ts';
import { openPrometheusWorlds, type PrometheusWorlds } from '../support/prometheusWorld.ts';
import { type SliInput, stageInput, validProposal } from '../support/proposals.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEP_SECONDS = 60;
/** More than one chunk of what is read ahead. */
const STEPS = 300;

const isCompared = (step: number) => step % 7 === 0 || (step >= 238 && step <= 243) || (step >= 88 && step <= 120);

const nowMs = Math.floor(Date.now() / MINUTE) * MINUTE;
const beganMs = nowMs - 6 * HOUR;
/** From here on treatment fails. */
const BAD_FROM_MS = nowMs - 2 * HOUR;

/** Two cohorts of a service, scraped each minute; it starts anew once, and nobody scrapes it for a quarter of an hour. */
function past(): string {
  const asked = ['# TYPE asked counter'];
  const took = ['# TYPE took_seconds histogram'];
  const accuracy = ['# TYPE accuracy gauge'];
  const up = ['# TYPE up gauge'];
  const sums = { treatment: { ok: 0, failed: 0 }, control: { ok: 0, failed: 0 } };
  for (let atMs = beganMs; atMs <= nowMs; atMs += MINUTE) {
    if (atMs === nowMs - 4 * HOUR) for (const sum of Object.values(sums)) Object.assign(sum, { ok: 0, failed: 0 });
    const isAway = atMs > nowMs - 3.5 * HOUR && atMs <= nowMs - 3.25 * HOUR;
    const seconds = atMs / 1000;
    if (!isAway) up.push(`up{job="shop",instance="a"} 1 ${seconds}`);
    for (const [cohort, sum] of Object.entries(sums)) {
      const isBad = cohort === 'treatment' && atMs > BAD_FROM_MS;
      sum.ok += 1000;
      sum.failed += isBad ? 200 : 2;
      if (isAway) continue;
      const labels = `cohort="${cohort}",job="shop",instance="a"`;
      asked.push(`asked_total{${labels},code="200"} ${sum.ok} ${seconds}`);
      asked.push(`asked_total{${labels},code="500"} ${sum.failed} ${seconds}`);
      took.push(`took_seconds_bucket{${labels},le="0.25"} ${sum.ok} ${seconds}`);
      took.push(`took_seconds_bucket{${labels},le="+Inf"} ${sum.ok + sum.failed} ${seconds}`);
      accuracy.push(`accuracy{${labels}} ${0.9 + (sum.ok % 7) / 100} ${seconds}`);
    }
  }
  // The samples of a family stand together, and those of one series one after the other.
  return [...sorted(asked), ...sorted(took), ...sorted(accuracy), ...sorted(up), '# EOF', ''].join('\n');
}

const sorted = ([type = '', ...lines]: readonly string[]) => [
  type,
  ...lines.toSorted((one, other) => (seriesOf(one) < seriesOf(other) ? -1 : seriesOf(one) > seriesOf(other) ? 1 : 0)),
];
const seriesOf = (line: string) => line.slice(0, line.indexOf('}'));

const common = { source: 'prometheus', direction: 'lower', cohort: {} } as const;
const ERRORS = {
  ...common,
  id: 'error_rate',
  kind: 'ratio',
  numerator: 'asked_total{code=~"5.."}',
  denominator: 'asked_total',
} satisfies SliInput;
const SLIS: readonly Sli[] = [
  sli(ERRORS),
  sli({ ...common, id: 'p90', kind: 'quantile', histogram: 'took_seconds', quantile: 0.9 }),
  sli({ ...common, id: 'failures', kind: 'count', counter: 'asked_total{code="500"}' }),
  sli({ ...common, id: 'accuracy', kind: 'gauge', metric: 'accuracy' }),
  sli({ ...common, id: 'custom', kind: 'promql', query: 'sum(rate(asked_total{ {{cohort}} }[{{window}}]))' }),
];

/** Counts what is asked over the wire. */
function countedHttp(url: string): HttpExchange & { asked: number } {
  const http = new BoundedHttp(url);
  const counted = {
    asked: 0,
    exchange: (...args: Parameters<HttpExchange['exchange']>) => {
      counted.asked += 1;
      return http.exchange(...args);
    },
    close: () => http.close(),
  };
  return counted;
}

describe('what a real Prometheus has recorded', () => {
  let server: PrometheusServer;
  beforeAll(async () => {
    server = await startPrometheus({ targets: [], past: past() });
  });
  afterAll(() => server.stop());

  function opened(url = server.url) {
    const http = countedHttp(url);
    const source = new PrometheusSource('prometheus', http);
    onTestFinished(() => source.close());
    const fromMs = nowMs - STEPS * STEP_SECONDS * 1000;
    const range = { fromMs, toMs: nowMs, stepSeconds: STEP_SECONDS };
    const recorded = source.recorded(range, new AbortController().signal);
    return { http, source, recorded, fromMs };
  }

  test('is measured at every step as it would have been then, at a fraction of the questions', async () => {
    const { http, source, recorded, fromMs } = opened();
    const questions = SLIS.flatMap((about) => [
      question(about, { windowSeconds: 600 }),
      // The same text, now, half an hour before, and further back than is read ahead.
      question(about, { windowSeconds: 600, arms: 'all' }),
      question(about, { windowSeconds: 600, arms: 'all', offsetSeconds: 5 * 3600 }),
      question(about, { windowSeconds: 600, arms: 'all', offsetSeconds: 1800 }),
    ]);
    let asked = 0;
    for (let step = 0; step <= STEPS; step += 1) {
      const atMs = fromMs + step * STEP_SECONDS * 1000;
      const before = http.asked;
      const found = await recorded.measure(questions, atMs);
      asked += http.asked - before;
      // Some of them, among them both sides of a chunk's edge and every step of the gap.
      if (isCompared(step)) expect([step, found]).toEqual([step, await source.measure(questions, atMs)]);
    }
    // Two chunks a text, the first steps, and where series had ended the looks back at how old they are.
    expect(asked).toBeLessThan(0.15 * STEPS * questions.length);
  });

  test('is counted at every step as it would have been then', async () => {
    const { source, recorded, fromMs } = opened();
    const countable = SLIS.filter(isCountable);
    for (let step = 1; step <= STEPS; step += 1) {
      const toMs = fromMs + step * STEP_SECONDS * 1000 - 5000;
      const queries = countable.map((about): CountQuery => {
        return {
          sli: about,
          slowerThan: about.kind === 'quantile' ? 0.25 : null,
          fromMs: toMs - STEP_SECONDS * 1000,
          toMs,
        };
      });
      const found = await recorded.count(queries);
      if (!isCompared(step)) continue;
      // What was late then has come long since.
      const live = [...(await source.count(queries))].map(
        ([key, each]) => [key, { ...each, knownUntilMs: undefined }] as const,
      );
      expect([step, found]).toEqual([step, new Map(live)]);
    }
  });

  test('that can not be read is said, not taken for missing data', async () => {
    const { recorded, fromMs } = opened('http://127.0.0.1:9');
    await expect(recorded.measure([question(sli(ERRORS))], fromMs)).rejects.toThrow(PastUnreadable);
  });

  test('takes a release back that failed then, with the verdict that says so', async () => {
    const { recorded, fromMs } = opened();
    const trigger = { sli: 'error_rate', severity: 'rollback' as const };
    const stage = (id: string, percentage: number) =>
      stageInput(id, percentage, { rollbackTrigger: [trigger, ...stageInput(id, 1).rollbackTrigger] });
    const wedgeStages = [stage('canary', 10), stage('half', 50), stage('everyone', 100)];
    const contract = contractFrom(validProposal({ slis: [ERRORS] }, { wedgeStages, observationWindowHours: 2 }), 'c');
    const { told, state } = await rehearsed(contract, recorded, fromMs);
    expect(state.wedgeState).toBe('ROLLED_BACK');
    const rolledBack = told.at(-1);
    expect(rolledBack).toMatchObject({
      type: 'rolledBack',
      reason: 'criterion',
      stageId: 'half',
      percentageBefore: 50,
    });
    expect(rolledBack?.verdicts).toContainEqual(
      expect.objectContaining({ role: 'trigger', outcome: 'fail', sli: 'error_rate' }),
    );
    const afterMs = (rolledBack?.atMs ?? 0) - BAD_FROM_MS;
    expect(afterMs).toBeGreaterThan(0);
    expect(afterMs).toBeLessThanOrEqual(15 * MINUTE);
  });

  async function rehearsed(contract: ReturnType<typeof contractFrom>, source: MetricSource, fromMs: number) {
    const setting = {
      ...{ contract, policy: DEFAULT_POLICY, settled: [], calendars: [], pollIntervalMs: STEP_SECONDS * 1000 },
      period: { fromMs, toMs: nowMs },
    };
    const still = { clock: { nowMs: () => 0 }, timer: { sleep: () => Promise.resolve() } };
    const moments = rehearse(
      setting,
      { sources: new MetricSources([source]) },
      new Pacer(still, new AbortController().signal),
    );
    const told: Extract<Moment, { kind: 'happening' }>['happening'][] = [];
    for (;;) {
      const next: IteratorResult<Moment, RolloutState> = await moments.next();
      if (next.done === true) return { told, state: next.value };
      if (next.value.kind === 'happening') told.push(next.value.happening);
    }
  }
});

describe('the Prometheus source as it was', () => {
  let worlds: PrometheusWorlds;
  beforeAll(async () => {
    worlds = await openPrometheusWorlds(34);
  });
  afterAll(() => worlds.stop());

  /** Of a service that is scraped now: its past ends a moment ago. */
  const asItWas = async (): Promise<World> => {
    const world = await worlds.open();
    const range = { fromMs: Date.now() - HOUR, toMs: Date.now() + HOUR, stepSeconds: 1 };
    const source = world.source.recorded?.(range, new AbortController().signal);
    if (source === undefined) throw new Error('it keeps no past');
    return { ...world, source };
  };
  metricSourceObligations(asItWas);
  metricSourceReadings(asItWas);
  countingObligations(asItWas);
  metricSourceCounts(asItWas);
});
