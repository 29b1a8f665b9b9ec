import { Counter, type Registry } from 'prom-client';

type Counts = { on: number; off: number };

/** Counts lookups by adding to a number; the labelled metric is made when somebody scrapes, not when somebody looks up. */
export class LookupCounts {
  readonly #byFeature = new Map<string, Counts>();

  constructor(registry: Registry) {
    const counts = this.#byFeature;
    new Counter({
      name: 'flag_lookups_total',
      help: 'Lookups answered, by feature and variant.',
      labelNames: ['feature', 'variant'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [feature, { on, off }] of counts) {
          this.inc({ feature, variant: 'on' }, on);
          this.inc({ feature, variant: 'off' }, off);
        }
      },
    });
  }

  add(feature: string, variant: 'on' | 'off'): void {
    const counts = this.#byFeature.get(feature) ?? this.#begin(feature);
    counts[variant] += 1;
  }

  forget(feature: string): void {
    this.#byFeature.delete(feature);
  }

  #begin(feature: string): Counts {
    const counts = { on: 0, off: 0 };
    this.#byFeature.set(feature, counts);
    return counts;
  }
}
