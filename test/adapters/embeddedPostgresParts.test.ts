import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ordinaryAccount } from '../../src/adapters/postgres/embedded/account.ts';
import { copyBinaries } from '../../src/adapters/postgres/embedded/binariesCopy.ts';
import { openCacheFolder } from '../../src/adapters/postgres/embedded/cacheFolder.ts';
import { servesCluster } from '../../src/adapters/postgres/embedded/postmasterFile.ts';
import { processOptions } from '../../src/adapters/postgres/embedded/processOptions.ts';
import { parseProcStat, parsePs } from '../../src/adapters/postgres/embedded/processState.ts';
import { mayTraverse } from '../../src/adapters/postgres/embedded/reachablePath.ts';
import { connectionString, holdsSocket } from '../../src/adapters/postgres/embedded/socketFolder.ts';

describe('the account', () => {
  const root = 'root:x:0:0:root:/root:/bin/bash';
  const nobody = 'nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false';

  test.each([
    ['postgres before nobody', `${root}\n${nobody}\npostgres:x:101:104::/var/lib:/bin/sh\n`, { uid: 101, gid: 104 }],
    ['nobody, with the ids of macOS', `# a comment\n${root}\n${nobody}\n`, { uid: 4294967294, gid: 4294967294 }],
    ['none', `${root}\nalice:x:1000:1000::/home/alice:/bin/sh\n`, undefined],
    ['none that is root by another name', 'postgres:x:0:0::/:/bin/sh\n', undefined],
  ])('is %s', (_, passwd, account) => {
    expect(ordinaryAccount(passwd)).toEqual(account);
  });

  test('gets an environment without our secrets', () => {
    const { env } = processOptions({ uid: 1, gid: 1 }, '/');
    expect(Object.keys(env).sort()).toEqual(['LC_ALL', 'PATH', 'TZ']);
  });
});

test.each([
  ['the owner by the owner bit', { uid: 7, gid: 9, mode: 0o40700 }, true],
  ['the owner never by the others', { uid: 7, gid: 9, mode: 0o40011 }, false],
  ['the group by the group bit', { uid: 1, gid: 8, mode: 0o40010 }, true],
  ['the group never by the others', { uid: 1, gid: 8, mode: 0o40701 }, false],
  ['anybody by the last bit', { uid: 1, gid: 9, mode: 0o40711 }, true],
  ['nobody through a closed home', { uid: 1, gid: 9, mode: 0o40770 }, false],
])('a folder is traversed by %s', (_, folder, expected) => {
  expect(mayTraverse(folder, { uid: 7, gid: 8 })).toBe(expected);
});

describe('the state of a process', () => {
  test.each([
    ['4321 (postgres) S 1 4321', { kind: 'alive', program: 'postgres', workingDirectory: undefined }],
    ['4321 (a) Z (b) R 1 4321', { kind: 'alive', program: 'a) Z (b', workingDirectory: undefined }],
    ['4321 (postgres) Z 1 4321', { kind: 'zombie' }],
  ])('in /proc: %s', (text, state) => {
    expect(parseProcStat(text)).toEqual(state);
  });

  test.each([
    ['Ss   /opt/my apps/bin/postgres\n', { kind: 'alive', program: 'postgres', workingDirectory: undefined }],
    ['Z    (postgres)\n', { kind: 'zombie' }],
    ['', { kind: 'gone' }],
  ])('by ps: %j', (text, state) => {
    expect(parsePs(text)).toEqual(state);
  });

  test.each([
    ['a postgres in its folder', { kind: 'alive', program: 'postgres', workingDirectory: '1:2' }, true],
    ['a postgres elsewhere', { kind: 'alive', program: 'postgres', workingDirectory: '1:3' }, false],
    ['a postgres we may not look into', { kind: 'alive', program: 'postgres', workingDirectory: undefined }, true],
    ['another program', { kind: 'alive', program: 'redis-server', workingDirectory: '1:2' }, false],
    ['a zombie', { kind: 'zombie' }, false],
    ['nothing', { kind: 'gone' }, false],
  ] as const)('%s serves the cluster: %o', (_, state, expected) => {
    expect(servesCluster(state, '1:2')).toBe(expected);
  });
});

