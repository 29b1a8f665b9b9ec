import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningRelease } from './runningRelease.ts';

const EVERY_MS = 20;

/** Looks a feature up again and again, from now on, for as long as anybody answers and also when nobody does. */
export class Onlooker {
  readonly #release: RunningRelease;
  readonly #met = new Set<string>();
  readonly #watching: Promise<void>;
  #isOver = false;

  constructor(release: RunningRelease) {
    this.#release = release;
    this.#watching = this.#watch();
  }

  /** Whoever met the feature meanwhile. */
  async saw(): Promise<readonly string[]> {
    this.#isOver = true;
    await this.#watching;
    return [...this.#met];
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      for (const user of await this.#release.metBy().catch(() => [])) this.#met.add(user);
      await sleep(EVERY_MS);
    }
  }
}
