import {
  type IdempotencyRegister,
  type IdempotentAnswer,
  KEPT_MS,
  type Reservation,
} from '../../control/ports/idempotencyRegister.ts';
import type { Connection } from './connection.ts';
import { documentIn } from './document.ts';

export class PostgresIdempotency implements IdempotencyRegister {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async begin(tokenId: string, key: string, requestHash: string, nowMs: number): Promise<Reservation> {
    if (await this.#reserve(tokenId, key, requestHash, nowMs)) return { kind: 'fresh' };
    const where = { tokenId_key: { tokenId, key } };
    const held = await this.#connection.query((prisma) => prisma.idempotencyKey.findUnique({ where }));
    // Abandoned between the two looks: who asks again finds it free.
    if (held === null) return { kind: 'busy' };
    if (held.requestHash !== requestHash) return { kind: 'mismatch' };
    return held.answer === null
      ? { kind: 'busy' }
      : { kind: 'answered', answer: documentIn<IdempotentAnswer>(held.answer) };
  }

  /** One statement, so that of two equal requests exactly one gets the key. */
  async #reserve(tokenId: string, key: string, requestHash: string, nowMs: number): Promise<boolean> {
    const reserved = await this.#connection.query(
      (prisma) => prisma.$executeRaw`
        INSERT INTO idempotency_keys AS held (token_id, key, request_hash, begun_at_ms)
        VALUES (${tokenId}, ${key}, ${requestHash}, ${nowMs})
        ON CONFLICT (token_id, key) DO UPDATE
        SET request_hash = excluded.request_hash, begun_at_ms = excluded.begun_at_ms, answer = NULL
        WHERE held.begun_at_ms <= ${nowMs - KEPT_MS}`,
    );
    return reserved === 1;
  }

  async keep(tokenId: string, key: string, answer: IdempotentAnswer): Promise<void> {
    const { requestHash } = answer;
    await this.#connection.query((prisma) =>
      prisma.idempotencyKey.updateMany({ where: { tokenId, key, requestHash }, data: { answer } }),
    );
  }

  async abandon(tokenId: string, key: string): Promise<void> {
    await this.#connection.query(
      (prisma) => prisma.$executeRaw`
        DELETE FROM idempotency_keys WHERE token_id = ${tokenId} AND key = ${key} AND answer IS NULL`,
    );
  }

  async forgetBefore(beforeMs: number): Promise<void> {
    const where = { begunAtMs: { lt: BigInt(beforeMs) } };
    await this.#connection.query((prisma) => prisma.idempotencyKey.deleteMany({ where }));
  }
}
