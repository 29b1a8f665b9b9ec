import type { FlagDocuments } from './flagDocuments.ts';
import type { Freshness } from './freshness.ts';
import type { Snapshot } from './snapshot.ts';
import type { StreamEvent } from './streamEvent.ts';

export type MirrorOptions = {
  readonly documents: FlagDocuments;
  readonly freshness: Freshness;
  readonly monotonicMs: () => number;
  /** Lookups meet something else of these from now on. Must not throw: closing goes by here. */
  readonly changed: (features: readonly string[]) => void;
  readonly unreadable: (feature: string) => void;
};

/** `upToDate`: nothing is missing. `missed`: something is, and a snapshot is needed. */
type Taken = 'taken' | 'upToDate' | 'missed';

/** Two heartbeats that name another state: one may overtake the changes that it counts already. */
const STRAYS = 2;

/** What Sluice serves, as far as it was heard: the documents, which state of Sluice they are, and how old that is. */
export class Mirror {
  readonly #options: MirrorOptions;
  #tag: string | null = null;
  #staleAfterMs = 0;
  /** A snapshot came from a replica that was elsewhere than the stream: changes alone then don't lead to the stream's state. */
  #isAstray = false;
  #strays = 0;
  /** The state that a snapshot is asked for; null while none is. */
  #awaited: string | null = null;

  constructor(options: MirrorOptions) {
    this.#options = options;
  }

  /** The state of Sluice that the documents are; null before the first. */
  get tag(): string | null {
    return this.#tag;
  }

  /** The present documents in the form in which Sluice tells them. */
  text(): string {
    const flags = this.#options.documents.all();
    return JSON.stringify({ schema: 1, staleAfterSeconds: this.#staleAfterMs / 1000, flags });
  }

  /** Takes what was written to disk: the same, but of an age that nobody knows. */
  restore(snapshot: Snapshot, tag: string): void {
    this.#takeDocuments(snapshot);
    this.#tag = tag;
  }

  /** `askedAtMs`: before the request went out, since its answer may have been under way for long. */
  takeSnapshot(snapshot: Snapshot, tag: string, { ageMs, askedAtMs }: { ageMs: number; askedAtMs: number }): void {
    this.restore(snapshot, tag);
    this.unchanged({ ageMs, askedAtMs });
  }

  /** The server has what is here; only its age is news. */
  unchanged({ ageMs, askedAtMs }: { ageMs: number; askedAtMs: number }): void {
    this.#options.freshness.heard(ageMs, askedAtMs);
    this.#isAstray = this.#awaited !== null && this.#awaited !== this.#tag;
    this.#awaited = null;
  }

  take(event: StreamEvent): Taken {
    switch (event.kind) {
      case 'alive':
        return this.#takeAlive(event);
      case 'refetch':
        return this.#await(event.tag);
      case 'unreadable':
        this.#options.unreadable(event.feature);
        break;
      case 'flag':
        this.#tell(this.#options.documents.take(event.feature, event.document));
    }
    // The age is no news: a server tells of its own closings also while it hears from nobody.
    if (!this.#isAstray && event.tag !== null) this.#tag = event.tag;
    return 'taken';
  }

  #takeAlive({ tag, ageMs }: Extract<StreamEvent, { kind: 'alive' }>): Taken {
    if (tag === this.#tag) {
      this.#isAstray = false;
      this.#strays = 0;
      this.#options.freshness.heard(ageMs, this.#options.monotonicMs());
      return 'upToDate';
    }
    // That Sluice is fresh makes nothing fresh here while a change of it is missing.
    this.#strays += 1;
    return this.#isAstray || this.#strays >= STRAYS ? this.#await(tag) : 'taken';
  }

  #await(tag: string): Taken {
    this.#awaited = tag;
    this.#strays = 0;
    return 'missed';
  }

  #takeDocuments({ staleAfterMs, documents, unreadable }: Snapshot): void {
    this.#staleAfterMs = staleAfterMs;
    this.#options.freshness.trustFor(staleAfterMs);
    for (const feature of unreadable) this.#options.unreadable(feature);
    this.#tell(this.#options.documents.takeAll(documents, unreadable));
  }

  #tell(features: readonly string[]): void {
    if (features.length > 0) this.#options.changed(features);
  }
}
