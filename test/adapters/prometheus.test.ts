import { describe } from 'vitest';
import { metricSourceObligations, metricSourceReadings } from '../contracts/metricSource.ts';
import { openPrometheus } from '../support/prometheusWorld.ts';

describe('the Prometheus source', () => {
  metricSourceObligations(openPrometheus);
  metricSourceReadings(openPrometheus);
});
