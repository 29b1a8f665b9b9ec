import type { Notice, Outbox, OutboxItem } from '../../control/ports/outbox.ts';
import type { Connection } from './connection.ts';
import { documentIn } from './document.ts';

type ItemRow = { readonly id: bigint; readonly notice: unknown; readonly attempts: number };

export class PostgresOutbox implements Outbox {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** A claimed item is due again when its lease ends: it was not said to be delivered. */
  async claim(nowMs: number, limit: number, leaseMs: number): Promise<readonly OutboxItem[]> {
    const rows = await this.#connection.query(
      (prisma) => prisma.$queryRaw<ItemRow[]>`
        WITH due AS (
          SELECT id FROM outbox WHERE due_at_ms <= ${nowMs} ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED
        ), claimed AS (
          UPDATE outbox SET due_at_ms = ${nowMs + leaseMs} FROM due WHERE outbox.id = due.id
          RETURNING outbox.id, outbox.notice, outbox.attempts
        )
        SELECT * FROM claimed ORDER BY id`,
    );
    return rows.map((row) => ({ id: String(row.id), notice: documentIn<Notice>(row.notice), attempts: row.attempts }));
  }

  /** What was told needs no memory here: the ledger has it. */
  async delivered(id: string): Promise<void> {
    await this.#connection.query((prisma) => prisma.outboxItem.deleteMany({ where: { id: BigInt(id) } }));
  }

  async failed(id: string, detail: string, retryAtMs: number | null): Promise<void> {
    const dueAtMs = retryAtMs === null ? null : BigInt(retryAtMs);
    const data = { attempts: { increment: 1 }, dueAtMs, detail };
    await this.#connection.query((prisma) => prisma.outboxItem.updateMany({ where: { id: BigInt(id) }, data }));
  }
}
