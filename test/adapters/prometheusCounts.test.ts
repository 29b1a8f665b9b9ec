import { afterAll, beforeAll, describe } from 'vitest';
import { countingObligations, metricSourceCounts } from '../contracts/countingSource.ts';
import { openPrometheusWorlds, type PrometheusWorlds } from '../support/prometheusWorld.ts';

describe('the Prometheus source, asked to count', () => {
  let worlds: PrometheusWorlds;
  beforeAll(async () => {
    worlds = await openPrometheusWorlds(12);
  });
  afterAll(() => worlds.stop());

  countingObligations(() => worlds.open());
  metricSourceCounts(() => worlds.open());
});
