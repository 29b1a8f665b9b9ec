import { sha256OfJson } from './canonicalText.ts';
import { instant, members } from './read.ts';

export type Head = { readonly seq: number; readonly hash: string };

/** SLU-CHAIN: each entry is numbered, sealed and linked to the one before it; the first `prevHash` is 64 zeros. */
export class ChainLinks {
  #chain: string | undefined;
  #environment: unknown;
  #atMs = Number.NEGATIVE_INFINITY;
  #head: Head = { seq: 0, hash: '0'.repeat(64) };

  /** `chain`: the one that all must belong to; without it, that of the first. */
  constructor(chain: string | undefined) {
    this.#chain = chain;
  }

  get head(): Head {
    return this.#head;
  }

  /** What is wrong with the next one, or null. The head moves on only over what holds. */
  follow(entry: unknown): string | null {
    const said = members(entry, 'entry');
    const { hash, ...unsealed } = said;
    const fault =
      this.#fault(said) ?? (sha256OfJson(unsealed) === hash ? null : 'has content that does not match its hash');
    if (fault !== null) return fault;
    this.#chain ??= said['chain'] as string;
    this.#environment ??= said['environment'];
    this.#atMs = instant(said['at'], 'at');
    this.#head = { seq: said['seq'] as number, hash: hash as string };
    return null;
  }

  #fault(said: Readonly<Record<string, unknown>>): string | null {
    if (said['seq'] !== this.#head.seq + 1) return `has the number ${said['seq']}`;
    if (typeof said['chain'] !== 'string') return 'names no chain';
    if (this.#chain !== undefined && said['chain'] !== this.#chain) return `belongs to the chain ${said['chain']}`;
    if (said['prevHash'] !== this.#head.hash) return 'does not name the hash of the entry before it';
    if (typeof said['environment'] !== 'string') return 'names no environment';
    if (this.#environment !== undefined && said['environment'] !== this.#environment)
      return `is of the environment ${said['environment']}`;
    return instant(said['at'], 'at') < this.#atMs ? 'lies before the entry ahead of it in time' : null;
  }
}
