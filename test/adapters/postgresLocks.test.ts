import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/embeddedPostgresScratch.ts';
import { appendOf, LedgerStory, NO_CHANGE, T0, tickAt } from '../support/ledgerStory.ts';
import { type OpenTestPostgres, openTestPostgres } from '../support/postgresUnderTest.ts';

const LEASE_MS = 1000;

describe('a rollout in PostgreSQL that somebody writes to', () => {
  let under: OpenTestPostgres;
  beforeEach(async () => {
    under = await openTestPostgres();
  });
  afterEach(() => under.close());

  const isSomebodyWaiting = async () => {
    const waiting = `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
      WHERE datname = current_database() AND relation = 'entries'::regclass AND NOT granted`;
    return (await under.database.sql(waiting)).length > 0;
  };

  test('is nobody else’s to claim, though its lease has run out between the look at it and the commit', async () => {
    const { kept } = under;
    const story = new LedgerStory(kept);
    const { state } = await story.active('checkout');
    const claimAt = (nowMs: number) => kept.rollouts.claimDue({ nowMs, limit: 1, leaseMs: LEASE_MS });
    const [claim] = await claimAt(T0);
    const blocker = new Client({ connectionString: under.database.url });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE entries IN SHARE MODE');
    const appended = kept.ledger.append({
      ...(await story.say('held', state.id, T0 + 1)),
      expected: { fence: { rolloutId: state.id, fence: claim?.fence ?? 0 } },
      ticked: { rolloutId: state.id, tick: tickAt(T0 + 1), nextCheckAtMs: T0 + 15_000 },
    });
    await until(isSomebodyWaiting);
    expect(await claimAt(T0 + LEASE_MS)).toEqual([]);
    await blocker.query('COMMIT');
    await blocker.end();
    expect((await appended).kind).toBe('appended');
    expect(await claimAt(T0 + LEASE_MS)).toEqual([]);
    expect(await claimAt(T0 + 15_000)).toHaveLength(1);
  });
});

describe('a row in PostgreSQL that somebody else has locked', () => {
  let under: OpenTestPostgres;
  let story: LedgerStory;
  beforeEach(async () => {
    under = await openTestPostgres();
    story = new LedgerStory(under.kept);
  });
  afterEach(() => under.close());

  /** Holds the row that the statement locks for as long as `work` takes. */
  const whileLocked = async <T>(statement: string, work: () => Promise<T>): Promise<T> => {
    const blocker = new Client({ connectionString: under.database.url });
    await blocker.connect();
    try {
      await blocker.query(`BEGIN; ${statement}`);
      return await work();
    } finally {
      await blocker.end();
    }
  };

  test('keeps no scheduler waiting for the other rollouts', async () => {
    await story.active('a');
    await story.active('b');
    const claims = await whileLocked(`SELECT FROM rollouts WHERE id = 'rollout-a' FOR NO KEY UPDATE`, () =>
      under.kept.rollouts.claimDue({ nowMs: T0, limit: 2, leaseMs: LEASE_MS }),
    );
    expect(claims.map(({ state }) => state.id)).toEqual(['rollout-b']);
  });

  test('keeps no deliverer waiting for the other notices', async () => {
    await story.feature('a');
    const notice = {
      kind: 'started',
      urgency: 'news',
      feature: 'a',
      rolloutId: null,
      text: '',
      atMs: T0,
      change: NO_CHANGE,
    } as const;
    const notices = ['first', 'second'].map((text) => ({ ...notice, text }));
    await under.kept.ledger.append(appendOf('a', [], { notices }));
    const items = await whileLocked(`SELECT FROM outbox WHERE notice->>'text' = 'first' FOR NO KEY UPDATE`, () =>
      under.kept.outbox.claim(T0, 2, LEASE_MS),
    );
    expect(items.map((item) => item.notice.text)).toEqual(['second']);
  });
});
