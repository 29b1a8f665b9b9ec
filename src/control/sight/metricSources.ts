import { type Counted, type CountQuery, countKey } from '../../domain/health/countQuery.ts';
import { type MeasurementQuery, type Measurements, queryKey, unavailable } from '../../domain/health/measurement.ts';
import type { MeasuredAt, MetricSource, SourceState, TimeRange } from '../ports/metricSource.ts';

/** The installation's metric sources by name. */
export class MetricSources {
  readonly #sources: ReadonlyMap<string, MetricSource>;

  constructor(sources: readonly MetricSource[]) {
    this.#sources = new Map(sources.map((source) => [source.name, source]));
    if (this.#sources.size < sources.length) throw new Error('two metric sources have the same name');
  }

  get(name: string): MetricSource | undefined {
    return this.#sources.get(name);
  }

  list(): readonly MetricSource[] {
    return [...this.#sources.values()];
  }

  start(): void {
    for (const source of this.list()) source.start();
  }

  /** All questions of one tick, by `queryKey`: each to its source, equal ones once, all sources at the same time. */
  async measure(
    queries: readonly MeasurementQuery[],
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, Measurements>> {
    const distinct = new Map(queries.map((query) => [queryKey(query), query]));
    const bySource = Map.groupBy(distinct.values(), (query) => query.sli.source);
    const answers = await Promise.all(
      [...bySource].map(([name, asked]) => this.#sources.get(name)?.measure(asked, nowMs, signal) ?? unknown(asked)),
    );
    return new Map(answers.flatMap((answer) => [...answer]));
  }

  /** All that is to be counted in one tick, by `countKey`. */
  async count(queries: readonly CountQuery[]): Promise<ReadonlyMap<string, Counted>> {
    const distinct = new Map(queries.map((query) => [countKey(query), query]));
    const bySource = Map.groupBy(distinct.values(), (query) => query.sli.source);
    const answers = await Promise.all(
      [...bySource].map(([name, asked]) => this.#sources.get(name)?.count(asked) ?? uncounted(name, asked)),
    );
    return new Map(answers.flatMap((answer) => [...answer]));
  }

  /** The same question at every step of the past; null where no source of this name keeps one. */
  async range(query: MeasurementQuery, range: TimeRange, signal?: AbortSignal): Promise<readonly MeasuredAt[] | null> {
    return (await this.#sources.get(query.sli.source)?.range?.(query, range, signal)) ?? null;
  }

  /** The state of every source, by name. */
  async states(nowMs: number): Promise<ReadonlyMap<string, SourceState>> {
    const states = this.list().map(async (source) => [source.name, await source.state(nowMs)] as const);
    return new Map(await Promise.all(states));
  }

  async close(): Promise<void> {
    await Promise.all(this.list().map((source) => source.close()));
  }
}

function uncounted(name: string, queries: readonly CountQuery[]): ReadonlyMap<string, Counted> {
  const detail = `no metric source is named ${name}`;
  return new Map(queries.map((query) => [countKey(query), { kind: 'unavailable', detail, query: query.sli.id }]));
}

function unknown(queries: readonly MeasurementQuery[]): ReadonlyMap<string, Measurements> {
  return new Map(
    queries.map((query) => [queryKey(query), unavailable(query, `no metric source is named ${query.sli.source}`)]),
  );
}
