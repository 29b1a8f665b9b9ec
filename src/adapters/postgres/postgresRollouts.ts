import type { Cursor } from '../../control/ports/featureRegister.ts';
import type {
  Claim,
  ClaimRequest,
  RolloutFilter,
  RolloutRecord,
  RolloutRegister,
  Tick,
} from '../../control/ports/rolloutRegister.ts';
import type { Connection } from './connection.ts';
import { documentIn } from './document.ts';
import { Prisma } from './generated/client.ts';
import { claimDue } from './rolloutClaims.ts';
import { ROLLOUT_COLUMNS, ROLLOUT_TABLES, type RolloutRow, rolloutIn } from './rolloutRow.ts';

type Lease = Pick<Claim, 'state' | 'fence'>;

/** As many as surely go in one statement's time. */
const FORGOTTEN_AT_ONCE = 10_000;

export class PostgresRollouts implements RolloutRegister {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  claimDue(request: ClaimRequest): Promise<readonly Claim[]> {
    return claimDue(this.#connection, request);
  }

  async dueAfterSetBack(nowMs: number): Promise<void> {
    await this.#connection.query(
      (prisma) => prisma.$executeRaw`
        UPDATE rollouts SET next_check_at_ms = ${nowMs}, lease_until_ms = NULL
        WHERE next_check_at_ms > ${nowMs} AND tick_at_ms > ${nowMs}`,
    );
  }

  /** One round trip, the statement that runs most often. */
  async storeTick({ state, fence }: Lease, tick: Tick, nextCheckAtMs: number): Promise<boolean> {
    const { atMs } = tick.poll;
    const stored = await this.#connection.query(
      (prisma) => prisma.$executeRaw`
        WITH kept AS (
          UPDATE rollouts SET tick_at_ms = ${atMs}, next_check_at_ms = ${nextCheckAtMs}, lease_until_ms = NULL
          WHERE id = ${state.id} AND version = ${state.version} AND fence = ${fence} RETURNING id
        )
        INSERT INTO ticks (rollout_id, at_ms, tick) SELECT id, ${atMs}, ${JSON.stringify(tick)}::json FROM kept
        ON CONFLICT (rollout_id, at_ms) DO UPDATE SET tick = excluded.tick`,
    );
    return stored === 1;
  }

  async release({ state, fence }: Lease, nextCheckAtMs: number): Promise<void> {
    await this.#connection.query(
      (prisma) => prisma.$executeRaw`
        UPDATE rollouts SET next_check_at_ms = ${nextCheckAtMs}, lease_until_ms = NULL
        WHERE id = ${state.id} AND fence = ${fence} AND next_check_at_ms IS NOT NULL`,
    );
  }

  async get(id: string): Promise<RolloutRecord | null> {
    const [record] = await this.#select(Prisma.sql`WHERE rollouts.id = ${id}`);
    return record ?? null;
  }

  list(filter: RolloutFilter, { after, limit }: Cursor): Promise<readonly RolloutRecord[]> {
    const { feature, wedgeState, dryRun } = filter;
    const conditions = [
      Prisma.sql`TRUE`,
      ...(feature === undefined ? [] : [Prisma.sql`rollouts.feature = ${feature}`]),
      ...(wedgeState === undefined ? [] : [Prisma.sql`rollouts.wedge_state = ${wedgeState}`]),
      ...(dryRun === undefined ? [] : [Prisma.sql`rollouts.dry_run = ${dryRun}`]),
      ...(after === null ? [] : [olderThan(after)]),
    ];
    return this.#select(
      Prisma.sql`WHERE ${Prisma.join(conditions, ' AND ')} ORDER BY rollouts.created_at_ms DESC, rollouts.id DESC LIMIT ${limit}`,
    );
  }

  async ticks(
    id: string,
    { fromMs, toMs, limit }: { readonly fromMs: number; readonly toMs: number; readonly limit: number },
  ): Promise<readonly Tick[]> {
    const rows = await this.#connection.query(
      (prisma) => prisma.$queryRaw<{ tick: unknown }[]>`
        SELECT tick FROM ticks WHERE rollout_id = ${id} AND at_ms BETWEEN ${fromMs} AND ${toMs} ORDER BY at_ms LIMIT ${limit}`,
    );
    return rows.map((row) => documentIn<Tick>(row.tick));
  }

  countLive(): Promise<number> {
    return this.#connection.query((prisma) => prisma.rollout.count({ where: { live: true } }));
  }

  /** The last tick of a rollout is part of its state, however old. */
  async forgetTicksBefore(beforeMs: number): Promise<void> {
    let forgotten: number;
    do {
      forgotten = await this.#connection.query(
        (prisma) => prisma.$executeRaw`
          DELETE FROM ticks WHERE ctid = ANY(ARRAY(
            SELECT old.ctid FROM ticks AS old WHERE old.at_ms < ${beforeMs} AND NOT EXISTS (
              SELECT FROM rollouts WHERE rollouts.id = old.rollout_id AND rollouts.tick_at_ms = old.at_ms
            ) LIMIT ${FORGOTTEN_AT_ONCE}
          ))`,
      );
    } while (forgotten === FORGOTTEN_AT_ONCE);
  }

  async #select(condition: Prisma.Sql): Promise<readonly RolloutRecord[]> {
    const rows = await this.#connection.query(
      (prisma) => prisma.$queryRaw<RolloutRow[]>`SELECT ${ROLLOUT_COLUMNS} FROM ${ROLLOUT_TABLES} ${condition}`,
    );
    return rows.map(rolloutIn);
  }
}

const olderThan = (id: string) => Prisma.sql`
  (rollouts.created_at_ms, rollouts.id) < (SELECT newer.created_at_ms, newer.id FROM rollouts AS newer WHERE newer.id = ${id})`;
