import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PostgresProjections } from '../../src/adapters/postgres/postgresProjections.ts';
import { readerRoleOf } from '../../src/adapters/postgres/readerRole.ts';
import { ReadOnly } from '../../src/adapters/postgres/readOnly.ts';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import { projectionReaderContract } from '../contracts/projectionReader.ts';
import { appendOf, contractOf, entriesIn, LedgerStory, proposedDraft, T0 } from '../support/ledgerStory.ts';
import { type OpenTestPostgres, openTestPostgres } from '../support/postgresUnderTest.ts';

projectionReaderContract('on PostgreSQL', openTestPostgres);

describe('what projections are read in', () => {
  let under: OpenTestPostgres;
  let readOnly: ReadOnly;
  let role: string;
  beforeAll(async () => {
    under = await openTestPostgres();
    await new LedgerStory(under.kept).active('checkout');
    const connectionString = under.database.url;
    role = readerRoleOf(new URL(connectionString).pathname.slice(1));
    readOnly = new ReadOnly({ connectionString, maxConnections: 2, readerRole: () => role });
  });
  afterAll(async () => {
    await readOnly.close();
    await under.close();
  });

  const said = async (...statements: readonly string[]) =>
    readOnly
      .transaction(async (client) => {
        for (const statement of statements) await client.query(statement);
      })
      .then(
        () => 'done',
        // What PostgreSQL said, below what became of it.
        (error: unknown) => String(error instanceof LedgerUnreachable ? error.cause : error),
      );
  const rows = async () => {
    const counted = ['entries', 'chains', 'contracts', 'rollouts', 'features', 'tokens'].map(
      (table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`,
    );
    return (await under.database.sql(`SELECT ${counted.join(', ')}`))[0];
  };

  const WRITES = [
    `INSERT INTO features SELECT 'other', owner, archived, definition, 1, state, 'x' FROM features`,
    'UPDATE features SET archived = true',
    'DELETE FROM contracts',
    'DELETE FROM entries',
    'TRUNCATE rollouts CASCADE',
    'CREATE TABLE hidden (n INTEGER)',
    'CREATE TEMPORARY TABLE hidden (n INTEGER)',
    'DROP TABLE outbox',
    'GRANT INSERT ON entries TO PUBLIC',
    `SELECT nextval('outbox_id_seq')`,
    'SELECT FROM features FOR UPDATE',
    `WITH gone AS (DELETE FROM features RETURNING 1) SELECT * FROM gone`,
    `COPY features TO PROGRAM 'true'`,
  ];
  const OUT_OF_IT = ['RESET ROLE', 'SET ROLE NONE', 'SET LOCAL ROLE NONE', 'RESET SESSION AUTHORIZATION', 'SELECT 1'];
  const REFUSED = /permission denied|read-only transaction|must be superuser|must be owner/;

  test.for(WRITES)('ROLLOUT-001: refuses %s, whatever role it takes back', async (write) => {
    const before = await rows();
    for (const first of OUT_OF_IT)
      expect([first, await said(first, write)]).toEqual([first, expect.stringMatching(REFUSED)]);
    expect(await rows()).toEqual(before);
  });

  test.for(['SET TRANSACTION READ WRITE', 'SET LOCAL transaction_read_only = off'])(
    'ROLLOUT-001: is not made writable by %s',
    async (statement) => {
      for (const first of OUT_OF_IT) {
        expect(await said(first, statement)).toMatch(/read-write mode must be set before any query/);
      }
    },
  );

  test.for(['tokens', 'idempotency_keys', 'outbox', 'ticks', 'chains', 'installation', 'migrations'])(
    'does not see %s',
    async (table) => {
      expect(await said(`SELECT FROM ${table}`)).toMatch(`permission denied for table ${table}`);
    },
  );

  // A table for the session alone is nobody's record, and a grant of what it has not is only warned about.
  test.for(WRITES.filter((write) => !/TEMPORARY|^GRANT/.test(write)))(
    'ROLLOUT-001: the role alone refuses %s, where the transaction may write',
    async (write) => {
      const bare = `BEGIN; SET LOCAL ROLE "${role}"; ${write}; ROLLBACK`;
      expect(await under.database.sql(bare).then(() => 'done', String)).toMatch(/permission denied|must be owner/);
    },
  );

  test('a reading that goes astray leaves its connections fit, and as themselves', async () => {
    for (let time = 0; time < 5; time += 1) await said('SELECT nonsense');
    const who = await readOnly.transaction(async (client) => (await client.query('SELECT current_user AS who')).rows);
    expect(who).toEqual([{ who: role }]);
  });

  test('of a database that is not there is the ledger out of reach', async () => {
    const elsewhere = new URL(under.database.url);
    elsewhere.pathname = '/nowhere';
    const away = new ReadOnly({ connectionString: elsewhere.href, maxConnections: 1, readerRole: () => role });
    await expect(new PostgresProjections(away).customer('checkout')).rejects.toThrow(LedgerUnreachable);
    await away.close();
  });

  test('is of one moment: what is appended meanwhile is not half there', async () => {
    const count =
      'SELECT (SELECT count(*) FROM entries)::int AS entries, (SELECT count(*) FROM contracts)::int AS contracts';
    const [before, after] = await readOnly.transaction(async (client) => {
      const first = (await client.query(count)).rows;
      entriesIn(
        await under.kept.ledger.append(appendOf('checkout', [proposedDraft(contractOf('c9', 'checkout'), T0 + 1)])),
      );
      return [first, (await client.query(count)).rows];
    });
    expect(after).toEqual(before);
  });

  test('asks three questions for a page, however many features it has', async () => {
    let asked = 0;
    class Counting extends ReadOnly {
      override transaction<T>(ask: Parameters<ReadOnly['transaction']>[0]): Promise<T> {
        return super.transaction((client) => {
          const counting = new Proxy(client, {
            get: (target, member) => {
              if (member === 'query') asked += 1;
              const found: unknown = Reflect.get(target, member);
              return typeof found === 'function' ? found.bind(target) : found;
            },
          });
          return ask(counting);
        }) as Promise<T>;
      }
    }
    const counting = new Counting({ connectionString: under.database.url, maxConnections: 1, readerRole: () => role });
    await new PostgresProjections(counting).customers({ after: null, limit: 50, features: null });
    await counting.close();
    expect(asked).toBe(3);
  });
});
