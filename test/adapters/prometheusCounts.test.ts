import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type CountQuery, countKey, isCountable } from '../../src/domain/health/countQuery.ts';
import { countingObligations, metricSourceCounts } from '../contracts/countingSource.ts';
import { ERROR_RATE, within } from '../contracts/metricSource.ts';
import { openPrometheusWorlds, type PrometheusWorlds } from '../support/prometheusWorld.ts';

describe('the Prometheus source, asked to count', () => {
  let worlds: PrometheusWorlds;
  beforeAll(async () => {
    worlds = await openPrometheusWorlds(13);
  });
  afterAll(() => worlds.stop());

  countingObligations(() => worlds.open());
  metricSourceCounts(() => worlds.open());

  test('says how far it knows, and loses nothing where its clock is half a minute behind', async () => {
    const { service, source, shop, looked, stop } = await worlds.open();
    onTestFinished(stop);
    const { sli } = within(shop, { sli: ERROR_RATE, windowSeconds: 0, offsetSeconds: 0, arms: 'cohorts' });
    if (!isCountable(sli)) throw new Error(`${sli.id} is not counted`);
    const counted = async (fromMs: number) => {
      const query: CountQuery = { sli, slowerThan: null, fromMs, toMs: Date.now() + 30_000 };
      const answer = (await source.count([query])).get(countKey(query));
      if (answer?.kind !== 'counted') throw new Error(`not counted: ${answer?.kind}`);
      return answer;
    };
    const serve = async (good: number) => {
      for (const cohort of ['treatment', 'control']) service.serve(cohort, { good });
      await looked();
    };
    await serve(100);
    const first = await counted(Date.now());
    expect(first.knownUntilMs).toBeLessThanOrEqual(Date.now());
    await serve(10);
    const second = await counted(first.knownUntilMs ?? 0);
    await serve(5);
    const third = await counted(second.knownUntilMs ?? 0);
    expect([second.poll.treatment.total, third.poll.control.total]).toEqual([10, 5]);
  });
});
