import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { SchemaEngine } from '@prisma/schema-engine-wasm';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { makeDatabase, type TestDatabase } from '../support/postgres.ts';

const SCHEMA = join(import.meta.dirname, '..', '..', 'prisma', 'schema.prisma');

/** Columns and indexes of all tables but the log of the migrations. Triggers, rights and storage are beyond what Prisma can say. */
const CATALOG = `
  SELECT table_name || '.' || column_name AS what,
         concat_ws(' ', data_type, udt_name, 'null: ' || is_nullable, column_default) AS how
  FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migrations'
  UNION ALL
  SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'migrations'
  ORDER BY 1`;

test('prisma/schema.prisma and the migrations make the same tables', async () => {
  const migrated = await makeDatabase();
  const described = await makeDatabase('blank');
  try {
    const ddl = await ddlOf(described.url);
    expect(ddl).toContain('CREATE TABLE "entries"');
    await load(described, ddl);
    const catalog = await migrated.sql(CATALOG);
    expect(catalog.length).toBeGreaterThan(50);
    expect(catalog).toEqual(await described.sql(CATALOG));
  } finally {
    await migrated.drop();
    await described.drop();
  }
});

/** What Prisma would run to make the tables of the schema in an empty database. */
async function ddlOf(connectionString: string): Promise<string> {
  const file = { path: SCHEMA, content: await readFile(SCHEMA, 'utf8') };
  const engine = await SchemaEngine.new(
    { datamodels: [[file.path, file.content]] },
    () => {},
    boundAdapter(connectionString),
  );
  try {
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [file] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return stdout ?? '';
  } finally {
    engine.free();
  }
}

/** The engine looks at the server's version; it takes answers wrapped as results. */
function boundAdapter(connectionString: string) {
  const factory = new PrismaPg({ connectionString });
  const ok = <T>(value: T) => ({ ok: true, value });
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => {
      const adapter = await factory.connect();
      return ok({
        provider: adapter.provider,
        adapterName: adapter.adapterName,
        getConnectionInfo: () => ok(adapter.getConnectionInfo()),
        queryRaw: async (query: Parameters<typeof adapter.queryRaw>[0]) => ok(await adapter.queryRaw(query)),
        dispose: async () => ok(await adapter.dispose()),
      });
    },
  };
}

async function load({ url }: TestDatabase, ddl: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(ddl);
  await client.end();
}
