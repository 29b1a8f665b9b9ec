import { closedOver } from '../../domain/feature/closedOver.ts';
import type { EvaluationContext } from '../../domain/feature/context.ts';
import { type Evaluation, evaluate, flagNotFound } from '../../domain/feature/evaluation.ts';
import { type Explanation, explain } from '../../domain/feature/explain.ts';
import type { FlagDocument } from '../../domain/feature/flagDocument.ts';
import { editsOf, type HandFields, UNTOUCHED } from '../../domain/feature/handFields.ts';
import type { SeenEdits } from '../../domain/feature/heldEdits.ts';
import { isLowering } from '../../domain/feature/lowering.ts';
import { sameJson } from '../../domain/feature/sameJson.ts';
import type { StoredFlag } from '../../domain/feature/storedFlag.ts';
import type { Lookup } from '../../domain/feature/subject.ts';
import type { FlagListener } from '../ports/flagStore.ts';
import type { KeptFlags } from '../ports/viewFile.ts';
import { type Entry, editsBeside, editsKept, entryOf, heardOf, newerOf, type Told, untouched } from './viewEntry.ts';
import { type FreshnessOptions, ViewFreshness } from './viewFreshness.ts';

export type FlagViewOptions = FreshnessOptions & {
  /** Whether the environment closes this feature; asked once per document, not per lookup. */
  readonly hardKilled: (feature: string) => boolean;
};

/** Told after each change of a document, before anything else happens; `document(feature)` is what lookups meet from now on. */
export type ViewWatcher = (feature: string) => void;

/** One of several answers. */
export type Evaluated = { readonly feature: string; readonly evaluation: Evaluation };

/**
 * What every lookup is answered from: all flag documents, in memory, fed by the store. Nothing here waits or fails. Versions
 * never go back, but lower exposure is taken whatever its version. Stale, it answers `off` for features with
 * a live rollout, and the last known for all others.
 */
export class FlagView implements FlagListener {
  /** While it is stale, features with a live rollout are closed. */
  readonly freshness: ViewFreshness;
  readonly #isHardKilled: FlagViewOptions['hardKilled'];
  readonly #entries = new Map<string, Entry>();
  readonly #archived = new Map<string, number>();
  readonly #hardKilled = new Set<string>();
  /** Closed here, and not yet in the store; with what the store or the ledger has said last meanwhile. */
  readonly #unstored = new Map<string, Told | null>();
  readonly #watchers = new Set<ViewWatcher>();
  readonly #lookup: Lookup;

