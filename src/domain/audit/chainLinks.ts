import { sha256Without } from './canonicalText.ts';
import { instant, type Members, members } from './read.ts';
import type { Finding } from './report.ts';

export type Head = { readonly seq: number; readonly hash: string };

export type ChainOptions = {
  /** The one that all entries must belong to; without it, that of the first. */
  readonly chain?: string;
  /** The entry that the chain must reach, where somebody else remembers it: entries cut off from the end leave no other trace. */
  readonly end?: Head;
};

/** SLU-CHAIN: each entry is numbered, sealed and linked to the one before it; the first `prevHash` is 64 zeros. */
export class ChainLinks {
  readonly #end: Head | undefined;
  #chain: string | undefined;
  #environment: string | undefined;
  #atMs = Number.NEGATIVE_INFINITY;
  #head: Head = { seq: 0, hash: '0'.repeat(64) };

  constructor({ chain, end }: ChainOptions) {
    this.#chain = chain;
    this.#end = end;
  }

  get head(): Head {
    return this.#head;
  }

  /** What is wrong with the next one, or null. The head moves on only over what holds. */
  follow(entry: unknown): string | null {
    const said = members(entry, 'entry');
    const { seq, chain, environment } = said;
    if (seq !== this.#head.seq + 1) return `has the number ${seq}`;
    if (typeof chain !== 'string' || chain !== (this.#chain ?? chain)) return `belongs to the chain ${chain}`;
    if (typeof environment !== 'string' || environment !== (this.#environment ?? environment))
      return `belongs to the environment ${environment}`;
    const fault = this.#unsealed(said);
    if (fault !== null) return fault;
    this.#chain = chain;
    this.#environment = environment;
    this.#atMs = instant(said['at'], 'at');
    this.#head = { seq, hash: String(said['hash']) };
    return null;
  }

  #unsealed(said: Members): string | null {
    const { hash } = said;
    if (said['prevHash'] !== this.#head.hash) return 'does not name the hash of the entry before it';
    if (instant(said['at'], 'at') < this.#atMs) return 'lies before the entry ahead of it in time';
    if (sha256Without(said, 'hash') !== hash) return 'has content that does not match its hash';
    const isEnd = said['seq'] === this.#end?.seq;
    return isEnd && hash !== this.#end?.hash ? 'is not the one that the chain ends with' : null;
  }

  /** The first that should follow, where the end has not been reached. */
  missing(): readonly Finding[] {
    if (this.#end === undefined || this.#head.seq >= this.#end.seq) return [];
    return [{ check: 'SLU-CHAIN', seq: this.#head.seq + 1, rollout: null, message: 'is gone' }];
  }
}
