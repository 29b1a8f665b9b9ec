import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/adapters/postgres/embedded/embeddedPostgres.ts';
import type { Postgres } from '../../src/adapters/postgres/openPostgres.ts';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import { firstBreak } from '../../src/domain/ledger/chain.ts';
import { makeScratch, postmasterPid, removeScratch, until } from '../support/embeddedPostgresScratch.ts';
import { entriesIn, type Kept, LedgerStory, stopAppend, T0, tickAt } from '../support/ledgerStory.ts';
import { type OpenTestPostgres, openAt, openTestPostgres } from '../support/postgresUnderTest.ts';

/** One call of everything that is asked of PostgreSQL. */
const CALLS: readonly (readonly [string, (kept: Kept) => Promise<unknown>])[] = [
  ['ledger.append', ({ ledger }) => ledger.append(stopAppend('stopSet'))],
  ['ledger.entries', ({ ledger }) => ledger.entries('a', { afterSeq: 0, limit: 1 })],
  ['ledger.head', ({ ledger }) => ledger.head('a')],
  ['ledger.ping', ({ ledger }) => ledger.ping()],
  ['features.get', ({ features }) => features.get('a')],
  ['contracts.list', ({ contracts }) => contracts.list({}, { after: null, limit: 1 })],
  ['rollouts.claimDue', ({ rollouts }) => rollouts.claimDue({ nowMs: T0, limit: 1, leaseMs: 1 })],
  ['rollouts.dueAfterSetBack', ({ rollouts }) => rollouts.dueAfterSetBack(T0)],
  ['rollouts.get', ({ rollouts }) => rollouts.get('a')],
  ['installation.get', ({ installation }) => installation.get()],
  ['tokens.all', ({ tokens }) => tokens.all()],
  ['idempotency.begin', ({ idempotency }) => idempotency.begin('t', 'k', 'h', T0)],
  ['outbox.claim', ({ outbox }) => outbox.claim(T0, 1, 1)],
];

describe('PostgreSQL that goes away', () => {
  let scratch: string;
  let server: EmbeddedPostgres;
  let kept: Postgres;
  const folder = () => join(scratch, 'data');
  const startServer = () => startEmbeddedPostgres({ dataDirectory: folder(), log: () => {} });
  beforeAll(async () => {
    scratch = await makeScratch();
    server = await startServer();
    kept = await openAt(server.connectionString);
    await new LedgerStory(kept).active('checkout');
  });
  afterAll(async () => {
    await kept.close();
    await server.stop();
    await removeScratch(scratch);
  });

  test('is the ledger out of reach, and in reach again once it is back, with all that it had', async () => {
    const before = await kept.ledger.entries('checkout', { afterSeq: 0, limit: 10 });
    await server.stop();
    for (const [name, call] of CALLS) {
      await expect(call(kept), name).rejects.toThrow(LedgerUnreachable);
    }
    server = await startServer();
    for (const [name, call] of CALLS) await expect(call(kept), name).resolves.not.toThrow();
    const story = new LedgerStory(kept);
    entriesIn(await kept.ledger.append(await story.say('paused', 'rollout-checkout', T0 + 1)));
    const after = await kept.ledger.entries('checkout', { afterSeq: 0, limit: 10 });
    expect(after.slice(0, -1)).toEqual(before);
    expect(firstBreak(after)).toBeNull();
  });

  test('under writers is a gap in time, never in a chain: what was said to be appended is there, and nothing twice', async () => {
    const said: string[] = [];
    let isOver = false;
    const write = async () => {
      while (!isOver) {
        try {
          said.push(...entriesIn(await kept.ledger.append(stopAppend('stopSet'))).map(({ hash }) => hash));
        } catch (error) {
          expect(error).toBeInstanceOf(LedgerUnreachable);
        }
      }
    };
    const writers = [write(), write(), write()];
    const first = await postmasterPid(folder());
    await until(async () => said.length > 10);
    process.kill(first, 'SIGKILL');
    await until(async () => (await postmasterPid(folder()).catch(() => first)) !== first);
    const already = said.length;
    await until(async () => said.length > already + 10);
    isOver = true;
    await Promise.all(writers);
    const chain = await kept.ledger.entries('@installation', { afterSeq: 0, limit: 100_000 });
    expect(firstBreak(chain)).toBeNull();
    const hashes = chain.map(({ hash }) => hash);
    expect(new Set(said).size).toBe(said.length);
    expect(said.filter((hash) => !hashes.includes(hash))).toEqual([]);
  });

  test('that stands still is out of reach after some seconds, for whoever asks, and in reach once it goes on', async () => {
    // Enough at once to open every connection that there may be: those are the ones that would wait for ever.
    await Promise.all(CALLS.map(([, call]) => call(kept)));
    const processes = [await postmasterPid(folder()), ...(await backendPids(server.connectionString))];
    for (const pid of processes) process.kill(pid, 'SIGSTOP');
    try {
      const asked = CALLS.map(([, call]) => call(kept));
      const outcomes = await Promise.allSettled(asked);
      for (const [index, outcome] of outcomes.entries()) {
        const reason = outcome.status === 'rejected' ? outcome.reason : 'answered';
        expect(reason, CALLS[index]?.[0]).toBeInstanceOf(LedgerUnreachable);
      }
    } finally {
      for (const pid of processes) process.kill(pid, 'SIGCONT');
    }
    await until(() =>
      kept.ledger.ping().then(
        () => true,
        () => false,
      ),
    );
    const chain = await kept.ledger.entries('@installation', { afterSeq: 0, limit: 100_000 });
    expect(firstBreak(chain)).toBeNull();
  });
});

