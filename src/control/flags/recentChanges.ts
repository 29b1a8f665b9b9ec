/** One change of what evaluators elsewhere are to have. */
export type FlagChange = {
  /** Counts the changes that this process has seen, from 1. */
  readonly position: number;
  readonly feature: string;
  /** The document as JSON; null where the feature was archived. */
  readonly text: string | null;
  /** What the document before it, and it, add to the tag. */
  readonly before: bigint;
  readonly after: bigint;
  /** It names other prerequisites than the document before it. */
  readonly rewired: boolean;
};

const MOST_CHANGES = 1_000;
/** Characters: documents have no limit of their own that would keep a thousand of them small. */
const MOST_TEXT = 4_000_000;

/** The last changes, for readers that were away for a moment. Bounded: who has missed more asks for everything. */
export class RecentChanges {
  readonly #changes: FlagChange[] = [];
  #text = 0;

  add(change: FlagChange): void {
    this.#changes.push(change);
    this.#text += sizeOf(change);
    while (this.#changes.length > MOST_CHANGES || this.#text > MOST_TEXT) this.#forgetOldest();
  }

  /** Null where it is forgotten, or has not been yet. */
  at(position: number): FlagChange | null {
    return this.#changes[position - (this.#changes[0]?.position ?? position)] ?? null;
  }

  newestFirst(): Iterable<FlagChange> {
    return this.#changes.toReversed();
  }

  #forgetOldest(): void {
    const oldest = this.#changes.shift();
    if (oldest !== undefined) this.#text -= sizeOf(oldest);
  }
}

const sizeOf = ({ text }: FlagChange) => text?.length ?? 0;
