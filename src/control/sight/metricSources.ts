import { type Counted, type CountQuery, countKey } from '../../domain/health/countQuery.ts';
import { type MeasurementQuery, type Measurements, queryKey, unavailable } from '../../domain/health/measurement.ts';
import { type LevelPoints, type PointsQuery, pointsKey } from '../../domain/health/pointsQuery.ts';
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

  /** All questions of one tick, by `queryKey`. */
  measure(
    queries: readonly MeasurementQuery[],
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, Measurements>> {
    return this.#each(queries, {
      keyOf: queryKey,
      ask: (source, asked) => source.measure(asked, nowMs, signal),
      nowhere: (query, detail) => unavailable(query, detail),
    });
  }

  /** All that is to be counted in one tick, by `countKey`. */
  count(queries: readonly CountQuery[]): Promise<ReadonlyMap<string, Counted>> {
    return this.#each<CountQuery, Counted>(queries, {
      keyOf: countKey,
      ask: (source, asked) => source.count(asked),
      nowhere: ({ sli }, detail) => ({ kind: 'unavailable', detail, query: sli.id }),
    });
  }

  /** The points of all gauges that are compared in one tick, by `pointsKey`. */
  points(queries: readonly PointsQuery[], nowMs: number): Promise<ReadonlyMap<string, LevelPoints>> {
    return this.#each<PointsQuery, LevelPoints>(queries, {
      keyOf: pointsKey,
      ask: (source, asked) => source.points(asked, nowMs),
      nowhere: ({ sli }, detail) => ({ kind: 'unavailable', detail, query: sli.id }),
    });
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

  /** Each to its source, equal ones once, all sources at the same time. */
  async #each<Query extends { readonly sli: { readonly source: string } }, Answer>(
    queries: readonly Query[],
    { keyOf, ask, nowhere }: Asking<Query, Answer>,
  ): Promise<ReadonlyMap<string, Answer>> {
    const distinct = new Map(queries.map((query) => [keyOf(query), query]));
    const bySource = Map.groupBy(distinct.values(), (query) => query.sli.source);
    const answers = [...bySource].map(async ([name, asked]) => {
      const source = this.#sources.get(name);
      if (source !== undefined) return ask(source, asked);
      return new Map(asked.map((query) => [keyOf(query), nowhere(query, `no metric source is named ${name}`)]));
    });
    return new Map((await Promise.all(answers)).flatMap((answer) => [...answer]));
  }
}

/** How one kind of question is asked. */
type Asking<Query, Answer> = {
  readonly keyOf: (query: Query) => string;
  readonly ask: (source: MetricSource, asked: readonly Query[]) => Promise<ReadonlyMap<string, Answer>>;
  /** The answer where no source has its name. */
  readonly nowhere: (query: Query, detail: string) => Answer;
};
