import { type CounterReading, type CounterSample, countedBetween } from '../../src/domain/health/counterReading.ts';
import type { Counted, CountQuery } from '../../src/domain/health/countQuery.ts';
import type { HeldClock } from './clock.ts';

type Cohort = CounterSample['arm'];
const COHORTS: readonly Cohort[] = ['treatment', 'control'];

/** How the service and its scrapes are from now on. */
export type Conditions = {
  /** Requests of each cohort between two scrapes. */
  readonly requests: number;
  /** Of them, how many in a hundred are bad. */
  readonly badPercent: Readonly<Record<Cohort, number>>;
  /** What the scrapes see: all, nothing, a treatment without its label or without a number, or no treatment at all. */
  readonly shown: 'all' | 'nothing' | 'unlabelled' | 'nan' | 'untreated';
  /** By how much the clock of the source is behind. */
  readonly behindMs: number;
};
const CALM: Conditions = { requests: 100, badPercent: { treatment: 1, control: 1 }, shown: 'all', behindMs: 0 };

type Scrape = CounterReading & { readonly atMs: number };
const NOTHING: CounterReading = { samples: [], scraped: new Set(), newestSampleAtMs: null, absentIsZero: true };

/** The raw counters of a service as a source scrapes them, by the clock of a simulation. */
export class SimulatedCounters {
  readonly #clock: HeldClock;
  readonly #intervalMs: number;
  readonly #scrapes: Scrape[] = [];
  readonly #counters = { treatment: { total: 0, bad: 0 }, control: { total: 0, bad: 0 } };
  #nextAtMs: number;
  #conditions = CALM;

  constructor(clock: HeldClock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#nextAtMs = clock.nowMs();
  }

  /** From now on it is calm but for this. */
  become(more: Partial<Conditions>): void {
    this.#run();
    this.#conditions = { ...CALM, ...more };
  }

  /** The process starts anew: its counters are back at nothing. */
  restart(): void {
    this.#run();
    for (const cohort of COHORTS) this.#counters[cohort] = { total: 0, bad: 0 };
  }

  count(query: CountQuery): Counted {
    this.#run();
    const { behindMs } = this.#conditions;
    const at = (ms: number) => this.#scrapes.findLast(({ atMs }) => atMs <= ms - behindMs) ?? NOTHING;
    return countedBetween(query, at(query.fromMs), at(query.toMs), 'simulated');
  }

  #run(): void {
    for (; this.#nextAtMs <= this.#clock.nowMs(); this.#nextAtMs += this.#intervalMs) this.#serveAndScrape();
  }

  #serveAndScrape(): void {
    const { requests, badPercent, shown } = this.#conditions;
    for (const cohort of COHORTS) {
      const { total, bad } = this.#counters[cohort];
      this.#counters[cohort] = { total: total + requests, bad: bad + (requests * badPercent[cohort]) / 100 };
    }
    if (shown === 'nothing') return;
    const atMs = this.#nextAtMs;
    const samples = COHORTS.flatMap((cohort) => this.#samplesOf(cohort));
    this.#scrapes.push({ atMs, samples, scraped: new Set(['shop']), newestSampleAtMs: atMs, absentIsZero: true });
  }

  #samplesOf(arm: Cohort): readonly CounterSample[] {
    const { shown } = this.#conditions;
    if (arm === 'treatment' && (shown === 'untreated' || shown === 'unlabelled')) return [];
    const isBroken = arm === 'treatment' && shown === 'nan';
    const { total, bad } = this.#counters[arm];
    const of = { arm, target: 'shop', series: 'requests', le: null };
    return [
      { ...of, part: 'denominator', value: isBroken ? Number.NaN : total },
      { ...of, part: 'numerator', value: bad },
    ];
  }
}