test('a socket path is measured in bytes', () => {
  expect(holdsSocket(`/${'x'.repeat(103 - '//.s.PGSQL.5432'.length)}`)).toBe(true);
  expect(holdsSocket(`/${'ü'.repeat(50)}`)).toBe(false);
});

test('the connection string is a URL from which the folder can be read back', () => {
  const folder = "/tmp/a b/ü#?&=%41'+";
  expect(new URL(connectionString(folder)).searchParams.get('host')).toBe(folder);
});

describe('a copy of the programs', () => {
  let scratch: string;
  let source: string;
  let target: string;

  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'sluice-copy-'));
    source = join(scratch, 'native');
    target = join(scratch, 'copy');
    await mkdir(join(source, 'lib', 'pgxs', 'src'), { recursive: true });
    await writeFile(join(source, 'lib', 'libpq.so.5.18'), 'library', { mode: 0o600 });
    await writeFile(join(source, 'lib', 'program'), 'program', { mode: 0o700 });
    await writeFile(join(source, 'lib', 'libpq.a'), 'for compilers');
    await writeFile(join(source, 'lib', 'pgxs', 'src', 'Makefile'), 'for compilers');
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
    await writeFile(join(source, 'pg-symlinks.json'), JSON.stringify(links));
    await chmod(join(source, 'lib'), 0o700);
  });

  afterEach(() => rm(scratch, { recursive: true }));

  test('holds what is run, readable by all, and the links that npm left out', async () => {
    await copyBinaries(source, target);
    expect((await readdir(join(target, 'lib'))).sort()).toEqual(['libpq.so.5', 'libpq.so.5.18', 'program']);
    expect(await readFile(join(target, 'lib', 'libpq.so.5'), 'utf8')).toBe('library');
    const modes = ['', 'lib', 'lib/program', 'lib/libpq.so.5.18'].map(
      async (path) => (await stat(join(target, path))).mode,
    );
    expect((await Promise.all(modes)).map((mode) => mode & 0o777)).toEqual([0o755, 0o755, 0o755, 0o644]);
  });

  test('is the same if the install script has made the links', async () => {
    await symlink('libpq.so.5.18', join(source, 'lib', 'libpq.so.5'));
    await copyBinaries(source, target);
    expect(await readlink(join(target, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18');
  });

  test('is left alone if whole', async () => {
    await copyBinaries(source, target);
    const { ino } = await stat(target);
    await copyBinaries(source, target);
    expect((await stat(target)).ino).toBe(ino);
  });

  test.each([
    ['a file', (copy: string) => rm(join(copy, 'lib', 'program'))],
    ['a link', (copy: string) => rm(join(copy, 'lib', 'libpq.so.5'))],
    ['a part of a file', (copy: string) => truncate(join(copy, 'lib', 'program'), 1)],
  ])('that lost %s is made again', async (_, damage) => {
    await copyBinaries(source, target);
    await damage(target);
    await copyBinaries(source, target);
    expect(await readFile(join(target, 'lib', 'program'), 'utf8')).toBe('program');
    expect(await readFile(join(target, 'lib', 'libpq.so.5'), 'utf8')).toBe('library');
  });

  test('made by several at once is whole, and nothing else is left', async () => {
    await Promise.all(Array.from({ length: 8 }, () => copyBinaries(source, target)));
    expect(await readFile(join(target, 'lib', 'libpq.so.5'), 'utf8')).toBe('library');
    expect((await readdir(scratch)).sort()).toEqual(['copy', 'native']);
  });

  test('goes into no folder that others can write, and follows no link', async () => {
    const open = join(scratch, 'open');
    await mkdir(open);
    await chmod(open, 0o777);
    await expect(openCacheFolder(open)).rejects.toThrow(open);
    await chmod(open, 0o755);
    await openCacheFolder(open);
    await symlink(open, join(scratch, 'link'));
    await expect(openCacheFolder(join(scratch, 'link'))).rejects.toThrow('link');
  });
});