  constructor(options: FlagViewOptions) {
    this.freshness = new ViewFreshness(options);
    this.#isHardKilled = options.hardKilled;
    this.#lookup = {
      document: (feature) => this.#entries.get(feature)?.served,
      hardKilled: (feature) => this.#hardKilled.has(feature),
      isStale: () => this.freshness.isStale(),
    };
  }

  /** The document as served: the lower of what was published and what the hand fields say. */
  document(feature: string): FlagDocument | undefined {
    return this.#entries.get(feature)?.served;
  }

  /** The same for evaluators elsewhere: what the environment of this process closes is killed there, too. */
  servedElsewhere(feature: string): FlagDocument | undefined {
    const served = this.document(feature);
    return served === undefined || !this.#hardKilled.has(feature) ? served : { ...served, killed: true };
  }

  /** Every feature that is not archived, in no particular order. */
  features(): Iterable<string> {
    return this.#entries.keys();
  }

  /** As it was published, whatever a hand has changed beside it. */
  published(feature: string): FlagDocument | undefined {
    return this.#entries.get(feature)?.document;
  }

  /** Of what lookups meet of it, be that its end: an archived feature is as new as its archiving. Null where it was never seen. */
  version(feature: string): number | null {
    return this.#entries.get(feature)?.served.version ?? this.#archived.get(feature) ?? null;
  }

  /** What lookups meet of it: nobody where the environment, a view that is not fed, or no document at all closes it. */
  found(feature: string): { readonly killed: boolean; readonly grants: FlagDocument['grants'] } {
    const served = this.#entries.get(feature)?.served;
    if (served === undefined) return { killed: false, grants: [] };
    const isClosed = this.#hardKilled.has(feature) || (served.live?.whenStale === 'close' && this.freshness.isStale());
    return { killed: served.killed, grants: isClosed ? [] : served.grants };
  }

  /** What was changed by hand in the store, as far as this view knows; null fields were not. */
  edits(feature: string): HandFields {
    return this.#entries.get(feature)?.edits ?? UNTOUCHED;
  }

  /** The same, beside the version at which they hold: what a store that has lost them is told again. */
  seenEdits(feature: string): SeenEdits | undefined {
    const entry = this.#entries.get(feature);
    return entry === undefined ? undefined : { version: entry.editsAt, edits: entry.edits };
  }

  evaluate(feature: string, context: EvaluationContext): Evaluation {
    const entry = this.#entries.get(feature);
    return entry === undefined ? flagNotFound(feature) : evaluate(entry.served, context, this.#lookup);
  }

  /** These features, in their order, as far as they are here; every one that is not archived where none are named. */
  evaluateAll(context: EvaluationContext, features: Iterable<string> = this.features()): readonly Evaluated[] {
    // Of one answer all flags are as old as each other, and the clock is read once.
    const isStale = this.freshness.isStale();
    const lookup = { ...this.#lookup, isStale: () => isStale };
    const all: Evaluated[] = [];
    for (const feature of features) {
      const document = this.#entries.get(feature)?.served;
      if (document !== undefined) all.push({ feature, evaluation: evaluate(document, context, lookup) });
    }
    return all;
  }

  /** Null where the view has no such feature. */
  explain(feature: string, context: EvaluationContext): Explanation | null {
    const entry = this.#entries.get(feature);
    return entry === undefined ? null : explain(entry.served, context, this.#lookup);
  }

  /** Tells `watcher` of every change until the answer is called. A watcher must not throw: closing goes by here. */
  watch(watcher: ViewWatcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /**
   * Takes a document without the store: a lower one at once, so that closing waits for nothing, and a higher version. False
   * where it is neither.
   */
  apply(document: FlagDocument): boolean {
    const { feature } = document;
    if (this.#isArchived(document)) return false;
    const entry = this.#entries.get(feature);
    if (entry !== undefined && document.version <= entry.document.version) {
      if (!isLowering(document, entry.document)) return false;
      // The version stays: the store's next one, whatever it counts from, must still be taken.
      return this.#put({ ...entry, document: { ...document, version: entry.document.version } });
    }
    return this.#put({ ...(entry ?? untouched(document)), document });
  }

  /**
   * Takes a closing at once, before the store: laid over what is out, which may have been closed further than whoever closes knows.
   * What comes back is what the store is to have.
   */
  close(closing: FlagDocument): FlagDocument {
    const published = this.published(closing.feature);
    const document = published === undefined ? closing : closedOver(closing, published);
    this.apply(document);
    this.#unstored.set(closing.feature, this.#unstored.get(closing.feature) ?? null);
    return document;
  }

  /**
   * The store has what was closed here, or the ledger has heard of it and gone on: from this version on what the store says is the last
   * word again. What it said before must not come back.
   */
  closingSettled(feature: string, version: number): void {
    const told = this.#unstored.get(feature);
    const entry = this.#entries.get(feature);
    if (told === undefined || entry === undefined) return;
    this.#unstored.delete(feature);
    if (told !== null && told.document.version >= version) {
      this.#put(told);
      return;
    }
    const { document } = entry;
    this.#put({ ...entry, document: { ...document, version: Math.max(document.version, version) } });
  }

  changed(flag: StoredFlag): void {
    const entry = this.#entries.get(flag.feature);
    const known = entry?.document;
    switch (flag.kind) {
      case 'archived':
        if (known === undefined || known.version <= flag.version) this.#archive(flag.feature, flag.version);
        return;
      case 'unreadable':
        if (entry !== undefined) this.#put(editsKept(entry, editsOf(entry.document, flag.hand)));
        return;
      case 'flag':
        this.#take(editsBeside(entry, flag.document, flag.hand));
    }
  }

  /**
   * From the ledger, while the store can't be asked. What a hand was seen to have changed goes on applying: an outage of the store
   * lifts nothing.
   */
  recorded(document: FlagDocument): void {
    const entry = this.#entries.get(document.feature);
    // Mostly the store has told it before: nobody need hear of it twice.
    if (entry !== undefined && sameJson(entry.document, document)) return;
    this.#take({ ...(entry ?? untouched(document)), document });
  }

  /** All that a process needs to begin again where this one stands. */
  kept(): KeptFlags {
    const flags = Array.from(this.#entries.values(), ({ document, edits, editsAt }) => ({ document, edits, editsAt }));
    return { flags, archived: Array.from(this.#archived, ([feature, version]) => ({ feature, version })) };
  }

  /** Begins with what was last known, which was up to date so long ago. What is told from now on goes over it by the same law as always. */
  restore({ flags, archived }: KeptFlags, ageMs: number): void {
    for (const { feature, version } of archived) this.#archived.set(feature, version);
    for (const flag of flags) this.#put(flag);
    this.freshness.restored(ageMs);
  }

  /** Of what was last known only what a hand had lowered in the store: the ledger, which has told the rest, may not have heard of it. */
  restoreEdits({ flags }: KeptFlags): void {
    for (const flag of flags) {
      const entry = this.#entries.get(flag.document.feature);
      // Of another ledger it would be another feature of the same name.
      if (entry?.document.salt === flag.document.salt) this.#put(heardOf(entry, flag));
    }
  }

  /** By who knows of all these features: a store that has come back empty can't tell of a rollback that was missed. */
  confirmed(asOfMs: number, holds: (feature: string) => boolean = () => true): void {
    for (const [feature, { document }] of this.#entries) if (document.live !== null && !holds(feature)) return;
    this.freshness.confirmed(asOfMs);
  }

  #take(told: Told): void {
    if (this.#isArchived(told.document)) return;
    const { feature } = told.document;
    if (this.#unstored.has(feature)) this.#unstored.set(feature, told);
    this.#put({ ...told, document: this.#newest(this.#entries.get(feature)?.document, told.document) });
  }

  /** Whatever the store says while it has not heard of a closing, that stands: of both the lower. */
  #newest(known: FlagDocument | undefined, stored: FlagDocument): FlagDocument {
    if (known === undefined || !this.#unstored.has(stored.feature)) return newerOf(known, stored);
    return { ...closedOver(known, stored), version: stored.version };
  }

  #put(told: Told): true {
    const { feature } = told.document;
    this.#entries.set(feature, entryOf(told));
    this.#archived.delete(feature);
    if (this.#isHardKilled(feature)) this.#hardKilled.add(feature);
    this.#tellChange(feature);
    return true;
  }

  #archive(feature: string, version: number): void {
    this.#entries.delete(feature);
    this.#archived.set(feature, version);
    this.#tellChange(feature);
  }

  #tellChange(feature: string): void {
    for (const watcher of this.#watchers) watcher(feature);
  }

  #isArchived(document: FlagDocument): boolean {
    return document.version <= (this.#archived.get(document.feature) ?? -1);
  }
}
