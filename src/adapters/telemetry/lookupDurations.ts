import { Histogram, type Registry } from 'prom-client';

/** So many lie in cache, and are counted before anybody has looked in vain for them. */
const PENDING = 1024;
const BUCKETS_SECONDS = [0.000_005, 0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.01, 0.1];

/** Notes how long lookups took, and counts them together: one by one, between two requests, counting took as long as the lookup itself. */
export class LookupDurations {
  readonly #pending = new Float64Array(PENDING);
  readonly #histogram: Histogram;
  #count = 0;

  constructor(registry: Registry) {
    this.#histogram = new Histogram({
      name: 'flag_lookup_seconds',
      help: 'From a lookup that was read to its answer, without sending it.',
      buckets: BUCKETS_SECONDS,
      registers: [registry],
      collect: () => this.#observe(),
    });
  }

  add(seconds: number): void {
    this.#pending[this.#count] = seconds;
    this.#count += 1;
    if (this.#count === PENDING) this.#observe();
  }

  #observe(): void {
    const pending = this.#pending.subarray(0, this.#count);
    this.#count = 0;
    for (const seconds of pending) this.#histogram.observe(seconds);
  }
}
