import { sameJson } from '../../domain/feature/sameJson.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { sha256Hex } from '../../domain/ledger/digest.ts';
import type { Clock } from '../ports/clock.ts';
import { LedgerUnreachable } from '../ports/ledger.ts';
import type { TokenRecord, TokenRegister } from '../ports/tokenRegister.ts';

/**
 * The tokens in memory, by hash: no lookup waits for the database, and with it away the known tokens still close the gate.
 * A token revoked elsewhere is gone here after the next refresh.
 */
export class TokenDirectory {
  readonly #register: TokenRegister;
  readonly #clock: Clock;
  readonly #fixed: readonly TokenRecord[];
  #records: readonly TokenRecord[] = [];
  #byHash: ReadonlyMap<string, TokenRecord>;

  /** `fixed`: from the environment, never stored. */
  constructor(register: TokenRegister, clock: Clock, fixed: readonly TokenRecord[]) {
    this.#register = register;
    this.#clock = clock;
    this.#fixed = fixed;
    this.#byHash = new Map(fixed.map((token) => [token.hash, token]));
  }

  /** With the ledger away, what was known goes on. */
  async refresh(): Promise<void> {
    try {
      const found = await this.#register.all();
      if (!sameJson(found, this.#records)) this.restore(found);
    } catch (error) {
      if (!(error instanceof LedgerUnreachable)) throw error;
    }
  }

  /** Those of the register as last read; the very same list until one of them changes. */
  get records(): readonly TokenRecord[] {
    return this.#records;
  }

  /** Those that were known, where the register can't be read. */
  restore(records: readonly TokenRecord[]): void {
    this.#records = records;
    this.#byHash = new Map([...records, ...this.#fixed].map((token) => [token.hash, token]));
  }

  /** Null for an unknown, revoked or expired one. Compared by hash, so how long it takes says nothing about the token. */
  find(token: string): Principal | null {
    const record = this.#byHash.get(sha256Hex(token));
    if (record === undefined) return null;
    const expired = record.expiresAtMs !== null && record.expiresAtMs <= this.#clock.nowMs();
    return expired ? null : record;
  }
}
