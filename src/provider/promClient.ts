type Labels = Readonly<Record<string, string>>;

type MetricOptions = {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers?: object[];
};

type HistogramOptions = MetricOptions & { readonly buckets?: number[] };

/**
 * The part of `prom-client` that is used here. The service passes in its own, so that the series stand in the registry that it serves, and
 * this package depends on no version of it.
 */
export type PromClient = {
  readonly Counter: new (options: MetricOptions) => { inc(labels: Labels, value?: number): void };
  readonly Histogram: new (
    options: HistogramOptions,
  ) => {
    observe(labels: Labels, value: number): void;
    zero(labels: Labels): void;
  };
};

/** Where the series go: `registry`, else prom-client's default one. */
export const registersOf = (registry: object | undefined): { readonly registers?: object[] } =>
  registry === undefined ? {} : { registers: [registry] };
