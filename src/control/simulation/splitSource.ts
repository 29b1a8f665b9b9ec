import { type CohortShares, cohortSharesAt } from '../../domain/feature/cohort.ts';
import { toMeasurement } from '../../domain/health/armReading.ts';
import { type Counted, type CountQuery, countKey } from '../../domain/health/countQuery.ts';
import {
  type Arm,
  type Measurement,
  type MeasurementQuery,
  type Measurements,
  measurementsOf,
  queryKey,
} from '../../domain/health/measurement.ts';
import { type LevelPoints, MOST_POINTS, type PointsQuery, pointsKey } from '../../domain/health/pointsQuery.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { Dealing } from '../../domain/simulation/dealing.ts';
import type { Random } from '../../domain/simulation/random.ts';
import type { Period } from '../../domain/simulation/request.ts';
import type { MeasuredAt, MetricSource, SourceState, TimeRange } from '../ports/metricSource.ts';
import type { MetricSources } from '../sight/metricSources.ts';
import { dealtKey, type Recording, WINDOW_SECONDS } from './recording.ts';

export type SplitOptions = {
  readonly name: string;
  readonly recording: Recording;
  /** For what lies before the period: the service's own past. */
  readonly past: Pick<MetricSources, 'range'>;
  readonly period: Period;
  readonly pollIntervalMs: number;
  readonly random: Random;
};

type Observed = Extract<Measurement, { kind: 'observed' }>;

const WINDOW_MS = WINDOW_SECONDS * 1000;

/**
 * A source in which treatment and control are everybody, dealt at random by the share that the rollout exposes: an A/A split. What can
 * be counted is dealt; a level (a quantile over a window, a gauge, the author's own query) is everybody's in both cohorts.
 */
export class SplitSource implements MetricSource {
  readonly kind = 'prometheus';
  readonly name: string;
  readonly #options: SplitOptions;
  readonly #dealings: ReadonlyMap<string, Dealing>;
  #shares: CohortShares = cohortSharesAt(0);

  constructor(options: SplitOptions) {
    const { name, recording, period, pollIntervalMs, random } = options;
    this.name = name;
    this.#options = options;
    const polls = Math.floor((period.toMs - period.fromMs) / pollIntervalMs);
    const dealings = [...recording.dealt].map(
      ([key, { tape, clump }]) => [key, new Dealing(tape, polls, clump, random)] as const,
    );
    this.#dealings = new Map(dealings);
  }

