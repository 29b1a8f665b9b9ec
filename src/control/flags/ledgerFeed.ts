import { flagDocumentOf } from '../../domain/feature/flagDocument.ts';
import type { LateClosings } from '../execution/closing/lateClosings.ts';
import type { FeatureRecord, FeatureRegister } from '../ports/featureRegister.ts';
import type { FlagStore } from '../ports/flagStore.ts';
import { LedgerUnreachable } from '../ports/ledger.ts';
import type { FlagView } from './flagView.ts';

export type LedgerFeedDeps = {
  readonly features: FeatureRegister;
  readonly store: FlagStore;
  readonly view: FlagView;
  readonly lateClosings: LateClosings;
  readonly environment: string;
};

const PAGE = 1000;
/** The store confirms the view each second. */
const FED_MS = 5000;

/**
 * Feeds lookups from the ledger while the flag store can't be reached: the very documents that reconciliation would publish. Only what
 * has changed since it was read here is read again, so a second between two looks costs one small query of the database.
 */
export class LedgerFeed {
  readonly #deps: LedgerFeedDeps;
  /** By feature, the mark at which it was read. */
  readonly #read = new Map<string, number>();

  constructor(deps: LedgerFeedDeps) {
    this.#deps = deps;
  }

  /** Nothing happens while the store answers, and tells of all that is live. With the ledger away too the view grows old, and says so itself. */
  async run(): Promise<void> {
    const { store, view, lateClosings } = this.#deps;
    if (store.state().ok && !view.freshness.isStale() && view.freshness.ageMs() < FED_MS) return;
    const asOfMs = view.freshness.nowMs();
    try {
      // What was closed before a restart is held by the view no longer: a ledger that has not heard of it would open it again.
      await lateClosings.record();
      await this.#readChanges();
    } catch (error) {
      if (!(error instanceof LedgerUnreachable)) throw error;
      return;
    }
    view.confirmed(asOfMs);
  }

  async #readChanges(): Promise<void> {
    let after: string | null = null;
    for (;;) {
      const marks = await this.#deps.features.marks({ after, limit: PAGE });
      const changed = marks.filter(({ key, mark }) => this.#read.get(key) !== mark);
      if (changed.length > 0) await this.#take(changed.map(({ key }) => key));
      for (const { key, mark } of changed) this.#read.set(key, mark);
      const last = marks.at(-1);
      if (last === undefined || marks.length < PAGE) return;
      after = last.key;
    }
  }

  async #take(keys: readonly string[]): Promise<void> {
    for (const feature of await this.#deps.features.some(keys)) this.#tell(feature);
  }

  #tell({ definition, state }: FeatureRecord): void {
    const { view, environment } = this.#deps;
    const document = flagDocumentOf(definition, state.exposure, environment);
    if (definition.archivedAtMs === null) view.recorded(document);
    else view.changed({ kind: 'archived', feature: definition.key, version: document.version });
  }
}
