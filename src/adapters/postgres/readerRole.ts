import { createHash } from 'node:crypto';
import { type Client, DatabaseError, escapeIdentifier } from 'pg';
import { inBootSession } from './bootSession.ts';

/** What projections are made of. Not here: tokens, answers kept for repetition, notices under way. */
const READABLE_TABLES = ['entries', 'contracts', 'rollouts', 'features'] as const;
const READABLE = READABLE_TABLES.map(escapeIdentifier).join(', ');

/** Longer names are cut off by PostgreSQL, and two of them might then be one. */
const LONGEST_NAME_BYTES = 63;
const PREFIX = 'sluice_reader_';

/** SQLSTATEs: not allowed; the role, or the row that stands for it, is there already. */
const FORBIDDEN = '42501';
const THERE_ALREADY = /^(42710|23505)$/;

/** Roles belong to the whole server, so each database has one of its own. */
export function readerRoleOf(database: string): string {
  const name = `${PREFIX}${database}`;
  if (Buffer.byteLength(name) <= LONGEST_NAME_BYTES) return name;
  return `${PREFIX}${createHash('sha256').update(database).digest('hex').slice(0, 40)}`;
}

/**
 * Sees to the role under which projections read: it may select from four tables, and no more (ROLLOUT-001).
 *
 * @returns its name
 * @throws Error with the SQL to run, where this account may not make it; Error, where it may do more than read
 */
export async function prepareReaderRole(connectionString: string): Promise<string> {
  let role = '';
  await inBootSession(connectionString, async (client) => {
    const { database, account } = await whereWeAre(client);
    role = readerRoleOf(database);
    if (!(await canBecome(client, role))) await makeRole(client, role, account);
    if (!(await canRead(client, role))) await client.query(`GRANT SELECT ON ${READABLE} TO ${escapeIdentifier(role)}`);
    await refuseMore(client, role);
  });
  return role;
}

async function whereWeAre(client: Client): Promise<{ readonly database: string; readonly account: string }> {
  const { rows } = await client.query<{ database: string; account: string }>(
    'SELECT current_database() AS database, current_user AS account',
  );
  const [here] = rows;
  if (here === undefined) throw new Error('PostgreSQL does not say which database this is');
  return here;
}

/** Tried, not asked: which membership it takes differs from version to version. */
async function canBecome(client: Client, role: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  if (rowCount === 0) return false;
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL ROLE ${escapeIdentifier(role)}`);
    return true;
  } catch (error) {
    if (codeOf(error) === FORBIDDEN) return false;
    throw error;
  } finally {
    await client.query('ROLLBACK');
  }
}

/** A superuser needs no membership; everybody else does, to become it. */
async function makeRole(client: Client, role: string, account: string): Promise<void> {
  const [create, grant] = roleSql(role, account);
  try {
    await client.query(create).catch(unlessThere);
    await client.query(grant);
  } catch (error) {
    if (codeOf(error) !== FORBIDDEN) throw error;
    throw new Error(
      `the database account ${account} may not make the role that projections read under: let an administrator run ` +
        `\`${create}; ${grant};\` on this server once, then start again`,
      { cause: error },
    );
  }
}

const roleSql = (role: string, account: string) =>
  [
    `CREATE ROLE ${escapeIdentifier(role)} NOLOGIN`,
    `GRANT ${escapeIdentifier(role)} TO ${escapeIdentifier(account)}`,
  ] as const;

async function canRead(client: Client, role: string): Promise<boolean> {
  return (await privilegesOf(client, role)).every(({ reads }) => reads);
}

/** An administrator may have made it, with more than it takes. */
async function refuseMore(client: Client, role: string): Promise<void> {
  const { rows } = await client.query<{ more: boolean }>(
    'SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls AS more FROM pg_roles WHERE rolname = $1',
    [role],
  );
  const writes = (await privilegesOf(client, role)).filter((table) => table.writes).map(({ name }) => name);
  if (rows[0]?.more === false && writes.length === 0) return;
  const what = writes.length === 0 ? 'is more than an ordinary role' : `may write to ${writes.join(', ')}`;
  throw new Error(`the role ${role} ${what}: projections must not be able to write; drop it, and start again`);
}

/** Of every table of Sluice, also by membership in other roles. */
async function privilegesOf(client: Client, role: string) {
  const { rows } = await client.query<{ name: string; reads: boolean; writes: boolean }>(
    `SELECT relname AS name,
            NOT relname = ANY($2) OR has_table_privilege($1, oid, 'SELECT') AS reads,
            has_table_privilege($1, oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER') AS writes
     FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace`,
    [role, READABLE_TABLES],
  );
  return rows;
}

function unlessThere(error: unknown): void {
  if (!THERE_ALREADY.test(codeOf(error))) throw error;
}

const codeOf = (error: unknown): string => (error instanceof DatabaseError ? (error.code ?? '') : '');
