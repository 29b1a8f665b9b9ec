import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { TestContext } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/adapters/postgres/embedded/embeddedPostgres.ts';
import { shutDown } from '../../src/adapters/postgres/embedded/shutDown.ts';

/** A folder for the data directories of one test file. */
export function makeScratch(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'sluice-pg-'));
}

/** Also stops what a test that failed has left running. */
export async function removeScratch(scratch: string): Promise<void> {
  for (const name of await readdir(scratch)) {
    const cluster = join(scratch, name, 'cluster');
    await shutDown(cluster, () => {}).catch(() => {});
  }
  await rm(scratch, { recursive: true, force: true });
}

/** Makes what {@link copyTemplate} copies. */
export async function makeTemplate(scratch: string): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDirectory: join(scratch, 'template'), log: () => {} });
  await postgres.stop();
}

/** A data directory that has been used before, without another initdb. */
export async function copyTemplate(scratch: string): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'data-'));
  await promisify(execFile)('cp', ['-a', join(scratch, 'template', 'cluster'), folder]);
  return folder;
}

/** Starts it in this process, until the test ends. */
export async function start(context: TestContext, dataDirectory: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDirectory, log: () => {} });
  context.onTestFinished(() => postgres.stop());
  return postgres;
}

/** How to run a Sluice in another process; what is left out is as here. */
interface HostOptions {
  readonly node?: string;
  readonly checkout?: URL;
  readonly account?: { readonly uid: number; readonly gid: number } | undefined;
  readonly home?: string;
}

/** A Sluice that is no more than its database. Its lines go to the error output. It stops when its input ends. */
function hostProgram(checkout: URL): string {
  const module = new URL('src/adapters/postgres/embedded/embeddedPostgres.ts', checkout).href;
  return `
    import { startEmbeddedPostgres } from ${JSON.stringify(module)};
    const postgres = await startEmbeddedPostgres({ dataDirectory: process.argv[1], log: console.error });
    console.log(postgres.connectionString);
    process.stdin.on('end', () => postgres.stop()).resume();
  `;
}

/** Starts it in another process, which prints the connection string once it is up. */
export function spawnHost(dataDirectory: string, options: HostOptions = {}) {
  const program = hostProgram(options.checkout ?? new URL('../../', import.meta.url));
  return spawn(options.node ?? process.execPath, ['--input-type=module', '-e', program, dataDirectory], {
    cwd: '/',
    env: { HOME: options.home ?? '/nonexistent', PATH: '/usr/bin:/bin', TMPDIR: tmpdir() },
    ...options.account,
  });
}

/** Waits until it is up. The connection string is empty if the process has ended instead. */
export async function startHost(dataDirectory: string, options: HostOptions = {}) {
  const host = spawnHost(dataDirectory, options);
  const said = text(host.stderr);
  const ended = once(host, 'exit').then(() => ['']);
  const [line] = await Promise.race([once(createInterface(host.stdout), 'line'), ended]);
  return { host, connectionString: String(line), said };
}

export async function endHost(host: ChildProcess, how: 'stop' | 'SIGKILL'): Promise<void> {
  const exited = once(host, 'exit');
  if (how === 'stop') host.stdin?.end();
  else host.kill(how);
  await exited;
}

/** The values of the one row that the statement answers. */
export async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return Object.values((await client.query<Record<string, unknown>>(sql)).rows[0] ?? {});
  } finally {
    await client.end();
  }
}

/** As the superuser, to whom the folder gives the same way in. */
export function asSuperuser({ connectionString }: EmbeddedPostgres): string {
  return connectionString.replace('sluice@localhost/sluice', 'postgres@localhost/postgres');
}

/** Waits for as long as the test's own limit lets it. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

export async function postmasterPid(dataDirectory: string): Promise<number> {
  return Number.parseInt(await readFile(join(dataDirectory, 'cluster', 'postmaster.pid'), 'utf8'), 10);
}
