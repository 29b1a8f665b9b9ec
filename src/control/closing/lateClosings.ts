import type { LateJournal } from '../ports/lateJournal.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Closing } from './closing.ts';
import type { ClosingRequest } from './closingRequest.ts';
import type { Killing } from './killing.ts';

export type LateClosingsDeps = {
  readonly late: LateJournal;
  readonly ledger: Ledger;
  readonly closing: Closing;
  readonly killing: Killing;
};

/** Closings that the ledger has not heard of: told before anything is looked at or opened, or the gate would open again. */
export class LateClosings {
  readonly #deps: LateClosingsDeps;

  constructor(deps: LateClosingsDeps) {
    this.#deps = deps;
  }

  /** Throws `LedgerUnreachable` while there are some and the ledger is still away. */
  async record(): Promise<void> {
    const waiting = await this.#deps.late.all();
    if (waiting.length === 0) return;
    await this.#deps.ledger.ping();
    for (const request of waiting) {
      const { kind } = await this.#carryOut(request);
      if (kind !== 'later') await this.#deps.late.remove(request.id);
    }
  }

  #carryOut(request: ClosingRequest) {
    switch (request.kind) {
      case 'kill':
        return this.#deps.killing.kill(request);
      case 'pause':
        return this.#deps.closing.pause(request);
      case 'rollback':
        return this.#deps.closing.rollback(request, null);
    }
  }
}
