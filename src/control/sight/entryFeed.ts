import type { Entry } from '../../domain/ledger/entry.ts';
import { type Ledger, LedgerUnreachable } from '../ports/ledger.ts';

/** An entry in brief: what a viewer needs to know whether to look closer. */
export type EntryNews = Pick<
  Entry,
  'feature' | 'rollout' | 'type' | 'stage' | 'percentageAfter' | 'reason' | 'at' | 'seq'
>;

/** Entries that were found together. Found by another replica, they may come in another order, or in other company. */
export type EntryBatch = {
  /** How many entries all chains had together when these had been written: the same set of entries in every replica. */
  readonly count: number;
  readonly entries: readonly EntryNews[];
};

const MOST_ENTRIES = 1_000;

/**
 * What was written into the ledger, by whichever replica: found by looking, since a message that tells of it could be lost. One number is
 * asked for at each look, and only where it has grown, which chains have. Entries are told in batches, in the order in which they were
 * committed; between two batches it is known of every entry whether it was told.
 */
export class EntryFeed {
  readonly #ledger: Ledger;
  #heads: ReadonlyMap<string, number> | null = null;
  #count = 0;
  #batches: readonly EntryBatch[] = [];
  /** All entries up to this count were forgotten, or never looked at. */
  #forgotten = 0;
  #looking = false;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Where whoever has heard everything stands; null before the first look. */
  get count(): number | null {
    return this.#heads === null ? null : this.#count;
  }

  /** Looks once; while a look is under way, or the ledger away, it comes to nothing. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      await this.#look();
    } catch (error) {
      if (!(error instanceof LedgerUnreachable)) throw error;
    } finally {
      this.#looking = false;
    }
  }

  /**
   * Where to go on for whoever has heard of all entries up to `count`: there, or a little before, so that some may come twice and none is
   * left out. Null where that is not known any more.
   */
  resume(count: number): number | null {
    if (this.#heads === null || count < this.#forgotten || count > this.#count) return null;
    const before = this.#batches.findLast((batch) => batch.count <= count);
    return before?.count ?? this.#forgotten;
  }

  /** The batch after this position; null after the last one. `unknown`: it is forgotten. */
  next(position: number): EntryBatch | 'unknown' | null {
    if (position < this.#forgotten) return 'unknown';
    return this.#batches.find((batch) => batch.count > position) ?? null;
  }

  async #look(): Promise<void> {
    if (this.#heads !== null && (await this.#ledger.count()) === this.#count) return;
    const heads = await this.#ledger.heads();
    const count = heads.values().reduce((sum, seq) => sum + seq, 0);
    if (this.#heads === null || count - this.#count > MOST_ENTRIES) this.#beginAt(count);
    else this.#add({ count, entries: await this.#between(this.#heads, heads) });
    this.#heads = heads;
    this.#count = count;
  }

  /** What was written before is not told any more. */
  #beginAt(count: number): void {
    this.#batches = [];
    this.#forgotten = count;
  }

  #add(batch: EntryBatch): void {
    this.#batches = [...this.#batches, batch];
    const told = () => batch.count - this.#forgotten;
    while (told() > MOST_ENTRIES && this.#batches.length > 1) {
      this.#forgotten = this.#batches[0]?.count ?? this.#forgotten;
      this.#batches = this.#batches.slice(1);
    }
  }

  async #between(
    before: ReadonlyMap<string, number>,
    after: ReadonlyMap<string, number>,
  ): Promise<readonly EntryNews[]> {
    const found: Entry[] = [];
    for (const [chain, seq] of after) {
      const afterSeq = before.get(chain) ?? 0;
      if (seq > afterSeq) found.push(...(await this.#ledger.entries(chain, { afterSeq, limit: seq - afterSeq })));
    }
    return found.toSorted(byTime).map(newsOf);
  }
}

/** Of one chain they stay in their order. */
function byTime(one: Entry, other: Entry): number {
  return Date.parse(one.recordedAt) - Date.parse(other.recordedAt);
}

/** What it rests on stays in the ledger: a thousand of these are kept in memory. */
function newsOf({ feature, rollout, type, stage, percentageAfter, reason, at, seq }: Entry): EntryNews {
  return { feature, rollout, type, stage, percentageAfter, reason, at, seq };
}
