import { ScrapeSource } from '../../src/adapters/scrape/source.ts';
import type { HttpAnswer } from '../../src/control/ports/httpExchange.ts';
import type { MetricSource } from '../../src/control/ports/metricSource.ts';
import type { Counted, CountQuery } from '../../src/domain/health/countQuery.ts';
import type { MeasurementQuery, Measurements } from '../../src/domain/health/measurement.ts';
import type { LevelPoints, PointsQuery } from '../../src/domain/health/pointsQuery.ts';
import { HeldClock } from './clock.ts';

const INTERVAL_MS = 15_000;
const COHORTS = ['treatment', 'control', 'rest'] as const;
type Cohort = (typeof COHORTS)[number];

/** How the shop, and what is seen of it, is from now on. */
export type ShopConditions = {
  /** Of everybody, in a minute. */
  readonly requests: number;
  /** In a hundred, of those who are exposed and of all others. */
  readonly errorPercent: { readonly exposed: number; readonly others: number };
  /** The page as it should be; nobody listens; the process is another's; metrics without cohorts; of the exposed no number. */
  readonly page: 'whole' | 'refused' | 'empty' | 'unlabelled' | 'NaN' | '+Inf';
  /** By how much the clock of the shop is behind, where it puts its own times beside its metrics. */
  readonly behindMs: number | null;
  /** The shop hangs: it shows the same numbers, with the same time beside them, over and over. */
  readonly hangs: boolean;
};
const CALM: ShopConditions = {
  requests: 6000,
  errorPercent: { exposed: 0.1, others: 0.1 },
  page: 'whole',
  behindMs: null,
  hangs: false,
};

/**
 * A shop whose counters are scraped as in life, by the clock of a simulation: the true source on a service that splits its traffic by
 * what is exposed at that moment. A process that has met nobody of a cohort shows no series of it.
 */
export class ScrapedShop implements MetricSource {
  readonly name = 'prometheus';
  readonly kind = 'scrape';
  readonly #worldClock: HeldClock;
  readonly #scrapeClock: HeldClock;
  readonly #exposed: () => number;
  readonly #source: ScrapeSource;
  #conditions = CALM;
  #counters = noneMet();
  #shown = '';

  /** `exposed`: the threshold that lookups of everyone are answered by, of 100,000. */
  constructor(clock: HeldClock, exposed: () => number) {
    this.#worldClock = clock;
    this.#scrapeClock = new HeldClock(clock.nowMs());
    this.#exposed = exposed;
    this.#source = new ScrapeSource({
      name: this.name,
      http: { exchange: async () => this.#answer(), close: async () => {} },
      clock: this.#scrapeClock,
      intervalSeconds: INTERVAL_MS / 1000,
    });
  }

  /** From now on it is calm but for this. */
  async become(more: Partial<ShopConditions>): Promise<void> {
    await this.#catchUp();
    this.#conditions = { ...CALM, ...more };
    this.#shown = this.#page();
  }

  /** A new process: its counters begin at nothing, with those whom it meets. */
  async restart(): Promise<void> {
    await this.#catchUp();
    this.#counters = noneMet();
  }

  start(): void {}

  async measure(queries: readonly MeasurementQuery[], nowMs: number): Promise<ReadonlyMap<string, Measurements>> {
    await this.#catchUp();
    return this.#source.measure(queries, nowMs);
  }

  async count(queries: readonly CountQuery[]): Promise<ReadonlyMap<string, Counted>> {
    await this.#catchUp();
    return this.#source.count(queries);
  }

  async points(queries: readonly PointsQuery[], nowMs: number): Promise<ReadonlyMap<string, LevelPoints>> {
    await this.#catchUp();
    return this.#source.points(queries, nowMs);
  }

  async state() {
    await this.#catchUp();
    return this.#source.state();
  }

  close() {
    return this.#source.close();
  }

  /** All scrapes that have been due since, also where the clock of the world went back in between. */
  async #catchUp(): Promise<void> {
    while (this.#scrapeClock.nowMs() + INTERVAL_MS <= this.#worldClock.nowMs()) {
      this.#scrapeClock.advance(INTERVAL_MS);
      if (!this.#conditions.hangs) this.#serve();
      await this.#source.scrape();
    }
  }

  #serve(): void {
    const { requests, errorPercent } = this.#conditions;
    const served = (requests * INTERVAL_MS) / 60_000;
    const treatment = this.#exposed() / 100_000;
    const control = Math.min(treatment, 1 - treatment);
    const shares: Readonly<Record<Cohort, number>> = { treatment, control, rest: 1 - treatment - control };
    for (const cohort of COHORTS) {
      if (shares[cohort] <= 0) continue;
      const known = this.#counters.get(cohort);
      if (known === undefined && served === 0) continue;
      const before = known ?? { total: 0, bad: 0 };
      const total = served * shares[cohort];
      const percent = cohort === 'treatment' ? errorPercent.exposed : errorPercent.others;
      this.#counters.set(cohort, { total: before.total + total, bad: before.bad + (total * percent) / 100 });
    }
    this.#shown = this.#page();
  }

  #answer(): HttpAnswer {
    const { page } = this.#conditions;
    if (page === 'refused') return { kind: 'failed', detail: 'connection refused' };
    const text = page === 'empty' ? 'process_start_time_seconds 1\n' : this.#shown;
    return { kind: 'answered', status: 200, contentType: 'text/plain; version=0.0.4', text };
  }

  #page(): string {
    const { page, behindMs, hangs } = this.#conditions;
    const time = behindMs === null && !hangs ? '' : ` ${this.#scrapeClock.nowMs() - (behindMs ?? 0)}`;
    const lines = [...this.#counters].flatMap(([cohort, { total, bad }]) => {
      const label = page === 'unlabelled' ? '' : `cohort="${cohort}",`;
      const broken = cohort === 'treatment' && (page === 'NaN' || page === '+Inf') ? page : null;
      return [
        `http_requests_total{${label}code="200"} ${broken ?? total - bad}${time}`,
        `http_requests_total{${label}code="500"} ${broken ?? bad}${time}`,
      ];
    });
    // Without the label the cohorts would be one series.
    const kept = page === 'unlabelled' ? lines.slice(0, 2) : lines;
    return ['# TYPE http_requests_total counter', ...kept, ''].join('\n');
  }
}

const noneMet = () => new Map<Cohort, { readonly total: number; readonly bad: number }>();
