import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

export type TrafficOptions = {
  readonly shopUrl: string;
  readonly users: readonly string[];
  /** Each user goes from one to the next, round and round. */
  readonly paths: readonly string[];
  /** From the start of one request to the start of the user's next. */
  readonly pauseMs: number;
};

const CONNECTIONS = 64;

/** Users who keep coming back, over real HTTP with connections kept open. */
export class Traffic {
  readonly #pool: Pool;
  readonly #options: TrafficOptions;
  readonly #stopping = new AbortController();
  readonly #users: readonly Promise<void>[];

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#pool = new Pool(options.shopUrl, { connections: CONNECTIONS });
    this.#users = options.users.map((user, index) => this.#keepComing(user, index));
  }

  /** Resolves when the last answer has come. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#users);
    await this.#pool.close();
  }

  async #keepComing(user: string, index: number): Promise<void> {
    const { paths, pauseMs, users } = this.#options;
    // Spread over the first round, or all would knock at once for ever.
    await this.#pause((index / users.length) * pauseMs);
    for (let round = index; !this.#stopping.signal.aborted; round += 1) {
      const path = paths[round % paths.length] ?? '/';
      await Promise.all([this.#visit(path, user), this.#pause(pauseMs)]);
    }
  }

  /** An error page is an answer; a shop that is closed is tried again at the next round. */
  async #visit(path: string, user: string): Promise<void> {
    try {
      const { body } = await this.#pool.request({ method: 'GET', path, query: { user } });
      await body.dump();
    } catch {
      // The next round is the retry.
    }
  }

  async #pause(forMs: number): Promise<void> {
    await sleep(forMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
