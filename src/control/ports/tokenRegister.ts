import type { Principal } from '../../domain/governance/role.ts';

/** A token as it is kept: its hash, never the token. */
export type TokenRecord = Principal & {
  /** Hex SHA-256 of the token; tokens are 256 random bits, so a plain hash can't be guessed back. */
  readonly hash: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
};

/** Throws `LedgerUnreachable`. */
export interface TokenRegister {
  add(token: TokenRecord): Promise<void>;
  /** All that are not revoked: the directory keeps them in memory, so that the gate can be closed with the database away. */
  all(): Promise<readonly TokenRecord[]>;
  /** False where there is none. */
  revoke(tokenId: string, nowMs: number): Promise<boolean>;
}
