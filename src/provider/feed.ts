import { setTimeout as sleep } from 'node:timers/promises';
import type { Mirror } from './mirror.ts';
import type { ProviderSettings } from './providerOptions.ts';
import { reconnectDelayMs } from './reconnectDelay.ts';
import { type SluiceApi, SluiceRefused } from './sluiceApi.ts';
import { readSnapshot } from './snapshot.ts';
import { readStreamEvent } from './streamEvent.ts';

export type FeedOptions = {
  readonly api: SluiceApi;
  readonly mirror: Mirror;
  readonly settings: Pick<ProviderSettings, 'silenceMs' | 'longestRetryMs'>;
  readonly monotonicMs: () => number;
  /** Sluice was heard. `anew`: for the first time on a stream. */
  readonly heard: (anew: boolean) => void;
  /** Sluice can't be reached, neither by stream nor by snapshot. */
  readonly lost: (fault: unknown) => void;
};

/** Where Sluice does not say. */
const FIRST_RETRY_MS = 250;

/** Keeps the mirror up to date: by the stream while it can be had, by asking for snapshots while it can't. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #signal: AbortSignal;
  /** As Sluice asks for: it spreads those that it has cut off. */
  #firstRetryMs = FIRST_RETRY_MS;

  constructor(options: FeedOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** Asks once for what there is. Throws where it can't be had. */
  async refresh(): Promise<void> {
    const { api, mirror, monotonicMs } = this.#options;
    const askedAtMs = monotonicMs();
    const { text, tag, ageMs } = await api.snapshot(mirror.tag, this.#signal);
    if (text === null) return mirror.unchanged({ ageMs, askedAtMs });
    const snapshot = readSnapshot(JSON.parse(text));
    if (snapshot === null) throw new Error('the answer is no snapshot that this package can read');
    mirror.takeSnapshot(snapshot, tag, { ageMs, askedAtMs });
  }

  /** Goes on until the signal; never rejects. */
  async run(): Promise<void> {
    let failures = 0;
    let waitMs = this.#options.mirror.tag === null ? await this.#catchUp() : 0;
    while (!this.#signal.aborted) {
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.#signal, ref: false }).catch(() => undefined);
      if (await this.#follow()) failures = 0;
      // A stream that ended is no outage yet: another replica may answer at once.
      const askedToWaitMs = await this.#catchUp();
      waitMs = Math.max(askedToWaitMs, this.#delayMs(failures));
      failures += 1;
    }
  }

  #delayMs(failures: number): number {
    const { longestRetryMs: longestMs } = this.#options.settings;
    return reconnectDelayMs(failures, { firstMs: this.#firstRetryMs, longestMs }, Math.random());
  }

  /** Milliseconds that Sluice asks to be left alone, 0 where it does not. */
  async #catchUp(): Promise<number> {
    if (this.#signal.aborted) return 0;
    try {
      await this.refresh();
      this.#options.heard(false);
      return 0;
    } catch (error) {
      if (!this.#signal.aborted) this.#options.lost(error);
      const asked = error instanceof SluiceRefused ? (error.retryAfterMs ?? 0) : 0;
      return Math.min(asked, this.#options.settings.longestRetryMs);
    }
  }

  /** Reads the stream to its end. True where it has led up to the present once. */
  async #follow(): Promise<boolean> {
    if (this.#signal.aborted) return false;
    const silence = new AbortController();
    const { silenceMs } = this.#options.settings;
    const watchdog = setTimeout(() => silence.abort(new Error('the stream is silent')), silenceMs).unref();
    const been = { upToDate: false };
    const upToDate = () => {
      this.#options.heard(!been.upToDate);
      been.upToDate = true;
    };
    try {
      await this.#read(AbortSignal.any([this.#signal, silence.signal]), () => void watchdog.refresh(), upToDate);
    } catch {
      // Whatever ended it, the snapshot that is asked for next tells whether Sluice is away.
    } finally {
      clearTimeout(watchdog);
    }
    return been.upToDate;
  }

  async #read(signal: AbortSignal, alive: () => void, upToDate: () => void): Promise<void> {
    const { api, mirror } = this.#options;
    for await (const { data, retryMs } of await api.stream(mirror.tag, signal)) {
      this.#firstRetryMs = retryMs ?? FIRST_RETRY_MS;
      const event = readStreamEvent(data);
      if (event === null) continue;
      if (event.kind === 'alive') alive();
      const taken = mirror.take(event);
      if (taken === 'missed') await this.refresh();
      if (taken !== 'taken') upToDate();
    }
  }
}
