import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyMigrations } from '../../src/adapters/postgres/migrations.ts';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import { MIGRATIONS_FOLDER, makeDatabase, type TestDatabase } from '../support/postgres.ts';

describe('the migrations', () => {
  let database: TestDatabase;
  let folder: string;
  beforeEach(async () => {
    database = await makeDatabase('blank');
    folder = await mkdtemp(join(tmpdir(), 'sluice-migrations-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
    await database.drop();
  });

  const migration = async (name: string, sql: string) => {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'migration.sql'), sql);
  };
  const applied = async () => (await database.sql('SELECT name FROM migrations ORDER BY name')).map(({ name }) => name);
  const rows = async (table: string) => (await database.sql(`SELECT * FROM ${table}`)).length;

  test('are applied once each, in the order of their names, whoever boots at the same time', async () => {
    await migration('2_second', 'INSERT INTO t VALUES (2)');
    await migration('1_first', 'CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)');
    await Promise.all([1, 2, 3, 4].map(() => applyMigrations(database.url, folder)));
    await applyMigrations(database.url, folder);
    expect(await applied()).toEqual(['1_first', '2_second']);
    expect(await rows('t')).toBe(2);
    await migration('3_third', 'INSERT INTO t VALUES (3)');
    await applyMigrations(database.url, folder);
    expect(await applied()).toEqual(['1_first', '2_second', '3_third']);
    expect(await rows('t')).toBe(3);
  });

  test('one that fails leaves nothing behind, is named, and is tried again', async () => {
    await migration('1_first', 'CREATE TABLE t (n INTEGER)');
    await migration('2_second', 'INSERT INTO t VALUES (2); INSERT INTO nowhere VALUES (1)');
    await migration('3_third', 'INSERT INTO t VALUES (3)');
    await expect(applyMigrations(database.url, folder)).rejects.toThrow(/2_second.*nowhere/s);
    expect(await applied()).toEqual(['1_first']);
    expect(await rows('t')).toBe(0);
    await database.sql('CREATE TABLE nowhere (n INTEGER)');
    await applyMigrations(database.url, folder);
    expect(await rows('t')).toBe(2);
  });

  test('of Sluice itself are applied to an empty database', async () => {
    await applyMigrations(database.url, MIGRATIONS_FOLDER);
    expect(await applied()).toEqual((await readdir(MIGRATIONS_FOLDER)).toSorted());
    expect(await rows('entries')).toBe(0);
  });

  test('a database that is not there is the ledger out of reach', async () => {
    const elsewhere = new URL(database.url);
    elsewhere.pathname = '/nowhere';
    await expect(applyMigrations(elsewhere.href, folder)).rejects.toThrow(LedgerUnreachable);
  });
});
