import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, type TestContext, test } from 'vitest';
import { chooseAccount } from '../../src/adapters/postgres/embedded/account.ts';
import { findBinaries } from '../../src/adapters/postgres/embedded/binaries.ts';
import { openDataFolder } from '../../src/adapters/postgres/embedded/dataFolder.ts';
import { errorCode } from '../../src/adapters/postgres/embedded/errorCode.ts';
import { launchPostmaster } from '../../src/adapters/postgres/embedded/launch.ts';
import { findPostmaster, isPostmaster } from '../../src/adapters/postgres/embedded/postmasterFile.ts';
import { processState } from '../../src/adapters/postgres/embedded/processState.ts';
import {
  asSuperuser,
  copyTemplate,
  makeScratch,
  makeTemplate,
  postmasterPid,
  query,
  removeScratch,
  start,
  until,
} from '../support/embeddedPostgresScratch.ts';

let scratch: string;

beforeAll(async () => {
  scratch = await makeScratch();
  await makeTemplate(scratch);
});

afterAll(() => removeScratch(scratch));

async function connect(context: TestContext, connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  context.onTestFinished(() => client.end());
  return client;
}

/** The process id of the client's backend. */
async function backendOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? Number.NaN;
}

/** Its child ends after it has become a program that collects no children. */
const ZOMBIE = 'sleep 0.1 & echo $!; exec sleep 600';

/** Runs as the account PostgreSQL runs as, since PostgreSQL minds only those. Prints the number in question. */
async function claimant(context: TestContext, cluster: string, script: string) {
  const account = await chooseAccount(cluster);
  const other = spawn('sh', ['-c', script], { cwd: '/', stdio: ['ignore', 'pipe', 'ignore'], ...account });
  context.onTestFinished(() => void other.kill('SIGKILL'));
  const [line] = await once(createInterface(other.stdout), 'line');
  return Number(line);
}

async function writeLockFiles(cluster: string, pid: number): Promise<void> {
  for (const name of ['postmaster.pid', '.s.PGSQL.5432.lock']) {
    await writeFile(join(cluster, name), `${pid}\n/elsewhere\n1\n5432\n.\n\n`);
  }
}

describe.concurrent('lock files whose writer was killed', () => {
  test.for([
    ['zombie', ZOMBIE],
    ['alive', 'echo $$; exec sleep 600'],
    ['gone', 'echo $$'],
  ] as const)('do not hold up a start if the process of that number is %s', async ([kind, script], context) => {
    const folder = await copyTemplate(scratch);
    const first = await start(context, folder);
    await query(first.connectionString, 'CREATE TABLE told AS SELECT 42 AS answer');
    await first.stop();
    const cluster = join(folder, 'cluster');
    const pid = await claimant(context, cluster, script);
    await until(async () => (await processState(pid)).kind === kind);
    await writeLockFiles(cluster, pid);
    context.expect((await findPostmaster(cluster)).kind).toBe('stale');
    const second = await start(context, folder);
    context.expect(await query(second.connectionString, 'SELECT answer FROM told')).toEqual([42]);
  });

  test('would hold up PostgreSQL left to itself', async (context) => {
    const folder = await openDataFolder(await copyTemplate(scratch));
    const pid = await claimant(context, folder.cluster, ZOMBIE);
    await until(async () => (await processState(pid)).kind === 'zombie');
    await writeLockFiles(folder.cluster, pid);
    const account = await chooseAccount(folder.cluster);
    const { postgres } = await findBinaries(account, () => {});
    const launch = await launchPostmaster(folder, postgres, account, undefined);
    await until(async () => launch.process.exitCode !== null);
    context.expect(await launch.logged()).toContain('lock file "postmaster.pid" already exists');
  });

  test('of another cluster that serves do hold nobody up', async (context) => {
    const [folder, neighbour] = [await copyTemplate(scratch), await copyTemplate(scratch)];
    await start(context, neighbour);
    await writeLockFiles(join(folder, 'cluster'), await postmasterPid(neighbour));
    const { connectionString } = await start(context, folder);
    context.expect(await query(connectionString, 'SELECT 1')).toEqual([1]);
  });
});

describe.concurrent('a running PostgreSQL', () => {
  test('whose postmaster is killed comes back under the same URL', async (context) => {
    const folder = await copyTemplate(scratch);
    const postgres = await start(context, folder);
    await query(postgres.connectionString, 'CREATE TABLE told AS SELECT 42 AS answer');
    const killed = await postmasterPid(folder);
    process.kill(killed, 'SIGKILL');
    const answers = () => query(postgres.connectionString, 'SELECT answer FROM told').catch((): unknown[] => []);
    await until(async () => (await answers()).includes(42) && (await postmasterPid(folder)) !== killed);
    await postgres.stop();
    context.expect((await findPostmaster(join(folder, 'cluster'))).kind).toBe('none');
  });

  test('is not joined by a second while a backend of a killed one may still write', async (context) => {
    const folder = await copyTemplate(scratch);
    const first = await start(context, folder);
    const backend = await backendOf(await connect(context, first.connectionString));
    process.kill(backend, 'SIGSTOP');
    context.onTestFinished(() => wake(backend));
    process.kill(await postmasterPid(folder), 'SIGKILL');
    const log = () => readFile(join(folder, 'postgres.log'), 'utf8');
    await until(async () => (await log()).includes('pre-existing shared memory block'));
    await context.expect(query(first.connectionString, 'SELECT 1')).rejects.toThrow();
    wake(backend);
    await until(async () => (await query(first.connectionString, 'SELECT 1').catch(() => [])).length === 1);
  });

  test('that somebody else came to own is left to them', async (context) => {
    const folder = await copyTemplate(scratch);
    const postgres = await start(context, folder);
    const usurper = await connect(context, asSuperuser(postgres));
    const waiting = usurper.query('SELECT pg_advisory_lock(1)');
    const guard = "FROM pg_stat_activity WHERE application_name LIKE 'sluice, process %'";
    await until(
      async () => (await query(asSuperuser(postgres), `SELECT pg_terminate_backend(pid) ${guard}`)).length === 1,
    );
    await waiting;
    await until(async () => (await query(asSuperuser(postgres), `SELECT pid ${guard}`)).length === 1);
    await until(async () => (await query(asSuperuser(postgres), `SELECT pid ${guard}`)).length === 0);
    await postgres.stop();
    context.expect(await isPostmaster(await postmasterPid(folder), join(folder, 'cluster'))).toBe(true);
  });

  test('that does not stop when asked to is stopped all the same', async (context) => {
    const folder = await copyTemplate(scratch);
    const postgres = await start(context, folder);
    const pid = await postmasterPid(folder);
    process.kill(await backendOf(await connect(context, postgres.connectionString)), 'SIGSTOP');
    await postgres.stop();
    context.expect(await isPostmaster(pid, join(folder, 'cluster'))).toBe(false);
  });
});

test('a PostgreSQL that refuses to start is quoted, and nothing is left behind', async (context) => {
  const folder = await copyTemplate(scratch);
  const before = await readdir(join(folder, 'cluster'));
  await appendFile(join(folder, 'cluster', 'postgresql.conf'), 'no_such_setting = 1\n');
  await context
    .expect(start(context, folder))
    .rejects.toThrow('unrecognized configuration parameter "no_such_setting"');
  context.expect(await readdir(join(folder, 'cluster'))).toEqual(before);
});

/** One that has ended since needs no waking. */
function wake(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
