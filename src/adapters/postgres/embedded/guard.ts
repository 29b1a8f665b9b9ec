import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { DataFolder } from './dataFolder.ts';
import { errorCode } from './errorCode.ts';

/**
 * The guard is our one connection as superuser, to the database `postgres`, for as long as we run. The advisory lock it
 * holds says that the data directory is ours, and ends with us however we end. Its end tells us of PostgreSQL's.
 */
const GUARD_LOCK = 1;
const APPLICATION_NAME = 'sluice, process ';
const CLAIM_ATTEMPTS = 20;
const CLAIM_INTERVAL_MS = 50;

/** Nobody listens, or PostgreSQL says that it is starting, stopping or full. */
const PASSING = /^(ENOENT|ECONNREFUSED|ECONNRESET|EPIPE|EAGAIN|57P..|53300)$/;

/** Another Sluice owns the data directory, and with it the running server. */
export class DataFolderTaken extends Error {}

/**
 * Connects the guard if PostgreSQL answers.
 *
 * @returns undefined if it may answer later
 * @throws Error if it will not: no right to enter the folder, a refusal of PostgreSQL's
 */
export async function connectGuard(socketFolder: string): Promise<Client | undefined> {
  const guard = new Client({
    host: socketFolder,
    port: 5432,
    user: 'postgres',
    database: 'postgres',
    application_name: `${APPLICATION_NAME}${process.pid}`,
    ssl: false,
    connectionTimeoutMillis: 5_000,
  });
  // A lost connection is an `error` and then an `end`. The `end` is what is acted on; an `error` unheard would end us.
  guard.on('error', () => {});
  try {
    await guard.connect();
    return guard;
  } catch (error) {
    const code = errorCode(error);
    // Without a code: it hung up, or did not answer in time.
    if (code === undefined || PASSING.test(code)) return undefined;
    throw error;
  }
}

/**
 * Makes the data directory ours. PostgreSQL may take a moment to notice that an owner was killed, hence the attempts.
 *
 * @throws DataFolderTaken naming the process that has it
 */
export async function claimDataFolder(guard: Client, { path }: DataFolder): Promise<void> {
  for (let attempt = 1; attempt <= CLAIM_ATTEMPTS; attempt += 1) {
    const { rows } = await guard.query<{ claimed: boolean }>('SELECT pg_try_advisory_lock($1) AS claimed', [
      GUARD_LOCK,
    ]);
    if (rows[0]?.claimed === true) return;
    await sleep(CLAIM_INTERVAL_MS);
  }
  const owner = await ownerName(guard);
  throw new DataFolderTaken(
    `${path} is in use by another Sluice (${owner}): stop that one, or give this one its own DATA_DIR`,
  );
}

/**
 * Makes the database and the account that owns it, unless they exist. The account is no superuser, so that no statement
 * of Sluice's can run programs or read files; it may make roles, to give away less than it has: `../readerRole.ts`.
 */
export async function ensureDatabase(guard: Client): Promise<void> {
  const roles = await guard.query("SELECT FROM pg_roles WHERE rolname = 'sluice'");
  if (roles.rowCount === 0) await guard.query('CREATE ROLE sluice LOGIN CREATEDB CREATEROLE');
  const databases = await guard.query("SELECT FROM pg_database WHERE datname = 'sluice'");
  if (databases.rowCount === 0) await guard.query('CREATE DATABASE sluice OWNER sluice');
}

async function ownerName(guard: Client): Promise<string> {
  const { rows } = await guard.query<{ owner: string }>(
    `SELECT application_name AS owner FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE locktype = 'advisory' AND objid = $1 AND granted AND datname = 'postgres'`,
    [GUARD_LOCK],
  );
  return rows[0]?.owner ?? 'which ended just now';
}
