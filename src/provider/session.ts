import { ServerProviderEvents } from '@openfeature/core';
import { Acknowledgements } from './acknowledgements.ts';
import { Availability } from './availability.ts';
import type { FaultLog } from './faultLog.ts';
import { Feed } from './feed.ts';
import type { FlagDocuments } from './flagDocuments.ts';
import type { Freshness } from './freshness.ts';
import { Mirror } from './mirror.ts';
import type { ProviderEvents } from './providerEvents.ts';
import type { ProviderSettings } from './providerOptions.ts';
import { SluiceApi } from './sluiceApi.ts';
import type { SnapshotFile } from './snapshotFile.ts';
import { SnapshotKeeper } from './snapshotKeeper.ts';

export type SessionParts = {
  readonly settings: ProviderSettings;
  readonly documents: FlagDocuments;
  readonly freshness: Freshness;
  readonly events: ProviderEvents;
  readonly faults: FaultLog;
  /** Null: nothing is kept on disk. */
  readonly file: SnapshotFile | null;
  readonly monotonicMs: () => number;
};

const AWAY = 'Sluice is not heard';

/** From `initialize` to `onClose`: everything that is open, and that ends. */
export class Session {
  readonly #parts: SessionParts;
  readonly #stop = new AbortController();
  readonly #availability: Availability;
  readonly #acknowledgements: Acknowledgements;
  readonly #keeper: SnapshotKeeper | null;
  readonly #feed: Feed;
  #start: NodeJS.Immediate | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: SessionParts) {
    const { settings, documents, freshness, events, faults, file, monotonicMs } = parts;
    const { signal } = this.#stop;
    const api = new SluiceApi(settings);
    const unreadable = (feature: string) =>
      faults.say(`${feature} is told in a way that this package can't read`, 'last good');
    const changed = (features: readonly string[]) => this.#changed(features);
    const mirror = new Mirror({ documents, freshness, monotonicMs, changed, unreadable });
    this.#parts = parts;
    this.#availability = new Availability(events, freshness);
    this.#acknowledgements = new Acknowledgements(api, documents, faults, signal);
    this.#keeper = file === null ? null : new SnapshotKeeper(file, mirror, faults);
    const [heard, lost] = [(anew: boolean) => this.#heard(anew), (fault: unknown) => this.#lost(fault)];
    this.#feed = new Feed({ api, mirror, settings, monotonicMs, heard, lost }, signal);
  }

  /** Resolves once there is something to answer from, of Sluice or of the disk. Rejects without; it goes on trying all the same. */
  async begin(): Promise<void> {
    try {
      await this.#first();
      if (!this.#stop.signal.aborted) this.#availability.begun();
    } finally {
      // Not at once: the SDK says READY, or ERROR, once it has heard of this, and what is told before would be overruled.
      this.#start = setImmediate(() => this.#follow());
    }
  }

  /** Nothing is open after it. Never rejects. */
  async end(): Promise<void> {
    clearImmediate(this.#start);
    this.#stop.abort(new Error('the provider is closed'));
    this.#availability.end();
    await this.#running;
    await this.#keeper?.flush();
    await this.#acknowledgements.leave().catch((error: unknown) => this.#parts.faults.say('taking leave', error));
  }

  async #first(): Promise<void> {
    try {
      await this.#feed.refresh();
    } catch (error) {
      if (this.#stop.signal.aborted) throw error;
      this.#parts.faults.say(AWAY, error);
      if (!(await this.#keeper?.restore())) throw error;
    }
  }

  #follow(): void {
    if (this.#stop.signal.aborted) return;
    // From the disk, or from a Sluice that is itself cut off: READY, and at once not up to date.
    if (this.#parts.freshness.isStale()) this.#availability.lost();
    this.#running = this.#feed.run();
  }

  #heard(anew: boolean): void {
    this.#parts.faults.mended(AWAY);
    this.#availability.heard();
    // A Sluice that was started anew does not know what is served here.
    if (anew) this.#acknowledgements.note(this.#parts.documents.all().map(({ feature }) => feature));
    else this.#acknowledgements.retry();
  }

  #lost(fault: unknown): void {
    this.#parts.faults.say(AWAY, fault);
    this.#availability.lost();
  }

  #changed(features: readonly string[]): void {
    this.#acknowledgements.note(features);
    this.#keeper?.changed();
    this.#parts.events.emit(ServerProviderEvents.ConfigurationChanged, { flagsChanged: [...features] });
  }
}
