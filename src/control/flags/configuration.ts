import { digestOfText, replacedIn } from '../../domain/feature/configurationTag.ts';
import { documentText } from '../../domain/feature/documentText.ts';
import type { FlagDocument } from '../../domain/feature/flagDocument.ts';
import { sameJson } from '../../domain/feature/sameJson.ts';
import type { Clock } from '../ports/clock.ts';
import type { FlagView } from './flagView.ts';
import { RecentChanges } from './recentChanges.ts';

/** A document as evaluators elsewhere get it, and what it adds to the tag. */
type Part = { readonly document: FlagDocument; readonly text: string; readonly digest: bigint };

/**
 * All that lookups meet, as evaluators elsewhere are told of it: which documents, under which tag, and what has changed lately. Kept up
 * to date by one hash for each changed document. `ConfigurationScope` is the part of it that one token may see.
 */
export class Configuration {
  readonly recent = new RecentChanges();
  readonly #view: FlagView;
  readonly #clock: Clock;
  readonly #parts = new Map<string, Part>();
  readonly #watchers = new Set<() => void>();
  #sum = 0n;
  #position = 0;
  #rewiredAt = 0;
  #changedAtMs: number;

  constructor(view: FlagView, clock: Clock) {
    this.#view = view;
    this.#clock = clock;
    this.#changedAtMs = clock.nowMs();
    for (const feature of view.features()) this.#look(feature);
    view.watch((feature) => this.#look(feature));
  }

  /** Of the newest change; 0 before the first one. */
  get position(): number {
    return this.#position;
  }

  /** Of the newest change by which some feature has other prerequisites. */
  get rewiredAt(): number {
    return this.#rewiredAt;
  }

  /** What all documents add up to. */
  get sum(): bigint {
    return this.#sum;
  }

  /** Of the newest change, by the clock of this process. */
  get changedAtMs(): number {
    return this.#changedAtMs;
  }

  /** Milliseconds since the view was last confirmed; infinite before the first time, also where it began with what was last known. */
  get ageMs(): number {
    return this.#view.freshness.confirmedAgeMs();
  }

  /** As old as this, nobody goes by it any more. */
  get staleAfterMs(): number {
    return this.#view.freshness.staleAfterMs;
  }

  part(feature: string): Part | undefined {
    return this.#parts.get(feature);
  }

  /** Of all that are not archived, in no particular order. */
  features(): Iterable<string> {
    return this.#parts.keys();
  }

  /** Tells `watcher` after each change until the answer is called. A watcher must not throw: closing goes by here. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  #look(feature: string): void {
    const before = this.#parts.get(feature);
    const document = this.#view.servedElsewhere(feature);
    const text = document === undefined ? null : documentText(document);
    // Told again is no news.
    if (text === (before?.text ?? null)) return;
    const digest = digestOfText(text);
    if (document === undefined || text === null) this.#parts.delete(feature);
    else this.#parts.set(feature, { document, text, digest });
    const rewired = !sameJson(before?.document.prerequisites ?? [], document?.prerequisites ?? []);
    this.#took({ feature, text, before: before?.digest ?? 0n, after: digest, rewired });
  }

  #took(change: Omit<Parameters<RecentChanges['add']>[0], 'position'>): void {
    this.#position += 1;
    this.#sum = replacedIn(this.#sum, change.before, change.after);
    if (change.rewired) this.#rewiredAt = this.#position;
    this.#changedAtMs = this.#clock.nowMs();
    this.recent.add({ ...change, position: this.#position });
    for (const watcher of this.#watchers) watcher();
  }
}
