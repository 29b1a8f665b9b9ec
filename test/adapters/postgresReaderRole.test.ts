import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { prepareReaderRole, readerRoleOf } from '../../src/adapters/postgres/readerRole.ts';
import { makeDatabase, type TestDatabase } from '../support/postgres.ts';
import { openAt } from '../support/postgresUnderTest.ts';

describe('the role that projections read under', () => {
  let database: TestDatabase;
  let name: string;
  let role: string;
  let weak: string;
  beforeEach(async () => {
    database = await makeDatabase();
    name = new URL(database.url).pathname.slice(1);
    role = readerRoleOf(name);
    weak = `weak_${name}`;
  });
  afterEach(async () => {
    await asSuperuser(`ALTER DATABASE ${name} OWNER TO sluice`);
    await database.drop();
  });

  /** As the superuser of the server that the tests share. */
  const asSuperuser = async (...statements: readonly string[]) => {
    const client = new Client({ connectionString: database.url.replace('sluice@', 'postgres@') });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  /** An account that owns the database and may make no roles, as a managed server gives it. */
  const asWeak = async () => {
    await asSuperuser(
      `CREATE ROLE ${weak} LOGIN`,
      `ALTER DATABASE ${name} OWNER TO ${weak}`,
      `GRANT ALL ON SCHEMA public TO ${weak}`,
      `DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
         LOOP EXECUTE format('ALTER TABLE %I OWNER TO ${weak}', t); END LOOP; END $$`,
    );
    return database.url.replace('sluice@', `${weak}@`);
  };
  const rights = () =>
    database.sql(
      `SELECT relname AS table, string_agg(privilege_type, ',' ORDER BY privilege_type) AS may
       FROM pg_class, aclexplode(relacl) AS acl WHERE acl.grantee = $1::regrole GROUP BY relname ORDER BY relname`,
      [role],
    );

  test('has a name of its own for each database, within what PostgreSQL keeps of it', () => {
    expect(readerRoleOf('sluice')).toBe('sluice_reader_sluice');
    const long = 'x'.repeat(62);
    for (const database of [long, `${long}y`, 'ü'.repeat(31)]) {
      expect(Buffer.byteLength(readerRoleOf(database))).toBeLessThanOrEqual(63);
    }
    expect(readerRoleOf(`${long}a`)).not.toBe(readerRoleOf(`${long}b`));
  });

  test('is made once, by however many start at once, and reads four tables', async () => {
    const roles = await Promise.all([1, 2, 3, 4].map(() => prepareReaderRole(database.url)));
    expect(new Set(roles)).toEqual(new Set([role]));
    const may = 'SELECT';
    const tables = ['contracts', 'entries', 'features', 'rollouts'];
    expect(await rights()).toEqual(tables.map((table) => ({ table, may })));
    const told = 'SELECT rolcanlogin, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = $1';
    expect(await database.sql(told, [role])).toEqual([{ rolcanlogin: false, rolsuper: false, rolcreaterole: false }]);
  });

  test('is made in many databases of one server at once', async () => {
    const others = await Promise.all([1, 2, 3].map(() => makeDatabase()));
    const made = await Promise.all([database, ...others].map(({ url }) => prepareReaderRole(url)));
    expect(new Set(made).size).toBe(4);
    for (const other of others) await other.drop();
  });

  test('gets back a right that it has lost, at the next start', async () => {
    await prepareReaderRole(database.url);
    await database.sql(`REVOKE SELECT ON entries FROM "${role}"`);
    await prepareReaderRole(database.url);
    expect(await rights()).toHaveLength(4);
  });

  test('where the account may not make it, the start is refused with the SQL that makes it; run, it starts', async () => {
    const url = await asWeak();
    const refused = await openAt(url).then(() => 'started', String);
    expect(refused).toContain(`the database account ${weak} may not make the role`);
    const [, sql = ''] = /`(.*)`/.exec(refused) ?? [];
    expect(sql).toBe(`CREATE ROLE "${role}" NOLOGIN; GRANT "${role}" TO "${weak}";`);
    await asSuperuser(sql);
    const opened = await openAt(url);
    expect(await opened.projections.customer('nobody')).toBeNull();
    await opened.close();
  });

  test('where it is there and the account no member of it, the same is said', async () => {
    const url = await asWeak();
    await asSuperuser(`CREATE ROLE "${role}" NOLOGIN`);
    await expect(prepareReaderRole(url)).rejects.toThrow(`GRANT "${role}" TO "${weak}";`);
  });

  test('ROLLOUT-001: with more than it takes, the start is refused', async () => {
    await prepareReaderRole(database.url);
    await database.sql(`GRANT INSERT ON contracts TO "${role}"`);
    await expect(prepareReaderRole(database.url)).rejects.toThrow('may write to contracts');
    await database.sql(`REVOKE INSERT ON contracts FROM "${role}"`);
    await asSuperuser(`GRANT pg_write_all_data TO "${role}"`);
    await expect(prepareReaderRole(database.url)).rejects.toThrow('may write to');
    await asSuperuser(`REVOKE pg_write_all_data FROM "${role}"`, `ALTER ROLE "${role}" SUPERUSER`);
    await expect(prepareReaderRole(database.url)).rejects.toThrow(/more than an ordinary role|may write to/);
  });
});
