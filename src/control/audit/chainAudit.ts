import { type ChainHead, EMPTY_CHAIN, firstBreak, headOf } from '../../domain/ledger/chain.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { type Ledger, LedgerUnreachable } from '../ports/ledger.ts';

/** INCONCLUSIVE: the ledger did not answer, so nothing may open. */
export type ChainVerdict = {
  readonly verdict: 'PASS' | 'FAIL' | 'INCONCLUSIVE';
  readonly throughSeq: number;
  readonly finding: string | null;
};

const PAGE = 500;

/** The check of a visit's ledger: incrementally at each tick, from the very beginning before anything opens. */
export class ChainAudit {
  readonly #ledger: Ledger;
  /** Heads that were verified; a chain that broke has none, and is looked at from its beginning until it holds. */
  readonly #verified = new Map<string, ChainHead>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Only what has come since the last look. */
  async sinceLastLook(chain: string, headSeq: number): Promise<ChainVerdict> {
    const from = this.#verified.get(chain) ?? EMPTY_CHAIN;
    if (from.seq >= headSeq) return { verdict: 'PASS', throughSeq: from.seq, finding: null };
    return this.#verify(chain, from);
  }

  /** Everything: a tampered old entry must not be carried past by a cached head. */
  async fromTheBeginning(chain: string): Promise<ChainVerdict> {
    return this.#verify(chain, EMPTY_CHAIN);
  }

  async #verify(chain: string, from: ChainHead): Promise<ChainVerdict> {
    try {
      return await this.#follow(chain, from);
    } catch (error) {
      if (!(error instanceof LedgerUnreachable)) throw error;
      return { verdict: 'INCONCLUSIVE', throughSeq: from.seq, finding: 'the ledger can not be reached' };
    }
  }

  async #follow(chain: string, from: ChainHead): Promise<ChainVerdict> {
    // Read first: what is appended meanwhile only comes after it.
    const end = await this.#ledger.head(chain);
    let head = from;
    for (;;) {
      const page: readonly Entry[] = await this.#ledger.entries(chain, { afterSeq: head.seq, limit: PAGE });
      const finding = firstBreak(page, head, chain);
      if (finding !== null) return this.#failed(chain, head, finding);
      const last = page.find(({ seq }) => seq === end.seq);
      if (last !== undefined && last.hash !== end.hash)
        return this.#failed(chain, head, `entry ${end.seq}: is not the one that the chain ends with`);
      head = page.length === 0 ? head : headOf(page[page.length - 1] as Entry);
      if (page.length < PAGE) break;
    }
    if (head.seq < end.seq) return this.#failed(chain, head, `entry ${head.seq + 1}: is gone`);
    this.#verified.set(chain, head);
    return { verdict: 'PASS', throughSeq: head.seq, finding: null };
  }

  #failed(chain: string, head: ChainHead, finding: string): ChainVerdict {
    this.#verified.delete(chain);
    return { verdict: 'FAIL', throughSeq: head.seq, finding };
  }
}
