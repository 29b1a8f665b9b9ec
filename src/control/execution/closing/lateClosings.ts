import type { FlagView } from '../../flags/flagView.ts';
import type { Publisher } from '../../flags/publisher.ts';
import type { ClosingRequest } from '../../ports/closingRequest.ts';
import type { LateJournal } from '../../ports/lateJournal.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { Closing } from './closing.ts';
import type { Killing } from './killing.ts';
import type { Narrowing } from './narrowing.ts';

export type LateClosingsDeps = {
  readonly late: LateJournal;
  readonly ledger: Ledger;
  readonly publisher: Publisher;
  readonly view: FlagView;
  readonly closing: Closing;
  readonly killing: Killing;
  readonly narrowing: Narrowing;
};

/** Closings that the ledger has not heard of: told before anything is looked at or opened, or the gate would open again. */
export class LateClosings {
  readonly #deps: LateClosingsDeps;
  #last: Promise<void> = Promise.resolve();

  constructor(deps: LateClosingsDeps) {
    this.#deps = deps;
  }

  /**
   * One after the other, whoever asks: carried out twice at once, a closing takes back more than was asked for.
   *
   * @throws LedgerUnreachable while there are some and the ledger is away, else the first error after all were tried
   */
  record(): Promise<void> {
    this.#last = this.#last.catch(() => {}).then(() => this.#record());
    return this.#last;
  }

  /**
   * At a start from what was last known, which has them: into the store with those that it had not taken, as soon as it is there, be the
   * ledger there or not. Who closed them is no more.
   */
  async closeAgain(): Promise<void> {
    for (const request of await this.#deps.late.all()) {
      const closed = this.#deps.view.published(request.feature);
      if (closed !== undefined && isUnstored(request)) await this.#deps.publisher.closeDocument(closed);
    }
  }

  async #record(): Promise<void> {
    const waiting = await this.#deps.late.all();
    if (waiting.length === 0) return;
    await this.#deps.ledger.ping();
    const faults: unknown[] = [];
    for (const request of waiting) await this.#tell(request).catch((error: unknown) => faults.push(error));
    if (faults.length > 0) throw faults[0];
  }

  async #tell(request: ClosingRequest): Promise<void> {
    const { kind } = await this.#carryOut(request);
    if (kind !== 'later') await this.#deps.late.remove(request.id);
  }

  #carryOut(request: ClosingRequest) {
    switch (request.kind) {
      case 'kill':
        return this.#deps.killing.kill(request);
      case 'pause':
        return this.#deps.closing.pause(request);
      case 'narrow':
        return this.#deps.narrowing.narrow(request);
      case 'rollback':
        return this.#deps.closing.rollback(request, null);
    }
  }
}

const isUnstored = (request: ClosingRequest) =>
  (request.kind === 'kill' || request.kind === 'rollback') && request.removedAtMs === undefined;
