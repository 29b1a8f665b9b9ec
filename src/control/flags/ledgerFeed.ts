import { flagDocumentOf } from '../../domain/feature/flagDocument.ts';
import type { LateClosings } from '../execution/closing/lateClosings.ts';
import type { FeatureRecord } from '../ports/featureRegister.ts';
import type { FlagStore } from '../ports/flagStore.ts';
import { LedgerUnreachable } from '../ports/ledger.ts';
import type { FlagView } from './flagView.ts';
import type { RecordedFeatures } from './recordedFeatures.ts';

export type LedgerFeedDeps = {
  readonly recorded: RecordedFeatures;
  readonly store: FlagStore;
  readonly view: FlagView;
  readonly lateClosings: LateClosings;
  readonly environment: string;
};

/** The store confirms the view each second. */
const FED_MS = 5000;

/**
 * Feeds lookups from the ledger while the flag store can't be reached: the very documents that reconciliation would publish. Only what
 * has changed since it was read here is read again, so a second between two looks costs one small query of the database.
 */
export class LedgerFeed {
  readonly #deps: LedgerFeedDeps;
  /** By feature, what the view was told last. */
  readonly #told = new Map<string, FeatureRecord>();

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
      await this.#tellChanges();
    } catch (error) {
      if (!(error instanceof LedgerUnreachable)) throw error;
      return;
    }
    view.confirmed(asOfMs);
  }

  async #tellChanges(): Promise<void> {
    for await (const record of this.#deps.recorded.all()) {
      const { key } = record.definition;
      if (this.#told.get(key) === record) continue;
      this.#tell(record);
      this.#told.set(key, record);
    }
  }

  #tell({ definition, state }: FeatureRecord): void {
    const { view, environment } = this.#deps;
    const document = flagDocumentOf(definition, state.exposure, environment);
    if (definition.archivedAtMs === null) view.recorded(document);
    else view.changed({ kind: 'archived', feature: definition.key, version: document.version });
  }
}
