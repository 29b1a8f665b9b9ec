import { sameJson } from '../../domain/feature/sameJson.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { streamKeyOf } from '../../domain/governance/streamKey.ts';
import { sha256Hex } from '../../domain/ledger/digest.ts';
import type { Clock } from '../ports/clock.ts';
import { LedgerUnreachable } from '../ports/ledger.ts';
import type { TokenRecord, TokenRegister } from '../ports/tokenRegister.ts';

/** A token and what stands for it in the address of a stream. */
type Known = { readonly token: TokenRecord; readonly streamKey: string; readonly streamKeyHash: string };

/**
 * The tokens in memory, by hash: no lookup waits for the database, and with it away the known tokens still close the gate.
 * A token revoked elsewhere is gone here after the next refresh.
 */
export class TokenDirectory {
  readonly #register: TokenRegister;
  readonly #clock: Clock;
  readonly #fixed: readonly TokenRecord[];
  #records: readonly TokenRecord[] = [];
  #byHash: ReadonlyMap<string, Known> = new Map();
  #byId: ReadonlyMap<string, Known> = new Map();
  #byStreamKey: ReadonlyMap<string, Known> = new Map();
  #bySubject: ReadonlyMap<string, readonly TokenRecord[]> = new Map();

  /** `fixed`: from the environment, never stored. */
  constructor(register: TokenRegister, clock: Clock, fixed: readonly TokenRecord[]) {
    this.#register = register;
    this.#clock = clock;
    this.#fixed = fixed;
    this.#know(fixed);
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
    this.#know([...records, ...this.#fixed]);
  }

  /** Null for an unknown, revoked or expired one. Compared by hash, so how long it takes says nothing about the token. */
  find(token: string): Principal | null {
    return this.#standing(this.#byHash.get(sha256Hex(token)));
  }

  /** The token that a stream key stands for, as long as that stands. Found by the key's hash, for the same reason. */
  findByStreamKey(key: string): Principal | null {
    return this.#standing(this.#byStreamKey.get(sha256Hex(key)));
  }

  /** Null where the token does not stand any more. */
  streamKey(tokenId: string): string | null {
    const known = this.#byId.get(tokenId);
    return known === undefined || this.#standing(known) === null ? null : known.streamKey;
  }

  /** What a stream that was opened asks again and again. */
  stands(tokenId: string): boolean {
    return this.#standing(this.#byId.get(tokenId)) !== null;
  }

  /** What all tokens of a subject together are for; null: every feature, or no token of it is known. */
  featuresOf(subject: string): readonly string[] | null {
    const lists = this.#bySubject.get(subject)?.map(({ features }) => features) ?? [null];
    return lists.every((features) => features !== null) ? lists.flat() : null;
  }

  #know(tokens: readonly TokenRecord[]): void {
    const all = tokens.map((token) => this.#withKey(token));
    this.#byHash = new Map(all.map((known) => [known.token.hash, known]));
    this.#byId = new Map(all.map((known) => [known.token.tokenId, known]));
    this.#byStreamKey = new Map(all.map((known) => [known.streamKeyHash, known]));
    this.#bySubject = Map.groupBy(tokens, ({ subject }) => subject);
  }

  /** Worked out once for each token, not at each refresh: nothing about a token ever changes but that it ends. */
  #withKey(token: TokenRecord): Known {
    const known = this.#byHash.get(token.hash);
    if (known !== undefined) return known;
    const streamKey = streamKeyOf(token.hash);
    return { token, streamKey, streamKeyHash: sha256Hex(streamKey) };
  }

  #standing(known: Known | undefined): Principal | null {
    if (known === undefined) return null;
    const { expiresAtMs } = known.token;
    const isExpired = expiresAtMs !== null && expiresAtMs <= this.#clock.nowMs();
    return isExpired ? null : known.token;
  }
}
