import type { MeasuredAt, MetricSource, SourceState, TimeRange } from '../../control/ports/metricSource.ts';
import type { Counted, CountQuery } from '../../domain/health/countQuery.ts';
import { type MeasurementQuery, type Measurements, queryKey } from '../../domain/health/measurement.ts';
import type { LevelPoints, PointsQuery } from '../../domain/health/pointsQuery.ts';
import { allCountedBy, measuredBy } from './measuring.ts';
import type { Plan } from './plan.ts';
import { planOf } from './questionPlan.ts';
import type { RecordedAnswers } from './recordedAnswers.ts';

type Present = Required<Pick<MetricSource, 'range'>> & Pick<MetricSource, 'name' | 'kind' | 'points' | 'state'>;

/** Windows that grow are a plan each; those that are asked again and again are few. */
const MOST_PLANS = 256;

/** A Prometheus as it was: the same queries, read in the same way, their answers looked up in what it has recorded. */
export class RecordedSource implements MetricSource {
  readonly name: string;
  readonly kind: MetricSource['kind'];
  readonly #present: Present;
  readonly #answers: RecordedAnswers;
  readonly #plans = new Map<string, Plan | string>();

  constructor(present: Present, answers: RecordedAnswers) {
    this.name = present.name;
    this.kind = present.kind;
    this.#present = present;
    this.#answers = answers;
  }

  start(): void {}

  async measure(
    queries: readonly MeasurementQuery[],
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, Measurements>> {
    signal?.throwIfAborted();
    return measuredBy(
      queries,
      nowMs,
      (text, atMs, offset) => this.#answers.at(text, atMs, offset),
      (query) => this.#planOf(query),
    );
  }

  async count(queries: readonly CountQuery[], signal?: AbortSignal): Promise<ReadonlyMap<string, Counted>> {
    signal?.throwIfAborted();
    const counted = await allCountedBy(queries, (text, atMs, offset) => this.#answers.at(text, atMs, offset));
    return new Map([...counted].map(([key, each]) => [key, allKnown(each)]));
  }

  /** Asked at each poll, and not read ahead: raw points are more than memory should hold, and few plans look at them. */
  points(
    queries: readonly PointsQuery[],
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, LevelPoints>> {
    return this.#present.points(queries, nowMs, signal);
  }

  range(query: MeasurementQuery, range: TimeRange, signal?: AbortSignal): Promise<readonly MeasuredAt[]> {
    return this.#present.range(query, range, signal);
  }

  state(nowMs: number): Promise<SourceState> {
    return this.#present.state(nowMs);
  }

  async close(): Promise<void> {}

  /** Its text is the same at every poll, and most of what asking costs. */
  #planOf(query: MeasurementQuery): Plan | string {
    const key = queryKey(query);
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    if (this.#plans.size >= MOST_PLANS) this.#plans.clear();
    const plan = planOf(query);
    this.#plans.set(key, plan);
    return plan;
  }
}

/** Whatever was late has come long since: each poll goes on from where the one before was asked, so that answers can be read ahead. */
function allKnown(counted: Counted): Counted {
  if (counted.kind !== 'counted' && counted.kind !== 'unanchored') return counted;
  const { knownUntilMs: _, ...known } = counted;
  return known;
}