  /** Before each poll in turn: deals what came since the one before, when the rollout stood as it does still. */
  exposes({ threshold }: RolloutState, nowMs: number): void {
    const index = this.#pollBy(nowMs);
    this.#shares = cohortSharesAt(threshold);
    if (index === 0) return;
    for (const dealing of this.#dealings.values()) {
      dealing.deal(index, nowMs - this.#options.pollIntervalMs, nowMs, this.#shares);
    }
  }

  start(): void {}

  async measure(
    queries: readonly MeasurementQuery[],
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, Measurements>> {
    signal?.throwIfAborted();
    return new Map(queries.map((query) => [queryKey(query), this.#measured(query, nowMs)]));
  }

  async count(queries: readonly CountQuery[], signal?: AbortSignal): Promise<ReadonlyMap<string, Counted>> {
    signal?.throwIfAborted();
    return new Map(queries.map((query) => [countKey(query), this.#counted(query)]));
  }

  async points(queries: readonly PointsQuery[], nowMs: number): Promise<ReadonlyMap<string, LevelPoints>> {
    return new Map(queries.map((query) => [pointsKey(query), this.#points(query, nowMs)]));
  }

  async range(query: MeasurementQuery, range: TimeRange): Promise<readonly MeasuredAt[]> {
    return (await this.#options.past.range(query, range)) ?? [];
  }

  async state(): Promise<SourceState> {
    return { ok: true, detail: 'dealt from a recording' };
  }

  async close(): Promise<void> {}

  #measured(query: MeasurementQuery, nowMs: number): Measurements {
    const { sli, arms } = query;
    const dealing = arms === 'all' ? undefined : this.#dealings.get(dealtKey(sli.id, null));
    if (dealing === undefined) return measurementsOf(query, (arm) => this.#level(query, arm, nowMs));
    return measurementsOf(query, (arm) => this.#dealtTo(dealing, query, arm, nowMs));
  }

  #dealtTo(dealing: Dealing, query: MeasurementQuery, arm: Arm, nowMs: number): Measurement {
    const { sli, windowSeconds } = query;
    const context = { query: `${sli.id}, dealt at random`, coveredSeconds: windowSeconds, warnings: [] };
    const missing = { value: null, samples: null, newestSampleAtMs: null };
    if (!dealing.isKnown(nowMs)) return toMeasurement(sli, arm, missing, context);
    const now = this.#pollBy(nowMs);
    const counts = dealing.between(Math.max(0, now - this.#pollsIn(windowSeconds)), now);
    const { total, bad } = counts[arm === 'control' ? 'control' : 'treatment'];
    const value = sli.kind === 'count' ? total : sli.direction === 'lower' ? bad : total - bad;
    const samples = sli.kind === 'count' ? this.#pollsIn(windowSeconds) : total;
    return toMeasurement(sli, arm, { value, samples, newestSampleAtMs: nowMs }, context);
  }

  #level(query: MeasurementQuery, arm: Arm, nowMs: number): Measurement {
    const { sli, offsetSeconds } = query;
    const atMs = nowMs - offsetSeconds * 1000;
    const level = this.#options.recording.levels.get(sli.id);
    const found = level?.found[Math.ceil((atMs - level.fromMs) / WINDOW_MS)];
    if (found === undefined) return { kind: 'missing', detail: 'nothing was recorded', query: sli.id };
    return found.kind === 'observed' ? this.#scaled(found, arm, query, atMs) : found;
  }

  /** What a window of its length would have seen, the cohort's samples by its share: no more is known of it. */
  #scaled(found: Observed, arm: Arm, { sli, windowSeconds }: MeasurementQuery, atMs: number): Observed {
    const part = windowSeconds === 0 ? 1 : windowSeconds / WINDOW_SECONDS;
    const samples = found.samples * part * (arm === 'all' ? 1 : this.#shares[arm]);
    const value = sli.kind === 'count' ? found.value * part : found.value;
    return { ...found, value, samples, coveredSeconds: windowSeconds, newestSampleAtMs: atMs };
  }

  /** Alike in both cohorts, so that they are never found to differ. */
  #points({ sli, windowSeconds }: PointsQuery, nowMs: number): LevelPoints {
    const query = `${sli.id}, everybody's in both cohorts`;
    const all = { sli, windowSeconds, offsetSeconds: 0, arms: 'all' as const };
    const found = this.#level(all, 'all', nowMs);
    if (found.kind !== 'observed') return { kind: 'missing', detail: 'nothing was recorded', query };
    const values = Array.from({ length: MOST_POINTS }, () => found.value);
    return {
      kind: 'points',
      treatment: values,
      control: values,
      coveredSeconds: windowSeconds,
      newestSampleAtMs: nowMs,
      query,
    };
  }

  #counted({ sli, slowerThan, fromMs, toMs }: CountQuery): Counted {
    const dealing = this.#dealings.get(dealtKey(sli.id, slowerThan));
    const query = `${sli.id}, dealt at random`;
    if (dealing === undefined || !dealing.isKnown(toMs))
      return { kind: 'missing', detail: 'nothing was recorded', query };
    const poll = dealing.between(this.#pollBy(fromMs), this.#pollBy(toMs));
    return { kind: 'counted', poll, edge: slowerThan, newestSampleAtMs: toMs, query };
  }

  /** The last poll at or before an instant. */
  #pollBy(atMs: number): number {
    return Math.max(0, Math.floor((atMs - this.#options.period.fromMs) / this.#options.pollIntervalMs));
  }

  #pollsIn(windowSeconds: number): number {
    return Math.max(1, Math.floor((windowSeconds * 1000) / this.#options.pollIntervalMs));
  }
}
