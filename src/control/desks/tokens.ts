import type { Principal } from '../../domain/governance/role.ts';
import { sha256Hex } from '../../domain/ledger/digest.ts';
import type { TokenDirectory } from '../access/tokenDirectory.ts';
import type { NewToken, TokenDesk, TokenView } from '../application.ts';
import type { Chance } from '../ports/chance.ts';
import type { Clock } from '../ports/clock.ts';
import type { TokenRecord, TokenRegister } from '../ports/tokenRegister.ts';
import { Refusal } from '../refusal.ts';

export type TokensDeps = {
  readonly register: TokenRegister;
  readonly directory: TokenDirectory;
  readonly clock: Clock;
  readonly chance: Chance;
};

const TOKEN_BYTES = 32;

/** Tokens: random, shown once, kept as hashes. */
export class Tokens implements TokenDesk {
  readonly #deps: TokensDeps;

  constructor(deps: TokensDeps) {
    this.#deps = deps;
  }

  authenticate(token: string): Principal | null {
    return this.#deps.directory.find(token);
  }

  authenticateStream(key: string): Principal | null {
    return this.#deps.directory.findByStreamKey(key);
  }

  streamKey(tokenId: string): string | null {
    return this.#deps.directory.streamKey(tokenId);
  }

  stands(tokenId: string): boolean {
    return this.#deps.directory.stands(tokenId);
  }

  async issue(_who: Principal, wish: NewToken): Promise<TokenView & { readonly token: string }> {
    const nowMs = this.#deps.clock.nowMs();
    if (wish.expiresAtMs !== null && wish.expiresAtMs <= nowMs)
      throw new Refusal('SCHEMA', 'expiresAt lies in the past');
    const token = `sluice_${this.#deps.chance.hex(TOKEN_BYTES)}`;
    const record: TokenRecord = {
      ...wish,
      tokenId: this.#deps.chance.id(),
      hash: sha256Hex(token),
      createdAtMs: nowMs,
    };
    await this.#deps.register.add(record);
    await this.#deps.directory.refresh();
    return { ...viewOf(record), token };
  }

  async list(): Promise<readonly TokenView[]> {
    return (await this.#deps.register.all()).map(viewOf);
  }

  async revoke(_who: Principal, id: string): Promise<void> {
    const revoked = await this.#deps.register.revoke(id, this.#deps.clock.nowMs());
    if (!revoked) throw new Refusal('NOT_FOUND', 'no such token');
    await this.#deps.directory.refresh();
  }
}

function viewOf({ tokenId, subject, roles, features, expiresAtMs, createdAtMs }: TokenRecord): TokenView {
  return { id: tokenId, subject, roles, features, expiresAtMs, createdAtMs };
}
