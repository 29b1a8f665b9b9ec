import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { Client } from 'pg';
import { Umzug, type UmzugStorage } from 'umzug';
import { unreachable } from './databaseError.ts';

/** Any number, the same in every Sluice: two that boot at once migrate one after the other. */
const MIGRATION_LOCK = 5_818_733;
const CONNECT_MS = 5_000;
const LOCK_PATIENCE_MS = 60_000;

/**
 * Applies what is new in `<folder>/<name>/migration.sql`, in the order of the names, each with its log row in one transaction.
 *
 * @throws LedgerUnreachable where PostgreSQL does not answer, MigrationError naming the migration that failed
 */
export async function applyMigrations(connectionString: string, folder: string): Promise<void> {
  const client = new Client({ connectionString, application_name: 'sluice', connectionTimeoutMillis: CONNECT_MS });
  // A connection that breaks also fails the query under way; unheard here, the error would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(`SET lock_timeout = ${LOCK_PATIENCE_MS}`);
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query('CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)');
    await migratorFor(client, folder).up();
  } catch (error) {
    throw unreachable(error) ?? error;
  } finally {
    // The lock ends with its session.
    await client.end();
  }
}

function migratorFor(client: Client, folder: string) {
  return new Umzug({
    migrations: {
      glob: ['*/migration.sql', { cwd: folder }],
      resolve: ({ path = '' }) => {
        const name = basename(dirname(path));
        return { name, path, up: () => applyOne(client, name, path) };
      },
    },
    storage: logOf(client),
    logger: undefined,
  });
}

async function applyOne(client: Client, name: string, path: string): Promise<void> {
  const sql = await readFile(path, 'utf8');
  try {
    await client.query('BEGIN');
    await client.query(sql);
    await client.query('INSERT INTO migrations (name) VALUES ($1)', [name]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

function logOf(client: Client): UmzugStorage {
  return {
    executed: async () => {
      const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations');
      return rows.map(({ name }) => name);
    },
    // Logged by `applyOne`, in the migration's own transaction: between the two a crash would run a migration twice.
    logMigration: async () => {},
    unlogMigration: () => Promise.reject(new Error('migrations only go forward')),
  };
}
