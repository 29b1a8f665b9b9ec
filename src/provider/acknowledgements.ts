import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FaultLog } from './faultLog.ts';
import type { FlagDocuments } from './flagDocuments.ts';
import type { SluiceApi } from './sluiceApi.ts';

/** In one request. */
const MOST_FEATURES = 500;

/** Tells Sluice which versions are served here, so that a rollback is confirmed. Beside the lookups, and never before them. */
export class Acknowledgements {
  readonly #api: SluiceApi;
  readonly #documents: FlagDocuments;
  readonly #faults: FaultLog;
  readonly #signal: AbortSignal;
  readonly #untold = new Set<string>();
  #telling: Promise<void> | null = null;

  constructor(api: SluiceApi, documents: FlagDocuments, faults: FaultLog, signal: AbortSignal) {
    this.#api = api;
    this.#documents = documents;
    this.#faults = faults;
    this.#signal = signal;
  }

  /** What has changed here; a burst becomes one word. */
  note(features: Iterable<string>): void {
    for (const feature of features) this.#untold.add(feature);
    this.retry();
  }

  /** Tells what could not be told before. */
  retry(): void {
    if (this.#untold.size === 0 || this.#telling !== null || this.#signal.aborted) return;
    this.#telling = this.#tell();
  }

  /** Ends what is under way and takes leave, so that nobody waits for this provider. */
  async leave(): Promise<void> {
    await this.#telling;
    await this.#api.acknowledge({ versions: {}, leaving: true }, new AbortController().signal);
  }

  async #tell(): Promise<void> {
    await nextTurn();
    while (this.#untold.size > 0 && !this.#signal.aborted) {
      const features = [...this.#untold].slice(0, MOST_FEATURES);
      for (const feature of features) this.#untold.delete(feature);
      if (!(await this.#isTold(features))) break;
    }
    // In the same breath as the last look: what is noted from now on begins anew.
    this.#telling = null;
  }

  /** False where it is to be told again later. */
  async #isTold(features: readonly string[]): Promise<boolean> {
    const versions = this.#documents.versionsOf(features);
    try {
      if (Object.keys(versions).length > 0) await this.#api.acknowledge({ versions }, this.#signal);
      this.#faults.mended('acknowledging');
      return true;
    } catch (error) {
      if (this.#signal.aborted) return false;
      this.note(features);
      this.#faults.say('acknowledging', error);
      return false;
    }
  }
}
