import { openPostgres, type Postgres } from '../../src/adapters/postgres/openPostgres.ts';
import type { LedgerUnderTest } from '../contracts/ledger.ts';
import { MIGRATIONS_FOLDER, makeDatabase, type TestDatabase } from './postgres.ts';

export type OpenTestPostgres = LedgerUnderTest & { readonly database: TestDatabase };

/** A migrated database with nothing in it, opened; `another` opens it once more, as another process would. */
export async function openTestPostgres(): Promise<OpenTestPostgres> {
  const database = await makeDatabase();
  const opened: Postgres[] = [];
  const openOne = async () => {
    const postgres = await openAt(database.url);
    opened.push(postgres);
    return postgres;
  };
  return {
    kept: await openOne(),
    another: openOne,
    database,
    close: async () => {
      for (const each of opened) await each.close();
      await database.drop();
    },
  };
}

export async function openAt(connectionString: string): Promise<Postgres> {
  const options = { migrationsFolder: MIGRATIONS_FOLDER, environment: 'test', maxConnections: 5 };
  const postgres = openPostgres({ ...options, connectionString });
  await postgres.prepare().catch(async (error: unknown) => {
    await postgres.close();
    throw error;
  });
  return postgres;
}
