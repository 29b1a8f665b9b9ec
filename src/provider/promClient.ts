type Labels = Readonly<Record<string, string>>;

type MetricOptions<Registry> = {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers?: Registry[];
};

export type PromCounter = { inc(labels: Labels, value?: number): void };
export type PromHistogram = { observe(labels: Labels, value: number): void; zero(labels: Labels): void };

/**
 * The part of `prom-client` that is used here. The service passes in its own, so that the series stand in the registry that it serves, and
 * this package depends on no version of it.
 */
export type PromClient<Registry> = {
  readonly Counter: new (options: MetricOptions<Registry>) => PromCounter;
  readonly Histogram: new (options: MetricOptions<Registry> & { readonly buckets?: number[] }) => PromHistogram;
};

/** Where the series go: `registry`, else prom-client's default one. */
export const registersOf = <Registry>(registry: Registry | undefined): { readonly registers?: Registry[] } =>
  registry === undefined ? {} : { registers: [registry] };
