import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { EMPTY_CHAIN, firstBreak } from '../../src/domain/ledger/chain.ts';
import { LedgerStory, T0 } from '../support/ledgerStory.ts';
import { type OpenTestPostgres, openTestPostgres } from '../support/postgresUnderTest.ts';

const CHANGES = [
  `UPDATE entries SET entry = '{}'`,
  `UPDATE entries SET type = type WHERE false`,
  'DELETE FROM entries',
  'DELETE FROM entries WHERE seq = 1',
  'TRUNCATE entries',
  'TRUNCATE entries CASCADE',
  `INSERT INTO entries SELECT * FROM entries ON CONFLICT (chain, seq) DO UPDATE SET hash = ''`,
  'MERGE INTO entries USING entries AS same ON entries.hash = same.hash WHEN MATCHED THEN DELETE',
];

describe('the entries in PostgreSQL', () => {
  let under: OpenTestPostgres;
  beforeAll(async () => {
    under = await openTestPostgres();
    await new LedgerStory(under.kept).active('checkout');
  });
  afterAll(() => under.close());

  const texts = async () =>
    (await under.database.sql('SELECT entry::text AS text FROM entries ORDER BY seq')).map(({ text }) => String(text));

  const refused = async (change: string, as: string, before: readonly string[] = []) => {
    const client = new Client({ connectionString: as });
    await client.connect();
    try {
      for (const statement of before) await client.query(statement);
      return await client.query(change).then(
        () => 'done',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
    } finally {
      await client.end();
    }
  };
  const superuser = () => under.database.url.replace('sluice@', 'postgres@');

  test.for(CHANGES)('%s is refused to their owner, who has no right to it', async (change) => {
    const before = await texts();
    expect(await refused(change, under.database.url)).toMatch(/permission denied|append-only/);
    expect(await texts()).toEqual(before);
  });

  test.for(CHANGES)('%s is refused even where the rights are taken back', async (change) => {
    const before = await texts();
    const grant = 'BEGIN; GRANT ALL ON entries TO CURRENT_USER';
    expect(await refused(change, under.database.url, [grant])).toMatch('the ledger is append-only');
    expect(await texts()).toEqual(before);
  });

  test.for(CHANGES)('%s is refused to a superuser, as a replica too', async (change) => {
    const before = await texts();
    expect(await refused(change, superuser())).toMatch('the ledger is append-only');
    const asReplica = ['SET session_replication_role = replica'];
    expect(await refused(change, superuser(), asReplica)).toMatch('the ledger is append-only');
    expect(await texts()).toEqual(before);
  });

  test('this is a superuser, so the rights do not refuse it', async () => {
    const client = new Client({ connectionString: superuser() });
    await client.connect();
    const { rows } = await client.query(`SELECT has_table_privilege('entries', 'UPDATE') AS may`);
    await client.end();
    expect(rows).toEqual([{ may: true }]);
    expect(inject('postgresUrl')).toContain('sluice@');
  });

  test('SLU-CHAIN: are kept as the canonical text that was hashed, and verify by that text alone', async () => {
    let prevHash = EMPTY_CHAIN.hash;
    for (const text of await texts()) {
      const entry = JSON.parse(text);
      expect(canonicalize(entry)).toBe(text);
      const unsealed = text.replace(`"hash":"${entry.hash}",`, '');
      expect(createHash('sha256').update(unsealed).digest('hex')).toBe(entry.hash);
      expect(entry.prevHash).toBe(prevHash);
      prevHash = entry.hash;
    }
    expect(prevHash).toBe((await under.kept.ledger.head('checkout')).hash);
  });

  test('SLU-CHAIN: a change that was forced past the database is found', async () => {
    const client = new Client({ connectionString: superuser() });
    await client.connect();
    const forged = `replace(entry::text, 'One-page', 'Two-page')::json`;
    await client.query('ALTER TABLE entries DISABLE TRIGGER entries_append_only');
    await client.query(`UPDATE entries SET entry = ${forged} WHERE seq = 1`);
    await client.query('ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_append_only');
    await client.end();
    const chain = await under.kept.ledger.entries('checkout', { afterSeq: 0, limit: 10 });
    expect(firstBreak(chain)).toBe('entry 1: has content that does not match its hash');
    expect(chain[0]?.at).toBe(new Date(T0).toISOString());
  });
});
