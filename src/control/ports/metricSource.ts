import type { Counted, CountQuery } from '../../domain/health/countQuery.ts';
import type { MeasurementQuery, Measurements } from '../../domain/health/measurement.ts';
import type { LevelPoints, PointsQuery } from '../../domain/health/pointsQuery.ts';

/** Whether a source can be used at this moment, in words for people. No credentials, no stack. */
export type SourceState = { readonly ok: boolean; readonly detail: string };

/** A stretch of the past, both ends included. */
export type TimeRange = { readonly fromMs: number; readonly toMs: number; readonly stepSeconds: number };
export type MeasuredAt = { readonly atMs: number; readonly measurements: Measurements };

/** Where measurements come from. Named in the installation's configuration; a contract can't name an address. */
export interface MetricSource {
  readonly name: string;
  readonly kind: 'prometheus' | 'scrape';

  /** Begins what the source does by itself, where it does anything. */
  start(): void;

  /**
   * Answers every question, by `queryKey`, with every arm that it asks for, all as of `nowMs`.
   * Never throws for anything that the source does or that the question holds: what can't be used is `unavailable`,
   * what is not there is `missing`, each with the detail. Ends within the source's own time limit.
   * Rejects with the signal's reason where `signal` is aborted, and for nothing else.
   */
  measure(
    queries: readonly MeasurementQuery[],
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, Measurements>>;

  /**
   * Counts what happened between two instants, by `countKey`, from raw counters and without extrapolation. Never throws, as `measure`.
   */
  count(queries: readonly CountQuery[], signal?: AbortSignal): Promise<ReadonlyMap<string, Counted>>;

  /** The raw points of gauges, by `pointsKey`, each window ending at `nowMs`. Never throws, as `measure`. */
  points(
    queries: readonly PointsQuery[],
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, LevelPoints>>;

  /** For the list of sources, readiness and preflight. Never throws. */
  state(nowMs: number): Promise<SourceState>;

  /** The same question at every step of a recorded past; only a source that keeps one has it. */
  range?(query: MeasurementQuery, range: TimeRange, signal?: AbortSignal): Promise<readonly MeasuredAt[]>;

  /**
   * The same source as it was at each step of a stretch of its past, asked for one step after the other. Only a source that keeps a
   * past has it. What can't be read of it rejects with {@link PastUnreadable}: there is no saying what was measured then.
   * Closing is left to this one.
   */
  recorded?(range: TimeRange, signal: AbortSignal): MetricSource;

  /** Awaits what is under way, then lets go of everything. */
  close(): Promise<void>;
}

/** A source did not say what it had recorded, or refused the question. The detail is for people. */
export class PastUnreadable extends Error {
  override readonly name = 'PastUnreadable';
}
