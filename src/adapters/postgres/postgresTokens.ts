import type { TokenRecord, TokenRegister } from '../../control/ports/tokenRegister.ts';
import type { Role } from '../../domain/governance/role.ts';
import type { Connection } from './connection.ts';
import { documentIn } from './document.ts';
import { Prisma, type Token } from './generated/client.ts';

export class PostgresTokens implements TokenRegister {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async add({ tokenId, features, createdAtMs, expiresAtMs, roles, ...plain }: TokenRecord): Promise<void> {
    const data = {
      ...plain,
      id: tokenId,
      roles: [...roles],
      features: features === null ? Prisma.DbNull : [...features],
      createdAtMs: BigInt(createdAtMs),
      expiresAtMs: expiresAtMs === null ? null : BigInt(expiresAtMs),
    };
    await this.#connection.query((prisma) => prisma.token.create({ data }));
  }

  async all(): Promise<readonly TokenRecord[]> {
    const rows = await this.#connection.query((prisma) =>
      prisma.token.findMany({ where: { revokedAtMs: null }, orderBy: [{ createdAtMs: 'asc' }, { id: 'asc' }] }),
    );
    return rows.map(recordOf);
  }

  async revoke(tokenId: string, nowMs: number): Promise<boolean> {
    const { count } = await this.#connection.query((prisma) =>
      prisma.token.updateMany({ where: { id: tokenId, revokedAtMs: null }, data: { revokedAtMs: BigInt(nowMs) } }),
    );
    return count === 1;
  }
}

const recordOf = ({ id, hash, subject, roles, features, createdAtMs, expiresAtMs }: Token): TokenRecord => ({
  tokenId: id,
  hash,
  subject,
  roles: documentIn<readonly Role[]>(roles),
  features: documentIn<readonly string[] | null>(features),
  createdAtMs: Number(createdAtMs),
  expiresAtMs: expiresAtMs === null ? null : Number(expiresAtMs),
});
