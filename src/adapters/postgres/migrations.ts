import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { unreachable } from './databaseError.ts';

/** Any number, the same in every Sluice: two that boot at once migrate one after the other. */
const MIGRATION_LOCK = 5_818_733;
const CONNECT_MS = 5_000;
const LOCK_PATIENCE_MS = 60_000;

/**
 * Applies what is new in `<folder>/<name>/migration.sql`, in the order of the names, each with its log row in one transaction.
 *
 * @throws LedgerUnreachable where PostgreSQL does not answer, else an Error that names the migration that failed
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
    await applyNew(client, folder);
  } catch (error) {
    throw unreachable(error) ?? error;
  } finally {
    // The lock ends with its session.
    await client.end();
  }
}

async function applyNew(client: Client, folder: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations');
  const applied = new Set(rows.map(({ name }) => name));
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  for (const name of names.sort()) {
    if (!applied.has(name)) await applyOne(client, name, join(folder, name, 'migration.sql'));
  }
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
    throw unreachable(error) ?? new Error(`The migration ${name} failed: ${error}`, { cause: error });
  }
}
