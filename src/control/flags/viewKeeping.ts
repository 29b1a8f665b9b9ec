import type { TokenDirectory } from '../access/tokenDirectory.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { TokenRecord } from '../ports/tokenRegister.ts';
import { type KeptView, type ViewFile, ViewFileRefused } from '../ports/viewFile.ts';
import type { FlagView } from './flagView.ts';

export type ViewKeepingDeps = {
  readonly view: FlagView;
  readonly directory: TokenDirectory;
  readonly file: ViewFile;
  readonly clock: Clock;
  readonly log: Log;
};

/** Keeps what lookups are answered from in a file, for a start with nobody to ask. Many changes are one writing. */
export class ViewKeeping {
  readonly #deps: ViewKeepingDeps;
  #isChanged = false;
  #tokens: readonly TokenRecord[] = [];

  constructor(deps: ViewKeepingDeps) {
    this.#deps = deps;
    deps.view.watch(() => {
      this.#isChanged = true;
    });
  }

  /** Writes where something has changed since. A view that nothing has ever fed would write over what is known. */
  async keep(): Promise<void> {
    const { view, directory, file, clock } = this.#deps;
    const { records } = directory;
    const ageMs = view.freshness.ageMs();
    if (!Number.isFinite(ageMs) || (!this.#isChanged && records === this.#tokens)) return;
    this.#isChanged = false;
    try {
      await file.write({ ...view.kept(), asOfMs: clock.nowMs() - ageMs, tokens: records });
      this.#tokens = records;
    } catch (error) {
      this.#isChanged = true;
      throw error;
    }
  }

  /** The last known state, where there is one that can be trusted. Never throws: without it lookups begin with nothing. */
  async restore(): Promise<void> {
    const { view, directory, clock, log } = this.#deps;
    const kept = await this.#read();
    if (kept === null) return;
    const ageMs = Math.max(0, clock.nowMs() - kept.asOfMs);
    directory.restore(kept.tokens);
    view.restore(kept, ageMs);
    const ageSeconds = Math.round(ageMs / 1000);
    log.warn({ ageSeconds, flags: kept.flags.length }, 'lookups begin with the state that was last known');
  }

  /** Where the ledger is there and the store is not: what was typed into that goes on applying, be it that nobody has adopted it yet. */
  async restoreEdits(): Promise<void> {
    const kept = await this.#read();
    if (kept !== null) this.#deps.view.restoreEdits(kept);
  }

  async #read(): Promise<KeptView | null> {
    const { file, log } = this.#deps;
    try {
      return await file.read();
    } catch (error) {
      const why = error instanceof ViewFileRefused ? { why: error.message } : { err: error };
      log.error(why, 'the file with the last known state is refused: lookups begin with nothing');
      return null;
    }
  }
}
