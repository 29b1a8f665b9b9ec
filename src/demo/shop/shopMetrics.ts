import { Counter, Histogram, Registry } from 'prom-client';
import { COHORTS, type Cohort } from './cohort.ts';

const CODES = ['200', '500'] as const;

/** One answered request, as the metrics tell it. */
export type Observation = {
  readonly feature: string;
  readonly cohort: Cohort;
  readonly failed: boolean;
  readonly seconds: number;
};

/** The metrics by which Sluice judges a release: requests and their durations, by feature and cohort. */
export class ShopMetrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'http_requests_total',
    help: 'Answered requests',
    labelNames: ['feature', 'cohort', 'code'],
    registers: [this.#registry],
  });
  readonly #durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'How long answers took',
    labelNames: ['feature', 'cohort'],
    buckets: [0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5],
    registers: [this.#registry],
  });

  /** Every series begins at 0: a counter that appears with its first event hides that event from `increase()`. */
  constructor(features: readonly string[]) {
    for (const feature of features) {
      for (const cohort of COHORTS) {
        for (const code of CODES) this.#requests.inc({ feature, cohort, code }, 0);
        this.#durations.zero({ feature, cohort });
      }
    }
  }

  observe({ feature, cohort, failed, seconds }: Observation): void {
    this.#requests.inc({ feature, cohort, code: failed ? '500' : '200' });
    this.#durations.observe({ feature, cohort }, seconds);
  }

  /** The text that Prometheus scrapes. */
  async text(): Promise<{ readonly contentType: string; readonly body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }
}
