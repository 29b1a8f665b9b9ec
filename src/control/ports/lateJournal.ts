import type { ClosingRequest } from './closingRequest.ts';

/**
 * Closings that happened while the ledger was away. Kept outside the ledger's database and across a crash:
 * without it a restart would publish from a ledger that has not heard of them, and open the gate again.
 */
export interface LateJournal {
  add(request: ClosingRequest): Promise<void>;
  /** Oldest first. */
  all(): Promise<readonly ClosingRequest[]>;
  remove(id: string): Promise<void>;
}
