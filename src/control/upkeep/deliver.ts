import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { Outbox, OutboxItem } from '../ports/outbox.ts';

export type DeliverDeps = {
  readonly outbox: Outbox;
  readonly notifiers: readonly Notifier[];
  readonly clock: Clock;
  readonly log: Log;
};

const BATCH = 50;
const LEASE_MS = 60_000;
const ATTEMPTS = 8;
const FIRST_RETRY_MS = 5_000;

/** Tells people what the ledger already has, at least once each; gives up after some hours and keeps what was not told. */
export class Delivery {
  readonly #deps: DeliverDeps;

  constructor(deps: DeliverDeps) {
    this.#deps = deps;
  }

  /** One batch; answers how many there were. */
  async run(): Promise<number> {
    const items = await this.#deps.outbox.claim(this.#deps.clock.nowMs(), BATCH, LEASE_MS);
    await Promise.all(items.map((item) => this.#deliver(item)));
    return items.length;
  }

  async #deliver(item: OutboxItem): Promise<void> {
    try {
      for (const notifier of this.#deps.notifiers) await notifier.tell(item.notice, item.id);
      await this.#deps.outbox.delivered(item.id, this.#deps.clock.nowMs());
    } catch (error) {
      await this.#failed(item, error instanceof Error ? error.message : String(error));
    }
  }

  async #failed(item: OutboxItem, detail: string): Promise<void> {
    const attempts = item.attempts + 1;
    const retryAtMs = attempts >= ATTEMPTS ? null : this.#deps.clock.nowMs() + FIRST_RETRY_MS * 4 ** (attempts - 1);
    this.#deps.log.warn({ notice: item.notice, attempts, detail }, 'a notice was not delivered');
    await this.#deps.outbox.failed(item.id, detail, retryAtMs);
  }
}
