import type { Counter, Gauge } from 'prom-client';

type Labels = { readonly feature: string; readonly [label: string]: string };

/** Which series each feature has: a metric can only be removed by all of its labels. */
class KnownSeries {
  readonly #metric: Pick<Gauge, 'remove'>;
  readonly #byFeature = new Map<string, Map<string, Labels>>();

  constructor(metric: Pick<Gauge, 'remove'>) {
    this.#metric = metric;
  }

  note(labels: Labels): void {
    const known = this.#byFeature.get(labels.feature) ?? new Map<string, Labels>();
    this.#byFeature.set(labels.feature, known.set(JSON.stringify(labels), labels));
  }

  remove(labels: Labels): void {
    this.#byFeature.get(labels.feature)?.delete(JSON.stringify(labels));
    this.#metric.remove(labels);
  }

  forget(feature: string): void {
    for (const labels of this.#byFeature.get(feature)?.values() ?? []) this.#metric.remove(labels);
    this.#byFeature.delete(feature);
  }
}

/** A gauge with a `feature` label. */
export class FeatureGauge {
  readonly #gauge: Gauge;
  readonly #known: KnownSeries;

  constructor(gauge: Gauge) {
    this.#gauge = gauge;
    this.#known = new KnownSeries(gauge);
  }

  /** Null takes the series away. */
  set(labels: Labels, value: number | null): void {
    if (value === null) {
      this.#known.remove(labels);
      return;
    }
    this.#known.note(labels);
    this.#gauge.set(labels, value);
  }

  /** The one series that the feature has from now on. */
  setOnly(labels: Labels, value: number): void {
    this.#known.forget(labels.feature);
    this.set(labels, value);
  }

  forget(feature: string): void {
    this.#known.forget(feature);
  }
}

/** A counter with a `feature` label. */
export class FeatureCounter {
  readonly #counter: Counter;
  readonly #known: KnownSeries;

  constructor(counter: Counter) {
    this.#counter = counter;
    this.#known = new KnownSeries(counter);
  }

  inc(labels: Labels): void {
    this.#known.note(labels);
    this.#counter.inc(labels);
  }

  forget(feature: string): void {
    this.#known.forget(feature);
  }
}
