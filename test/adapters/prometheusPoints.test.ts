import { afterAll, beforeAll, describe } from 'vitest';
import { metricSourcePoints, pointsObligations } from '../contracts/pointsSource.ts';
import { openPrometheusWorlds, type PrometheusWorlds } from '../support/prometheusWorld.ts';

describe('the Prometheus source, asked for points', () => {
  let worlds: PrometheusWorlds;
  beforeAll(async () => {
    worlds = await openPrometheusWorlds(9);
  });
  afterAll(() => worlds.stop());

  pointsObligations(() => worlds.open());
  metricSourcePoints(() => worlds.open());
});
