/**
 * One time series: its value at each scrape since the first that had it. Scrapes are numbered through the life of the
 * history, and a scrape at which the series was absent holds NaN, so that "was not there" can be told from "not scraped".
 */
export class Series {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  #firstScrape: number;
  readonly #values: number[] = [];
  /** The last scrape at which the service exposed NaN or an infinity: nothing can be counted over that. */
  #lastNotFinite = -1;
  /** The service's own time of its last value, where it gives one. */
  #timestampMs: number | null = null;

  constructor(name: string, labels: ReadonlyMap<string, string>, scrape: number) {
    this.name = name;
    this.labels = labels;
    this.#firstScrape = scrape;
  }

  /** Takes the value of a scrape; a second one of the same scrape is ignored. */
  append(scrape: number, value: number, timestampMs: number | null): void {
    if (this.#firstScrape + this.#values.length > scrape) return;
    while (this.#firstScrape + this.#values.length < scrape) this.#values.push(Number.NaN);
    this.#values.push(Number.isFinite(value) ? value : Number.NaN);
    if (!Number.isFinite(value)) this.#lastNotFinite = scrape;
    this.#timestampMs = timestampMs;
  }

  /** null where the series was absent. */
  valueAt(scrape: number): number | null {
    const value = this.#values[scrape - this.#firstScrape];
    return value === undefined || Number.isNaN(value) ? null : value;
  }

  notFiniteSince(scrape: number): boolean {
    return this.#lastNotFinite >= scrape;
  }

  /** When the value of its newest scrape was taken: at `scrapedAtMs`, or before where the service says so. */
  takenAtMs(scrapedAtMs: number): number {
    return Math.min(scrapedAtMs, this.#timestampMs ?? scrapedAtMs);
  }

  /** Forgets what lies before a scrape. True where nothing is left. */
  forgetBefore(scrape: number): boolean {
    const forgotten = Math.min(Math.max(0, scrape - this.#firstScrape), this.#values.length);
    this.#values.splice(0, forgotten);
    this.#firstScrape += forgotten;
    return this.#values.length === 0;
  }
}
