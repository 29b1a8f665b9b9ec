import type {
  Acknowledgement,
  AcknowledgementRegister,
  HeardAcknowledgement,
} from '../../control/ports/acknowledgementRegister.ts';
import type { Member } from '../../domain/confirmation/member.ts';
import type { Connection } from './connection.ts';

/** Each write is one statement over arrays, however many it carries, in one order: two writers can't lock each other out. */
export class PostgresAcknowledgements implements AcknowledgementRegister {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async hear(members: readonly string[], atMs: number): Promise<void> {
    const names = [...new Set(members)].sort();
    await this.#connection.query(
      (prisma) => prisma.$executeRaw`
        INSERT INTO members (name, since_ms, heard_at_ms)
        SELECT name, ${atMs}, ${atMs} FROM unnest(${names}::text[]) AS said (name)
        ON CONFLICT (name) DO UPDATE SET heard_at_ms = greatest(members.heard_at_ms, excluded.heard_at_ms)`,
    );
  }

  async acknowledge(acknowledgements: readonly Acknowledgement[], atMs: number): Promise<void> {
    const sorted = lastAcknowledgements(acknowledgements);
    const features = sorted.map(({ feature }) => feature);
    const members = sorted.map(({ member }) => member);
    const versions = sorted.map(({ version }) => BigInt(version));
    await this.hear(members, atMs);
    await this.#connection.query(
      (prisma) => prisma.$executeRaw`
        INSERT INTO acknowledgements (feature, member, version, at_ms)
        SELECT feature, member, version, ${atMs}
        FROM unnest(${features}::text[], ${members}::text[], ${versions}::bigint[]) AS said (feature, member, version)
        ON CONFLICT (feature, member) DO UPDATE SET version = excluded.version, at_ms = excluded.at_ms`,
    );
  }

  async leave(member: string): Promise<void> {
    await this.#connection.query((prisma) => prisma.member.deleteMany({ where: { name: member } }));
  }

  async members(): Promise<readonly Member[]> {
    const rows = await this.#connection.query((prisma) => prisma.member.findMany());
    return rows.map(({ name, sinceMs, heardAtMs }) => ({
      name,
      sinceMs: Number(sinceMs),
      heardAtMs: Number(heardAtMs),
    }));
  }

  async acknowledgements(features: readonly string[]): Promise<readonly HeardAcknowledgement[]> {
    const where = { feature: { in: [...features] } };
    const rows = await this.#connection.query((prisma) => prisma.acknowledgement.findMany({ where }));
    return rows.map((row) => ({ ...row, version: Number(row.version), atMs: Number(row.atMs) }));
  }

  async forgetBefore(beforeMs: number): Promise<void> {
    const before = { lt: BigInt(beforeMs) };
    await this.#connection.query((prisma) => prisma.member.deleteMany({ where: { heardAtMs: before } }));
    await this.#connection.query((prisma) => prisma.acknowledgement.deleteMany({ where: { atMs: before } }));
  }
}

/** One row can't be written twice in one statement. */
function lastAcknowledgements(acknowledgements: readonly Acknowledgement[]): readonly Acknowledgement[] {
  const last = new Map(
    acknowledgements.map((acknowledgement) => [
      `${acknowledgement.feature} ${acknowledgement.member}`,
      acknowledgement,
    ]),
  );
  return [...last].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, acknowledgement]) => acknowledgement);
}
