import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { unreachable } from './databaseError.ts';
import { type Prisma, PrismaClient } from './generated/client.ts';
import type { Preparation } from './preparation.ts';

export type Transaction = Prisma.TransactionClient;

/** Nothing waits for PostgreSQL longer than some seconds: closing can't, and opening must not. */
const ACQUIRE_MS = 5_000;
const STATEMENT_MS = 5_000;
/** Beyond what PostgreSQL allows itself: a server that does not even say that time is up. */
const ANSWER_MS = 6_000;
const TRANSACTION_MS = 10_000;

export type ConnectionOptions = { readonly connectionString: string; readonly maxConnections: number };

type PreparedOptions = ConnectionOptions & { readonly preparation: Preparation };

/** Connections that wait for nothing longer than that. */
export function openPool({ connectionString, maxConnections }: ConnectionOptions): Pool {
  const pool = new Pool({
    connectionString,
    max: maxConnections,
    application_name: 'sluice',
    connectionTimeoutMillis: ACQUIRE_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: ANSWER_MS,
    // A writer that stands still inside a transaction would keep its chain locked for all others.
    idle_in_transaction_session_timeout: STATEMENT_MS,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced when the next one is needed; unheard, its error would end the process.
  pool.on('error', () => {});
  return pool;
}

/**
 * The connections to one database, once it is prepared. What fails because PostgreSQL can't be reached, or does not answer in time, is
 * thrown as `LedgerUnreachable`; everything else as it is.
 */
export class Connection {
  readonly #pool: Pool;
  readonly #prisma: PrismaClient;
  readonly #preparation: Preparation;

  constructor({ connectionString, maxConnections, preparation }: PreparedOptions) {
    this.#preparation = preparation;
    this.#pool = openPool({ connectionString, maxConnections });
    this.#prisma = new PrismaClient({ adapter: new PrismaPg(this.#pool), errorFormat: 'minimal' });
  }

  async query<T>(ask: (prisma: PrismaClient) => Promise<T>): Promise<T> {
    this.#preparation.assertDone();
    try {
      return await ask(this.#prisma);
    } catch (error) {
      throw unreachable(error) ?? error;
    }
  }

  /** Everything that `work` does, or nothing. READ COMMITTED: each statement sees what was committed before it began. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const options = { isolationLevel: 'ReadCommitted', maxWait: ACQUIRE_MS, timeout: TRANSACTION_MS } as const;
    return this.query((prisma) => prisma.$transaction(work, options));
  }

  async close(): Promise<void> {
    await this.#prisma.$disconnect();
    await this.#pool.end();
  }
}
