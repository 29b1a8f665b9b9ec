import type { Append, Appended, EntryPage, Ledger } from '../../control/ports/ledger.ts';
import { LedgerUnreachable } from '../../control/ports/ledger.ts';
import { type ChainHead, EMPTY_CHAIN } from '../../domain/ledger/chain.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { type AppendPlan, type Conflict, planAppend } from './appendPlan.ts';
import type { Connection, Transaction } from './connection.ts';
import { lostRace } from './databaseError.ts';
import { documentIn } from './document.ts';
import { writePlan } from './planWriter.ts';
import { lockStanding } from './standing.ts';

/** Any number, the same in every Sluice: whoever counts live rollouts to add one queues here. */
const CONCURRENCY_LOCK = 5_818_734;

/** A row of the same key: whose it was. Everything else that two writers can collide over belongs to the chain, and so to the feature. */
const OVER: Readonly<Record<string, Conflict['over']>> = {
  rollouts_pkey: 'rollout',
  contracts_pkey: 'contract',
  waivers_pkey: 'waiver',
};

export class PostgresLedger implements Ledger {
  readonly #connection: Connection;
  readonly #environment: string;

  constructor(connection: Connection, environment: string) {
    this.#connection = connection;
    this.#environment = environment;
  }

  async append(append: Append): Promise<Appended> {
    try {
      return await this.#connection.transaction((transaction) => this.#append(transaction, append));
    } catch (error) {
      const lost = lostRace(error);
      if (lost === null) throw error;
      return { kind: 'conflict', over: OVER[lost.constraint ?? ''] ?? 'feature' };
    }
  }

  async #append(transaction: Transaction, append: Append): Promise<Appended> {
    const standing = await lockStanding(transaction, append);
    const plan = planAppend(standing, append, this.#environment);
    if (plan.kind === 'conflict') return plan;
    const { maxLive } = append.expected;
    if (maxLive !== undefined && (await liveAfter(transaction, plan)) > maxLive) {
      return { kind: 'conflict', over: 'concurrency' };
    }
    await writePlan(transaction, plan, append);
    return { kind: 'appended', entries: plan.entries };
  }

  async entries(chain: string, { afterSeq, limit }: EntryPage): Promise<readonly Entry[]> {
    const rows = await this.#connection.query(
      (prisma) => prisma.$queryRaw<EntryRow[]>`
        SELECT entry FROM entries WHERE chain = ${chain} AND seq > ${afterSeq} ORDER BY seq LIMIT ${limit}`,
    );
    return rows.map(entryIn);
  }

  async entriesOfRollout(rolloutId: string, { afterSeq, limit }: EntryPage): Promise<readonly Entry[]> {
    const rows = await this.#connection.query(
      (prisma) => prisma.$queryRaw<EntryRow[]>`
        SELECT entry FROM entries WHERE rollout_id = ${rolloutId} AND seq > ${afterSeq} ORDER BY seq LIMIT ${limit}`,
    );
    return rows.map(entryIn);
  }

  async head(chain: string): Promise<ChainHead> {
    const row = await this.#connection.query((prisma) => prisma.chain.findUnique({ where: { chain } }));
    return row === null ? EMPTY_CHAIN : { seq: row.seq, hash: row.hash, atMs: Number(row.atMs) };
  }

  /** A chain has no gaps, so the number of its newest entry is how many it has. */
  async count(): Promise<number> {
    const [row] = await this.#connection.query(
      (prisma) => prisma.$queryRaw<{ entries: number }[]>`SELECT coalesce(sum(seq), 0)::float8 AS entries FROM chains`,
    );
    return row?.entries ?? 0;
  }

  async heads(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#connection.query(
      (prisma) => prisma.$queryRaw<{ chain: string; seq: number }[]>`SELECT chain, seq FROM chains`,
    );
    return new Map(rows.map(({ chain, seq }) => [chain, seq]));
  }

  /** Asks for a transaction number, which only a server that takes writes gives out. */
  async ping(): Promise<void> {
    const [row] = await this.#connection.query(
      (prisma) => prisma.$queryRaw<{ writable: boolean }[]>`
        SELECT pg_current_xact_id() IS NOT NULL AND current_setting('transaction_read_only') = 'off'
               AND has_table_privilege('entries', 'INSERT') AS writable`,
    );
    if (row?.writable !== true)
      throw new LedgerUnreachable('PostgreSQL takes no entries: it is read-only for this account');
  }
}

type EntryRow = { readonly entry: unknown };
const entryIn = (row: EntryRow) => documentIn<Entry>(row.entry);

/** Live real rollouts of the installation once the plan is written, counted under a lock that all who count for a start take. */
async function liveAfter(transaction: Transaction, { rollouts }: AppendPlan): Promise<number> {
  await transaction.$queryRaw`SELECT pg_advisory_xact_lock(${CONCURRENCY_LOCK})::text`;
  const planned = rollouts.map(({ state }) => state.id);
  const [row] = await transaction.$queryRaw<{ others: number }[]>`
    SELECT count(*)::int AS others FROM rollouts WHERE live AND NOT id = ANY(${planned})`;
  return (row?.others ?? 0) + rollouts.filter(({ live }) => live).length;
}
