import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, DatabaseError } from 'pg';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { applyMigrations } from '../../src/adapters/postgres/migrations.ts';
import { endHost, startHost } from './embeddedPostgresScratch.ts';
import { eventually } from './eventually.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the server that all test files share, as a role that may make databases. */
    readonly postgresUrl: string;
  }
}

export const MIGRATIONS_FOLDER = join(import.meta.dirname, '..', '..', 'prisma', 'migrations');

const TEMPLATE = 'sluice_template';

/** One embedded PostgreSQL for the whole run, with a migrated database that the others are copied from. */
export async function startPostgresService(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-test-postgres-'));
  // In a process of its own: a global setup is run by Vite, not by Node.
  const { host, connectionString, said } = await startHost(folder);
  const stop = async () => {
    if (connectionString !== '') await endHost(host, 'stop');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    if (connectionString === '') throw new Error(`the embedded PostgreSQL did not start:\n${await said}`);
    // These databases do not outlive the run, so no commit need wait for the disk.
    await run(connectionString, 'ALTER ROLE CURRENT_USER SET synchronous_commit = off');
    await run(connectionString, `CREATE DATABASE ${TEMPLATE}`);
    await applyMigrations(urlOf(connectionString, TEMPLATE), MIGRATIONS_FOLDER);
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide('postgresUrl', connectionString);
  return stop;
}

export type TestDatabase = {
  readonly url: string;
  /** The rows that the statement answers. */
  readonly sql: (statement: string, values?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>;
  readonly drop: () => Promise<void>;
};

/** A database of one's own: migrated and empty, or with nothing in it at all. */
export async function makeDatabase(kind: 'migrated' | 'blank' = 'migrated'): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  await run(server, `CREATE DATABASE ${name} TEMPLATE ${kind === 'migrated' ? TEMPLATE : 'template0'}`);
  const url = urlOf(server, name);
  return {
    url,
    sql: (statement, values = []) => run(url, statement, values),
    drop: () => dropDatabase(server, name),
  };
}

/** It is not ours to end an autovacuum worker: there it is waited for. */
async function dropDatabase(server: string, name: string): Promise<void> {
  await eventually(
    () => run(server, `DROP DATABASE ${name} WITH (FORCE)`).then(() => true, isForbidden),
    (isDropped) => isDropped,
  );
}

function isForbidden(error: unknown): false {
  if (error instanceof DatabaseError && error.code === '42501') return false;
  throw error;
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function run(
  connectionString: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement, [...values])).rows;
  } finally {
    await client.end();
  }
}
