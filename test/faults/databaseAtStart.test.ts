import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../src/demo/process/freePort.ts';
import { eventually } from '../support/eventually.ts';
import { OwnPostgres } from '../support/ownPostgres.ts';
import { makeDatabase } from '../support/postgres.ts';
import { rowsOf } from '../support/rowsOf.ts';
import { SluiceProcess } from '../support/sluiceProcess.ts';

/** Its first start, with an administrator still to be made. */
async function firstStart(databaseUrl: string) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-first-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const port = await freePort();
  const setting = { PORT: String(port), TMPDIR: folder, DATA_DIR: join(folder, 'data') };
  return { sluice: new SluiceProcess({ ...setting, DATABASE_URL: databaseUrl }), url: `http://127.0.0.1:${port}` };
}

const withPath = (url: string, change: (url: URL) => void) => {
  const changed = new URL(url);
  change(changed);
  return changed.href;
};

describe('a database that does not answer at the first start', { timeout: 300_000 }, () => {
  test('is waited for while it serves; then come the tables, the administrator and everything else, by themselves', async () => {
    await using postgres = await OwnPostgres.start();
    await postgres.takeAway('gone');
    const { sluice, url } = await firstStart(postgres.url);
    await sluice.answers(`${url}/livez`);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect(sluice.said).not.toContain('ADMIN_TOKEN');

    await postgres.giveBack();
    await eventually(
      async () => (await fetch(`${url}/readyz`)).status,
      (status) => status === 200,
    );
    const token = await eventually(
      async () => /ADMIN_TOKEN \(shown this once\): (\S+)/.exec(sluice.said)?.[1],
      (made) => made !== undefined,
    );
    const features = await fetch(`${url}/v1/features`, { headers: { authorization: `Bearer ${token}` } });
    expect(await features.json()).toEqual({ items: [], nextCursor: null });
    sluice.signal('SIGTERM');
    expect(await sluice.ended()).toEqual({ code: 0, signal: null });
  });

  test('and turns out to be of a newer Sluice: readiness says so, and lookups go on', async () => {
    await using postgres = await OwnPostgres.start();
    await rowsOf(postgres.url, 'CREATE TABLE migrations (name TEXT PRIMARY KEY)');
    await rowsOf(postgres.url, "INSERT INTO migrations VALUES ('99990101000000_to_come')");
    await postgres.takeAway('gone');
    const { sluice, url } = await firstStart(postgres.url);
    await sluice.answers(`${url}/livez`);
    await postgres.giveBack();
    await eventually(
      async () => (await fetch(`${url}/readyz`)).text(),
      (text) => text.includes('a newer Sluice has worked on this database (99990101000000_to_come)'),
    );
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect(sluice.said.split('a newer Sluice has worked')).toHaveLength(2);
    sluice.signal('SIGTERM');
    expect(await sluice.ended()).toEqual({ code: 0, signal: null });
  });
});

describe('a database that answers and is wrong keeps Sluice from starting, with the reason:', () => {
  test.for<[string, (url: string) => string, RegExp]>([
    [
      'an unknown account',
      (url) =>
        withPath(url, (changed) => {
          changed.username = 'nobody-we-know';
        }),
      /DATABASE_URL: role "nobody-we-know" does not exist/,
    ],
    [
      'no such database',
      (url) =>
        withPath(url, (changed) => {
          changed.pathname = '/nowhere';
        }),
      /DATABASE_URL: database "nowhere" does not exist/,
    ],
  ])('%s', async ([, wrong, reason]) => {
    const database = await makeDatabase();
    onTestFinished(database.drop);
    const { sluice } = await firstStart(wrong(database.url));
    expect(await sluice.ended()).toEqual({ code: 1, signal: null });
    expect(sluice.said).toMatch(reason);
  });

  test('tables of a newer version, which it leaves as they are', async () => {
    const database = await makeDatabase();
    onTestFinished(database.drop);
    await database.sql("INSERT INTO migrations VALUES ('99990101000000_to_come')");
    const { sluice } = await firstStart(database.url);
    expect(await sluice.ended()).toEqual({ code: 1, signal: null });
    expect(sluice.said).toContain('DATABASE_URL: a newer Sluice has worked on this database (99990101000000_to_come)');
    expect(await database.sql('SELECT FROM tokens')).toEqual([]);
  });
});
