import type { ClientBase, Pool } from 'pg';
import { type ConnectionOptions, openPool } from './connection.ts';
import { unreachable } from './databaseError.ts';

/** What a projection's questions are asked through. */
export type Asking = Pick<ClientBase, 'query'>;

/**
 * Transactions that can't write, twice over: PostgreSQL was told that they only read, and the role may do nothing else
 * (ROLLOUT-001). Connections of its own: whoever looks must not stand in the way of what closes a gate.
 */
export class ReadOnly {
  readonly #pool: Pool;
  readonly #readerRole: () => string;

  /** `readerRole` throws `LedgerUnreachable` while there is none yet. */
  constructor(options: ConnectionOptions & { readonly readerRole: () => string }) {
    this.#pool = openPool(options);
    this.#readerRole = options.readerRole;
  }

  /** All that is asked in it is answered as of one moment. Throws `LedgerUnreachable` where PostgreSQL does not answer. */
  async transaction<T>(ask: (client: Asking) => Promise<T>): Promise<T> {
    const role = this.#readerRole();
    const client = await this.#pool.connect().catch(rethrown);
    try {
      await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
      // As a question: with the first one the transaction is read-only for good.
      await client.query("SELECT set_config('role', $1, true)", [role]);
      const answer = await ask(client);
      await client.query('COMMIT');
      client.release();
      return answer;
    } catch (error) {
      // Nobody knows what it stands at: with the connection ends the transaction.
      client.release(true);
      throw unreachable(error) ?? error;
    }
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

function rethrown(error: unknown): never {
  throw unreachable(error) ?? error;
}
