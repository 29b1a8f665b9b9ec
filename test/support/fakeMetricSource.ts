import { stepsOf } from '../../src/adapters/prometheus/rangeSteps.ts';
import type { MeasuredAt, MetricSource, SourceState, TimeRange } from '../../src/control/ports/metricSource.ts';
import { type Counted, type CountQuery, countKey } from '../../src/domain/health/countQuery.ts';
import {
  type Arm,
  type Measurement,
  type MeasurementQuery,
  type Measurements,
  measurementsOf,
  queryKey,
  unavailable,
} from '../../src/domain/health/measurement.ts';
import {
  type ArmPoints,
  type LevelPoints,
  type PointsQuery,
  pointsIn,
  pointsKey,
} from '../../src/domain/health/pointsQuery.ts';
import type { ArmCounts } from '../../src/domain/statistics/armCounts.ts';

type Cohort = 'treatment' | 'control';
type Counts = ArmCounts | ((query: CountQuery) => ArmCounts | null);
type Answer = Measurement | ((query: MeasurementQuery, nowMs: number) => Measurement);

/** A metric source that answers what it is told to. What it was not told is missing. */
export class FakeMetricSource implements MetricSource {
  readonly name: string;
  readonly kind = 'prometheus';
  /** Every question that reached it, in order. */
  readonly asked: MeasurementQuery[] = [];
  /** Every look back, in order. */
  readonly ranged: { readonly query: MeasurementQuery; readonly range: TimeRange }[] = [];
  /** Every question after what was counted, in order. */
  readonly counted: CountQuery[] = [];
  readonly #counts = new Map<string, (query: CountQuery) => Counted>();
  readonly #tallies = new Map<string, Counts>();
  readonly #answers = new Map<string, Answer>();
  readonly #levels = new Map<string, readonly number[]>();
  #failure: string | null = null;

  constructor(name = 'prometheus') {
    this.name = name;
  }

  start(): void {}

  /** What an SLI measures for an arm from now on. */
  answer(sli: string, arm: Arm, answer: Answer): this {
    this.#answers.set(`${sli}/${arm}`, answer);
    return this;
  }

  /** A fresh observation over the whole window, whatever the window. */
  observe(sli: string, arm: Arm, value: number, samples = 1000): this {
    return this.answer(sli, arm, ({ windowSeconds, sli: { id } }, nowMs) => ({
      kind: 'observed',
      value,
      samples,
      coveredSeconds: windowSeconds,
      newestSampleAtMs: nowMs,
      query: id,
    }));
  }

  /** What an SLI counts for an arm from now on, whenever it is asked; null, or never told: it has no series. */
  tally(sli: string, arm: Cohort, counts: Counts): this {
    this.#tallies.set(`${sli}/${arm}`, counts);
    return this;
  }

  /** What becomes of every question after what an SLI counted, from now on. */
  tallyBy(sli: string, count: (query: CountQuery) => Counted): this {
    this.#counts.set(sli, count);
    return this;
  }

  /** The points of an SLI for an arm from now on, fresh at each look; it has none before. */
  level(sli: string, arm: Cohort, points: readonly number[]): this {
    this.#levels.set(`${sli}/${arm}`, points);
    return this;
  }

  /** From now on nothing can be asked, until `recover`. */
  fail(detail: string): this {
    this.#failure = detail;
    return this;
  }

  recover(): this {
    this.#failure = null;
    return this;
  }

  async measure(
    queries: readonly MeasurementQuery[],
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, Measurements>> {
    signal?.throwIfAborted();
    this.asked.push(...queries);
    return new Map(queries.map((query) => [queryKey(query), this.#measured(query, nowMs)]));
  }

  async count(queries: readonly CountQuery[], signal?: AbortSignal): Promise<ReadonlyMap<string, Counted>> {
    signal?.throwIfAborted();
    this.counted.push(...queries);
    return new Map(queries.map((query) => [countKey(query), this.#counted(query)]));
  }

  async points(
    queries: readonly PointsQuery[],
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, LevelPoints>> {
    signal?.throwIfAborted();
    return new Map(queries.map((query) => [pointsKey(query), this.#points(query, nowMs)]));
  }

  /** What it would have answered at each step, had it been told so then. */
  async range(query: MeasurementQuery, range: TimeRange): Promise<readonly MeasuredAt[]> {
    this.ranged.push({ query, range });
    return stepsOf(range).map((atMs) => ({ atMs, measurements: this.#measured(query, atMs) }));
  }

  /** As it was told then. */
  recorded(): MetricSource {
    return this;
  }

  async state(): Promise<SourceState> {
    return this.#failure === null ? { ok: true, detail: 'a fake' } : { ok: false, detail: this.#failure };
  }

  async close(): Promise<void> {}

  #counted(query: CountQuery): Counted {
    const { id } = query.sli;
    if (this.#failure !== null) return { kind: 'unavailable', detail: this.#failure, query: id };
    const count = this.#counts.get(id);
    if (count !== undefined) return count(query);
    const counts = (arm: Cohort) => {
      const told = this.#tallies.get(`${id}/${arm}`) ?? null;
      return typeof told === 'function' ? told(query) : told;
    };
    const [treatment, control] = [counts('treatment'), counts('control')];
    if (treatment === null || control === null) return { kind: 'missing', detail: `no series: ${id}`, query: id };
    const poll = { treatment, control };
    return { kind: 'counted', poll, edge: query.slowerThan, newestSampleAtMs: query.toMs, query: id };
  }

  #points(query: PointsQuery, nowMs: number): LevelPoints {
    const { id } = query.sli;
    if (this.#failure !== null) return { kind: 'unavailable', detail: this.#failure, query: id };
    const ofArm = (arm: Cohort): ArmPoints => {
      const values = this.#levels.get(`${id}/${arm}`) ?? [];
      return { values, newestSampleAtMs: values.length === 0 ? null : nowMs };
    };
    const found = { treatment: ofArm('treatment'), control: ofArm('control') };
    return pointsIn(query, found, query.windowSeconds, id);
  }

  #measured(query: MeasurementQuery, nowMs: number): Measurements {
    if (this.#failure !== null) return unavailable(query, this.#failure, query.sli.id);
    return measurementsOf(query, (arm) => {
      const answer = this.#answers.get(`${query.sli.id}/${arm}`);
      if (typeof answer === 'function') return answer(query, nowMs);
      return answer ?? { kind: 'missing', detail: `no series: ${query.sli.id}`, query: query.sli.id };
    });
  }
}
