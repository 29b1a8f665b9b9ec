import { openPostgres, type Postgres } from '../../src/adapters/postgres/openPostgres.ts';
import type { LedgerUnderTest } from '../contracts/ledger.ts';
import { MIGRATIONS_FOLDER, makeDatabase } from './postgres.ts';

/** A migrated database with nothing in it, opened; `another` opens it once more, as another process would. */
export async function openTestPostgres(): Promise<LedgerUnderTest & { readonly postgres: Postgres }> {
  const database = await makeDatabase();
  const opened: Postgres[] = [];
  const openOne = async () => {
    const options = { connectionString: database.url, migrationsFolder: MIGRATIONS_FOLDER, environment: 'test' };
    const postgres = await openPostgres({ ...options, maxConnections: 5 });
    opened.push(postgres);
    return postgres;
  };
  const postgres = await openOne();
  return {
    kept: postgres,
    postgres,
    another: openOne,
    close: async () => {
      for (const each of opened) await each.close();
      await database.drop();
    },
  };
}
