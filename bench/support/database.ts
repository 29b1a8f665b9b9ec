import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded/embeddedPostgres.ts';
import { findPostmaster } from '../../src/adapters/postgres/embedded/postmasterFile.ts';
import type { BenchContext } from './bench.ts';

/** Sluice's embedded PostgreSQL, held by us: so it may be shared by several Sluices, and be looked into. Disposal ends it. */
export type Database = AsyncDisposable & {
  readonly url: string;
  /** Of the server's first process. */
  readonly pid: number;
  readonly sql: (statement: string, values: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>;
};

export async function startDatabase({ folder }: BenchContext): Promise<Database> {
  await using starting = new AsyncDisposableStack();
  const dataDirectory = join(folder, 'postgres');
  const server = await startEmbeddedPostgres({ dataDirectory, log: () => {} });
  starting.defer(() => server.stop());
  const postmaster = await findPostmaster(join(dataDirectory, 'cluster'));
  if (postmaster.kind !== 'running') throw new Error('PostgreSQL does not run');
  const client = new Client({ connectionString: server.connectionString, application_name: 'bench' });
  await client.connect();
  starting.defer(() => client.end());
  const owned = starting.move();
  return {
    url: server.connectionString,
    pid: postmaster.pid,
    sql: async (statement, values) => (await client.query<Record<string, unknown>>(statement, [...values])).rows,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
