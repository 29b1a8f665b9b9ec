import { mkdtemp, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { isPostmaster } from '../../src/adapters/postgres/embedded/postmasterFile.ts';
import {
  endHost,
  makeScratch,
  postmasterPid,
  query,
  removeScratch,
  spawnHost,
  start,
  startHost,
  until,
} from '../support/embeddedPostgresScratch.ts';

let scratch: string;

beforeAll(async () => {
  scratch = await makeScratch();
});

afterAll(() => removeScratch(scratch));

describe.concurrent('the embedded PostgreSQL', () => {
  test('is durable, checks its pages, and is reached by nothing but a socket in a closed folder', async (context) => {
    const folder = await mkdtemp(join(scratch, 'data-'));
    const { connectionString } = await start(context, folder);
    const names = ['fsync', 'data_checksums', 'listen_addresses', 'is_superuser'];
    const settings = names.map((name) => `current_setting('${name}') AS ${name}`).join(', ');
    const identity = 'current_user::text, current_database()::text, inet_server_addr()';
    const row = await query(connectionString, `SELECT ${settings}, ${identity}`);
    context.expect(row).toEqual(['on', 'on', '', 'off', 'sluice', 'sluice', null]);
    for (const path of ['', '.s.PGSQL.5432']) {
      context.expect((await stat(join(folder, 'cluster', path))).mode & 0o777).toBe(0o700);
    }
  });

  test('keeps what it was told, and has gone when stop() resolves, however often it is called', async (context) => {
    const folder = await mkdtemp(join(scratch, 'data-'));
    const first = await start(context, folder);
    await query(first.connectionString, 'CREATE TABLE told AS SELECT 42 AS answer');
    const pid = await postmasterPid(folder);
    await Promise.all([first.stop(), first.stop()]);
    context.expect(await isPostmaster(pid, join(folder, 'cluster'))).toBe(false);
    context.expect(await readdir(join(folder, 'cluster'))).not.toContain('postmaster.pid');
    await first.stop();
    const second = await start(context, folder);
    context.expect(second.connectionString).toBe(first.connectionString);
    context.expect(await query(second.connectionString, 'SELECT answer FROM told')).toEqual([42]);
  });

  test('outlives a Sluice that is killed, and is adopted by the next', async (context) => {
    const folder = await mkdtemp(join(scratch, 'data-'));
    const { host, connectionString } = await startHost(folder);
    await query(connectionString, 'CREATE TABLE told AS SELECT 42 AS answer');
    const pid = await postmasterPid(folder);
    await endHost(host, 'SIGKILL');
    const adopted = await start(context, folder);
    context.expect(await postmasterPid(folder)).toBe(pid);
    context.expect(await query(adopted.connectionString, 'SELECT answer FROM told')).toEqual([42]);
    await adopted.stop();
    context.expect(await isPostmaster(pid, join(folder, 'cluster'))).toBe(false);
  });

  test('is for one Sluice: the second is told who has the folder, and the first goes on', async (context) => {
    const folder = await mkdtemp(join(scratch, 'data-'));
    const { host, connectionString } = await startHost(folder);
    const refusal = `${folder} is in use by another Sluice (sluice, process ${host.pid})`;
    await context.expect(start(context, folder)).rejects.toThrow(refusal);
    context.expect(await query(connectionString, 'SELECT 1')).toEqual([1]);
    await endHost(host, 'stop');
    context.expect(await readdir(join(folder, 'cluster'))).not.toContain('postmaster.pid');
  });

  test('started first by several at once belongs to exactly one of them', async (context) => {
    const folder = await mkdtemp(join(scratch, 'data-'));
    const starts = await Promise.all([startHost(folder), startHost(folder), startHost(folder)]);
    const running = starts.filter(({ connectionString }) => connectionString !== '');
    context.expect(running).toHaveLength(1);
    for (const { host, connectionString } of running) {
      context.expect(await query(connectionString, 'SELECT 1')).toEqual([1]);
      await endHost(host, 'stop');
    }
    context.expect((await readdir(folder)).sort()).toEqual(['cluster', 'postgres.log']);
  });

  test('takes any folder name, and one too long for a socket', async (context) => {
    const folder = join(scratch, `it's "ü" \${HOME} #1?&%41 ${'long '.repeat(20)}`, 'sluice');
    const { connectionString } = await start(context, folder);
    context.expect(await query(connectionString, 'SELECT 1')).toEqual([1]);
    context.expect(await readdir(folder)).toContain('cluster');
  });

  test('starts afresh after a start that was killed while it made the cluster', async (context) => {
    const folder = await mkdtemp(join(scratch, 'data-'));
    const host = spawnHost(folder);
    const unfinished = async () => (await readdir(folder)).filter((name) => name.startsWith('cluster.unfinished-'));
    await until(async () => (await unfinished()).length === 1);
    await endHost(host, 'SIGKILL');
    const { connectionString } = await start(context, folder);
    context.expect(await query(connectionString, 'SELECT 1')).toEqual([1]);
    context.expect((await readdir(folder)).sort()).toEqual(['cluster', 'postgres.log']);
  });

  test('empties its log at a start once that is long', async (context) => {
    const folder = await mkdtemp(join(scratch, 'data-'));
    await writeFile(join(folder, 'postgres.log'), 'x'.repeat(5_000_001));
    await start(context, folder);
    context.expect((await stat(join(folder, 'postgres.log'))).size).toBeLessThan(100_000);
  });
});
