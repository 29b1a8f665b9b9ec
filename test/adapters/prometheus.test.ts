import { afterAll, beforeAll, describe } from 'vitest';
import { metricSourceObligations, metricSourceReadings } from '../contracts/metricSource.ts';
import { openPrometheusWorlds, type PrometheusWorlds } from '../support/prometheusWorld.ts';

describe('the Prometheus source', () => {
  let worlds: PrometheusWorlds;
  beforeAll(async () => {
    worlds = await openPrometheusWorlds(22);
  });
  afterAll(() => worlds.stop());

  metricSourceObligations(() => worlds.open());
  metricSourceReadings(() => worlds.open());
});
