import { LedgerUnreachable } from '../ports/ledger.ts';
import type { Log } from '../ports/log.ts';
import type { Timer } from '../ports/timer.ts';

/** Something that is done again and again beside the ticks. */
export type Chore = { readonly name: string; readonly everyMs: number; readonly run: () => Promise<unknown> };

/** Runs chores, each by itself and never twice at once; a chore that fails is tried again at its next time. */
export class Background {
  readonly #chores: readonly Chore[];
  readonly #deps: { readonly timer: Timer; readonly log: Log };
  readonly #stopping = new AbortController();
  /** Chores that wait for the ledger: what an outage stops each second is said once. */
  readonly #waiting = new Set<Chore>();
  #loops: readonly Promise<void>[] = [];

  constructor(chores: readonly Chore[], deps: { readonly timer: Timer; readonly log: Log }) {
    this.#chores = chores;
    this.#deps = deps;
  }

  start(): void {
    this.#loops = this.#chores.map((chore) => this.#loop(chore));
  }

  /** Resolves when no chore is under way any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  async #loop(chore: Chore): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#deps.timer.sleep(chore.everyMs, signal);
      if (!signal.aborted) await this.#do(chore);
    }
  }

  async #do(chore: Chore): Promise<void> {
    try {
      await chore.run();
      if (this.#waiting.delete(chore)) this.#deps.log.info({ chore: chore.name }, `${chore.name} goes on`);
    } catch (error) {
      this.#failed(chore, error);
    }
  }

  #failed(chore: Chore, error: unknown): void {
    const { log } = this.#deps;
    if (!(error instanceof LedgerUnreachable)) {
      log.error({ err: error, chore: chore.name }, `${chore.name} failed and will be tried again`);
      return;
    }
    if (!this.#waiting.has(chore)) log.warn({ chore: chore.name }, `${chore.name} waits for the ledger`);
    this.#waiting.add(chore);
  }
}
