import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { inBootSession } from './bootSession.ts';
import { unreachable } from './databaseError.ts';

/**
 * Applies what is new in `<folder>/<name>/migration.sql`, in the order of the names, each with its log row in one transaction.
 *
 * @throws LedgerUnreachable where PostgreSQL does not answer, else an Error that names the migration that failed or is not known here
 */
export function applyMigrations(connectionString: string, folder: string): Promise<void> {
  return inBootSession(connectionString, async (client) => {
    await client.query('CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)');
    await applyNew(client, folder);
  });
}

async function applyNew(client: Client, folder: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations');
  const applied = new Set(rows.map(({ name }) => name));
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  refuseNewer([...applied].filter((name) => !names.includes(name)));
  for (const name of names.sort()) {
    if (!applied.has(name)) await applyOne(client, name, join(folder, name, 'migration.sql'));
  }
}

/** What a newer Sluice has made of the tables, this one would read wrongly, or write back as it was. */
function refuseNewer(unknown: readonly string[]): void {
  if (unknown.length === 0) return;
  const names = unknown.toSorted().join(', ');
  throw new Error(`a newer Sluice has worked on this database (${names}): start that version, or restore a backup`);
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
