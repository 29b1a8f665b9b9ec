import type { Cursor } from '../../control/ports/featureRegister.ts';
import type { WaiverFilter, WaiverRegister } from '../../control/ports/waiverRegister.ts';
import type { WaiverStanding, WaiverState } from '../../domain/governance/waiverState.ts';
import type { Connection } from './connection.ts';
import { documentIn } from './document.ts';
import { Prisma } from './generated/client.ts';

const OPEN = { in: ['requested', 'approved'] };

export class PostgresWaivers implements WaiverRegister {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(id: string): Promise<WaiverState | null> {
    const row = await this.#connection.query((prisma) => prisma.waiver.findUnique({ where: { id } }));
    return row === null ? null : documentIn<WaiverState>(row.state);
  }

  async list(filter: WaiverFilter, nowMs: number, { after, limit }: Cursor): Promise<readonly WaiverState[]> {
    const { feature, standing } = filter;
    const conditions = [
      Prisma.sql`TRUE`,
      ...(feature === undefined ? [] : [Prisma.sql`feature = ${feature}`]),
      ...(standing === undefined ? [] : [standsAs(standing, nowMs)]),
      ...(after === null ? [] : [olderThan(after)]),
    ];
    const rows = await this.#connection.query(
      (prisma) => prisma.$queryRaw<{ state: unknown }[]>`
        SELECT state FROM waivers WHERE ${Prisma.join(conditions, ' AND ')}
        ORDER BY requested_at_ms DESC, id DESC LIMIT ${limit}`,
    );
    return rows.map((row) => documentIn<WaiverState>(row.state));
  }

  async ofPlan(feature: string, planDigest: string): Promise<readonly WaiverState[]> {
    const rows = await this.#connection.query((prisma) =>
      prisma.waiver.findMany({ where: { feature, planDigest }, orderBy: [{ requestedAtMs: 'asc' }, { id: 'asc' }] }),
    );
    return rows.map((row) => documentIn<WaiverState>(row.state));
  }

  async over(nowMs: number, limit: number): Promise<readonly WaiverState[]> {
    const rows = await this.#connection.query((prisma) =>
      prisma.waiver.findMany({
        where: { standing: OPEN, expiresAtMs: { lte: nowMs } },
        orderBy: [{ expiresAtMs: 'asc' }, { id: 'asc' }],
        take: limit,
      }),
    );
    return rows.map((row) => documentIn<WaiverState>(row.state));
  }
}

/** The column knows no clock: what is over is expired, whether an entry says so yet or not. */
function standsAs(standing: WaiverStanding, nowMs: number): Prisma.Sql {
  switch (standing) {
    case 'rejected':
      return Prisma.sql`standing = 'rejected'`;
    case 'expired':
      return Prisma.sql`(standing = 'expired' OR standing IN ('requested', 'approved') AND expires_at_ms <= ${nowMs})`;
    case 'requested':
    case 'approved':
      return Prisma.sql`standing = ${standing} AND expires_at_ms > ${nowMs}`;
  }
}

const olderThan = (id: string) =>
  Prisma.sql`(requested_at_ms, id) < (SELECT requested_at_ms, id FROM waivers WHERE id = ${id})`;
