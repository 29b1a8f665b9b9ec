import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../control/ports/clock.ts';
import type { HttpExchange } from '../../control/ports/httpExchange.ts';
import type { MetricSource, SourceState } from '../../control/ports/metricSource.ts';
import { toMeasurement } from '../../domain/health/armReading.ts';
import { countedBetween } from '../../domain/health/counterReading.ts';
import { type Counted, type CountQuery, countKey } from '../../domain/health/countQuery.ts';
import {
  type MeasurementQuery,
  type Measurements,
  measurementsOf,
  queryKey,
  unavailable,
} from '../../domain/health/measurement.ts';
import { type LevelPoints, type PointsQuery, pointsIn, pointsKey } from '../../domain/health/pointsQuery.ts';
import { SelectorError } from '../../domain/health/selector.ts';
import { askedCounts, askedPoints, askedText } from './askedText.ts';
import { NOT_READ, readingAt } from './counterReading.ts';
import { ExpositionError, parseExposition } from './exposition.ts';
import { type ScrapedSli, WindowReader } from './reading.ts';
import { type HistoryLimits, type ScrapeSpan, SeriesHistory } from './seriesHistory.ts';
import { UnsupportedRegexError } from './wholeMatch.ts';

export type ScrapeOptions = {
  readonly name: string;
  /** The exchange with the service's own `/metrics`; its time limit bounds a scrape. */
  readonly http: HttpExchange;
  readonly clock: Clock;
  readonly intervalSeconds: number;
  readonly limits?: HistoryLimits;
};

/** 32 MB of values at most. */
const DEFAULT_LIMITS: HistoryLimits = { maxSeries: 20_000, maxValues: 4_000_000 };
/** Kept before any window was asked for. Later windows never reach back before a change of exposure, so they lose nothing. */
const FIRST_RETENTION_SECONDS = 600;
/** The text format, in which counters have the names that a Prometheus would show. */
const ACCEPT = 'text/plain;version=0.0.4';

/** A metric source that scrapes one service at its own interval and answers from what it has seen. */
export class ScrapeSource implements MetricSource {
  readonly kind = 'scrape';
  readonly name: string;
  readonly #options: ScrapeOptions;
  readonly #limits: HistoryLimits;
  readonly #history: SeriesHistory;
  readonly #closing = new AbortController();
  /** What went wrong with the last scrape; null where it was taken. */
  #failure: string | null = 'not scraped yet';
  #loop: Promise<void> | null = null;

  constructor(options: ScrapeOptions) {
    this.name = options.name;
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#history = new SeriesHistory(FIRST_RETENTION_SECONDS * 1000, this.#limits);
  }

  start(): void {
    this.#loop ??= this.#scrapeUntilClosed();
  }

  /** One scrape: takes what the service exposes, or keeps why that was not possible. */
  async scrape(): Promise<void> {
    const startedMs = this.#options.clock.nowMs();
    const request = { method: 'GET', path: '', headers: { accept: ACCEPT } } as const;
    const answer = await this.#options.http.exchange(request, this.#closing.signal);
    if (answer.kind === 'failed') this.#failure = answer.detail;
    else if (answer.status !== 200) this.#failure = `answered ${answer.status}`;
    else this.#failure = this.#take(answer.text, answer.contentType, startedMs);
  }

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

