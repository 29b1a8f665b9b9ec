import { Client } from 'pg';
import { unreachable } from './databaseError.ts';

/** Any number, the same in every Sluice: two that boot at once prepare the database one after the other. */
const BOOT_LOCK = 5_818_733;
const CONNECT_MS = 5_000;
const LOCK_PATIENCE_MS = 60_000;

/**
 * What is done to a database before it is served from, by one Sluice at a time.
 *
 * @throws LedgerUnreachable where PostgreSQL does not answer, else what `work` throws
 */
export async function inBootSession(connectionString: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString, application_name: 'sluice', connectionTimeoutMillis: CONNECT_MS });
  // A connection that breaks also fails the query under way; unheard here, the error would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(`SET lock_timeout = ${LOCK_PATIENCE_MS}`);
    await client.query('SELECT pg_advisory_lock($1)', [BOOT_LOCK]);
    await work(client);
  } catch (error) {
    throw unreachable(error) ?? error;
  } finally {
    // The lock ends with its session.
    await client.end();
  }
}
