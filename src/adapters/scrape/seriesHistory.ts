import type { ExposedSample } from './exposition.ts';
import { Series } from './series.ts';

export type HistoryLimits = {
  /** A service that exposes more is refused: a label with a value per user would fill the memory. */
  readonly maxSeries: number;
  /** Values kept in all, 8 bytes each; above it the oldest scrapes are forgotten, and answers cover less. */
  readonly maxValues: number;
};

/** The scrapes of a window, oldest first; both numbers included. */
export type ScrapeSpan = { readonly first: number; readonly last: number };

/** What a service exposed at each of its last scrapes, as long back as windows have been asked for, within bounds. */
export class SeriesHistory {
  readonly #limits: HistoryLimits;
  readonly #byName = new Map<string, Map<string, Series>>();
  /** Times of the scrapes kept; the first of them is the scrape numbered `#firstScrape`. */
  readonly #timesMs: number[] = [];
  #firstScrape = 0;
  #seriesCount = 0;
  #retentionMs: number;

  constructor(retentionMs: number, limits: HistoryLimits) {
    this.#retentionMs = retentionMs;
    this.#limits = limits;
  }

  get seriesCount(): number {
    return this.#seriesCount;
  }

  /** null before the first scrape. */
  get oldestMs(): number | null {
    return this.#timesMs[0] ?? null;
  }

  get newestMs(): number | null {
    return this.#timesMs.at(-1) ?? null;
  }

  /** From now on keeps at least this much, as far as the bounds allow. */
  keep(retentionMs: number): void {
    this.#retentionMs = Math.max(this.#retentionMs, retentionMs);
  }

  timeOf(scrape: number): number {
    return this.#timesMs[scrape - this.#firstScrape] ?? Number.NaN;
  }

  /** The series of a metric name, those that have ended included while they are in the history. */
  named(name: string): readonly Series[] {
    return [...(this.#byName.get(name)?.values() ?? [])];
  }

  /** The scrapes of `[fromMs, toMs]`, or null where there is none. */
  span(fromMs: number, toMs: number): ScrapeSpan | null {
    const first = this.#timesMs.findIndex((timeMs) => timeMs >= fromMs);
    const last = this.#timesMs.findLastIndex((timeMs) => timeMs <= toMs);
    return first < 0 || last < first ? null : { first: first + this.#firstScrape, last: last + this.#firstScrape };
  }

  /**
   * Takes a whole scrape. A clock that went backwards counts as standing still.
   *
   * @returns false, and nothing is taken, where that would be more series than the bound, those that ended lately included.
   */
  record(samples: readonly ExposedSample[], scrapedAtMs: number): boolean {
    this.#forgetBefore(scrapedAtMs - this.#retentionMs);
    const identified = samples.map((sample) => ({ sample, identity: identityOf(sample) }));
    const fresh = identified.filter(({ sample, identity }) => !this.#byName.get(sample.name)?.has(identity));
    if (this.#seriesCount + fresh.length > this.#limits.maxSeries) return false;
    this.#timesMs.push(Math.max(scrapedAtMs, this.newestMs ?? scrapedAtMs));
    const scrape = this.#firstScrape + this.#timesMs.length - 1;
    for (const { sample, identity } of identified) {
      this.#seriesOf(sample, identity, scrape).append(scrape, sample.value, sample.timestampMs);
    }
    return true;
  }

  #seriesOf({ name, labels }: ExposedSample, identity: string, scrape: number): Series {
    const ofName = this.#byName.get(name) ?? new Map<string, Series>();
    this.#byName.set(name, ofName);
    const known = ofName.get(identity);
    if (known !== undefined) return known;
    const series = new Series(name, labels, scrape);
    ofName.set(identity, series);
    this.#seriesCount += 1;
    return series;
  }

  #forgetBefore(oldestWantedMs: number): void {
    const wanted = this.#timesMs.filter((timeMs) => timeMs >= oldestWantedMs).length;
    const affordable = Math.floor(this.#limits.maxValues / Math.max(1, this.#seriesCount));
    const forgotten = this.#timesMs.length - Math.min(wanted, affordable);
    if (forgotten <= 0) return;
    this.#timesMs.splice(0, forgotten);
    this.#firstScrape += forgotten;
    for (const [name, ofName] of this.#byName) this.#forgetSeries(name, ofName);
  }

  #forgetSeries(name: string, ofName: Map<string, Series>): void {
    for (const [identity, series] of ofName) {
      if (!series.forgetBefore(this.#firstScrape)) continue;
      ofName.delete(identity);
      this.#seriesCount -= 1;
    }
    if (ofName.size === 0) this.#byName.delete(name);
  }
}

/** The order of labels on a line means nothing, and a service may change it. */
function identityOf({ labels }: ExposedSample): string {
  return JSON.stringify([...labels].sort(([a], [b]) => (a < b ? -1 : 1)));
}