  async points(
    queries: readonly PointsQuery[],
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, LevelPoints>> {
    signal?.throwIfAborted();
    return new Map(queries.map((query) => [pointsKey(query), this.#points(query, nowMs)]));
  }

  async state(): Promise<SourceState> {
    if (this.#failure !== null) return { ok: false, detail: this.#failure };
    return { ok: true, detail: `${this.#history.seriesCount} series scraped` };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loop;
    await this.#options.http.close();
  }

  async #scrapeUntilClosed(): Promise<void> {
    const { signal } = this.#closing;
    const { clock, intervalSeconds } = this.#options;
    try {
      for (;;) {
        const startedMs = clock.nowMs();
        await this.scrape();
        const rest = startedMs + intervalSeconds * 1000 - clock.nowMs();
        await sleep(Math.min(Math.max(0, rest), intervalSeconds * 1000), undefined, { signal });
      }
    } catch (error) {
      // Closing ends the wait and the scrape under way by this; anything else must be seen.
      if (!signal.aborted) throw error;
    }
  }

  #take(text: string, contentType: string, scrapedAtMs: number): string | null {
    try {
      const taken = this.#history.record(parseExposition(text, contentType), scrapedAtMs);
      return taken ? null : `exposes more than ${this.#limits.maxSeries} series`;
    } catch (error) {
      if (!(error instanceof ExpositionError)) throw error;
      return `answered ${contentType.slice(0, 100)} that is no metrics page: ${error.message}`;
    }
  }

  #measured(query: MeasurementQuery, nowMs: number): Measurements {
    const { sli, windowSeconds, offsetSeconds, arms } = query;
    if (sli.kind === 'promql') return unavailable(query, 'a scrape source has no PromQL');
    if (offsetSeconds > 0) return unavailable(query, 'a scrape source keeps no past to compare with');
    if (arms === 'cohorts' && sli.cohort === undefined) return unavailable(query, 'the SLI has no cohort');
    this.#keepFor(windowSeconds);
    const span = this.#spanOf(windowSeconds, nowMs);
    if (span === null) return this.#nothingScraped(query);
    try {
      return this.#read(query, sli, span, nowMs);
    } catch (error) {
      if (error instanceof SelectorError || error instanceof UnsupportedRegexError)
        return unavailable(query, error.message);
      throw error;
    }
  }

  #counted(query: CountQuery): Counted {
    const { sli, fromMs, toMs } = query;
    const asked = askedCounts(sli);
    // What lies before a poll that could not be counted is counted by the next one, which comes later and asks from as far back.
    this.#history.keep(2 * (toMs - fromMs + this.#options.intervalSeconds * 1000));
    const before = this.#history.span(Number.NEGATIVE_INFINITY, fromMs);
    const after = this.#history.span(Number.NEGATIVE_INFINITY, toMs);
    if (after === null) return { kind: 'unavailable', detail: this.#failure ?? 'nothing is scraped yet', query: asked };
    try {
      const reading = (span: ScrapeSpan | null) =>
        span === null ? NOT_READ : readingAt(this.#history, span.last, sli);
      return countedBetween(query, reading(before), reading(after), asked);
    } catch (error) {
      if (error instanceof SelectorError || error instanceof UnsupportedRegexError)
        return { kind: 'unavailable', detail: error.message, query: asked };
      throw error;
    }
  }

  #points(query: PointsQuery, nowMs: number): LevelPoints {
    const { sli, windowSeconds } = query;
    const asked = askedPoints(query);
    const refused = (detail: string): LevelPoints => ({ kind: 'unavailable', detail, query: asked });
    if (sli.cohort === undefined) return refused('the SLI has no cohort');
    this.#keepFor(windowSeconds);
    const span = this.#spanOf(windowSeconds, nowMs);
    if (span === null) {
      return this.#failure === null
        ? { kind: 'missing', detail: 'no scrape lies in the window', query: asked }
        : refused(this.#failure);
    }
    try {
      const inCohorts = { sli, windowSeconds, offsetSeconds: 0, arms: 'cohorts' as const };
      const reader = new WindowReader(this.#history, span, inCohorts);
      const found = { treatment: reader.points(sli, 'treatment'), control: reader.points(sli, 'control') };
      return pointsIn(query, found, this.#coveredSeconds(windowSeconds, nowMs), asked);
    } catch (error) {
      if (error instanceof SelectorError || error instanceof UnsupportedRegexError) return refused(error.message);
      throw error;
    }
  }

  /** Two intervals more, so that there is a scrape at or before the window's start. */
  #keepFor(windowSeconds: number): void {
    this.#history.keep((windowSeconds + 2 * this.#options.intervalSeconds) * 1000);
  }

  #coveredSeconds(windowSeconds: number, nowMs: number): number {
    return Math.min(windowSeconds, (nowMs - (this.#history.oldestMs ?? nowMs)) / 1000);
  }

  #nothingScraped(query: MeasurementQuery): Measurements {
    if (this.#failure !== null) return unavailable(query, this.#failure);
    return measurementsOf(query, () => ({ kind: 'missing', detail: 'no scrape lies in the window', query: '' }));
  }

  #spanOf(windowSeconds: number, nowMs: number): ScrapeSpan | null {
    if (windowSeconds > 0) return this.#history.span(nowMs - windowSeconds * 1000, nowMs);
    const upToNow = this.#history.span(Number.NEGATIVE_INFINITY, nowMs);
    return upToNow === null ? null : { first: upToNow.last, last: upToNow.last };
  }

  #read(query: MeasurementQuery, sli: ScrapedSli, span: ScrapeSpan, nowMs: number): Measurements {
    const reader = new WindowReader(this.#history, span, query);
    const coveredSeconds = this.#coveredSeconds(query.windowSeconds, nowMs);
    const context = { query: askedText(query, sli), coveredSeconds, warnings: [] };
    return measurementsOf(query, (arm) => toMeasurement(sli, arm, reader.read(sli, arm), context));
  }
}
