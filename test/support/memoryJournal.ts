import type { ClosingRequest } from '../../src/control/ports/closingRequest.ts';
import type { LateJournal } from '../../src/control/ports/lateJournal.ts';

/** The journal of late closings without a disk. Plain data goes in, a copy comes out. */
export class MemoryJournal implements LateJournal {
  readonly #waiting = new Map<string, string>();

  async add(request: ClosingRequest): Promise<void> {
    this.#waiting.set(request.id, JSON.stringify(request));
  }

  async all(): Promise<readonly ClosingRequest[]> {
    return [...this.#waiting.values()].map((text) => JSON.parse(text) as ClosingRequest);
  }

  async remove(id: string): Promise<void> {
    this.#waiting.delete(id);
  }
}