describe('PostgreSQL that is there but can not answer', () => {
  let under: OpenTestPostgres;
  beforeEach(async () => {
    under = await openTestPostgres();
  });
  afterEach(() => under.close());

  const held = async (statement: string) => {
    const client = new Client({ connectionString: under.database.url });
    await client.connect();
    await client.query('BEGIN');
    await client.query(statement);
    return client;
  };

  test('for a lock that somebody keeps, is out of reach, and nothing was written', async () => {
    await under.kept.ledger.append(stopAppend('stopSet'));
    const holder = await held('SELECT FROM chains FOR UPDATE');
    try {
      await expect(under.kept.ledger.append(stopAppend('stopLifted'))).rejects.toThrow(LedgerUnreachable);
      expect(await waitingIn(under)).toBe(0);
    } finally {
      await holder.end();
    }
    expect(await under.kept.installation.get()).toMatchObject({ stop: { atMs: T0 } });
    expect((await under.kept.ledger.append(stopAppend('stopLifted'))).kind).toBe('appended');
  });

  test('because it is read-only, is out of reach for writers and for readiness, and not for readers', async () => {
    await new LedgerStory(under.kept).active('checkout');
    const name = new URL(under.database.url).pathname.slice(1);
    await under.database.sql(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await endSessions(under);
    await until(() =>
      under.kept.rollouts.countLive().then(
        (live) => live === 1,
        () => false,
      ),
    );
    await expect(under.kept.ledger.append(stopAppend('stopSet'))).rejects.toThrow(LedgerUnreachable);
    await expect(under.kept.ledger.ping()).rejects.toThrow(LedgerUnreachable);
    expect(await under.kept.rollouts.countLive()).toBe(1);
  });

  test('as connections that were ended are replaced', async () => {
    await new LedgerStory(under.kept).active('checkout');
    const [claim] = await under.kept.rollouts.claimDue({ nowMs: T0, limit: 1, leaseMs: 1000 });
    await endSessions(under);
    if (claim === undefined) throw new Error('nothing was due');
    await until(() => under.kept.rollouts.storeTick(claim, tickAt(T0), T0).catch(() => false));
    expect((await under.kept.rollouts.get(claim.state.id))?.tick).toEqual(tickAt(T0));
  });

  test('a name that PostgreSQL can not hold is refused in words, and harms nothing', async () => {
    await expect(under.kept.features.get('a\0b')).rejects.toThrow(/0x00/);
    await expect(under.kept.ledger.ping()).resolves.toBeUndefined();
  });
});

/** Sessions that still wait for a lock. */
async function waitingIn({ database }: OpenTestPostgres): Promise<number> {
  const rows = await database.sql(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows.length;
}

/** All but the one that says so. */
async function endSessions({ database }: OpenTestPostgres): Promise<void> {
  await database.sql(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
}

async function backendPids(connectionString: string): Promise<readonly number[]> {
  const client = new Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND usename = 'sluice'`,
  );
  await client.end();
  return rows.map(({ pid }) => pid);
}
