import { closedOver } from '../../domain/feature/closedOver.ts';
import type { FeatureDefinition } from '../../domain/feature/feature.ts';
import { type Exposure, type FlagDocument, flagDocumentOf } from '../../domain/feature/flagDocument.ts';
import type { PublishReason } from '../../domain/feature/publication.ts';
import { type FlagStore, FlagStoreUnreachable } from '../ports/flagStore.ts';
import type { RolloutTelemetry } from '../ports/telemetry.ts';
import type { FlagView } from './flagView.ts';

export type PublisherDeps = {
  readonly store: FlagStore;
  readonly view: FlagView;
  readonly telemetry: RolloutTelemetry;
  readonly environment: string;
};

/** What became of a closing: the version that stands, and whether the store has it or only this process's own lookups. */
export type Closed = { readonly documentVersion: number; readonly stored: boolean };

/**
 * Brings documents to the flag store. Derived from the ledger and idempotent, so it may run again at every tick and at boot.
 * What the store could not take is remembered for readiness until it has it.
 */
export class Publisher {
  readonly #deps: PublisherDeps;
  readonly #unpublished = new Set<string>();
  /** Closings that the store could not take, by feature: told again without asking the ledger, which may be away too. */
  readonly #unclosed = new Map<string, FlagDocument>();

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
  }

  /** Features whose newest document the store does not have yet. */
  get unpublished(): readonly string[] {
    return [...this.#unpublished];
  }

  /** After the ledger has it. False where the store is away or was changed by hand: reconciliation comes back to it. */
  async publish(definition: FeatureDefinition, exposure: Exposure): Promise<boolean> {
    const document = flagDocumentOf(definition, exposure, this.#deps.environment);
    // The ledger has heard of it since, and gone on: told again, it would take back what was opened after it.
    if ((this.#unclosed.get(document.feature)?.version ?? document.version) < document.version) {
      this.#settled(document.feature, document.version - 1);
    }
    return (await this.#put(document, 'derived')) !== null;
  }

  /**
   * What a feature is, after the ledger has it; what it exposes only as far as it is out. A closing that the ledger has not heard of
   * must not be undone by whoever changes something else.
   */
  async publishDefinition(definition: FeatureDefinition, exposure: Exposure): Promise<void> {
    const document = flagDocumentOf(definition, exposure, this.#deps.environment);
    const out = this.#deps.view.published(document.feature);
    // Seen older than the ledger was before, it says nothing of closings: what has opened since must not be taken back.
    const isCurrent = out !== undefined && out.version >= document.version - 1;
    const { variants } = definition;
    await this.#put(isCurrent ? { ...closedOver(document, out), variants } : document, 'derived');
  }

  /**
   * Before the ledger has it: own lookups close at once, then the store. A store that is away does not keep the gate open here,
   * and the version it would have taken is made up for when it is back.
   */
  async close(definition: FeatureDefinition, exposure: Exposure): Promise<Closed> {
    const document = flagDocumentOf(definition, exposure, this.#deps.environment);
    const version = await this.closeDocument(document);
    return { documentVersion: (version ?? document.version) - definition.revision, stored: version !== null };
  }

  /** The same for a document at hand, with no ledger to ask. The version that the store has now; null where it took nothing. */
  async closeDocument(closing: FlagDocument): Promise<number | null> {
    const document = this.#deps.view.close(closing);
    const version = await this.#put(document, 'closing');
    if (version === null) this.#unclosed.set(document.feature, document);
    return version;
  }

  /** Closes in the store what it could not take when it was away. */
  async retryClosings(): Promise<void> {
    for (const closing of [...this.#unclosed.values()]) await this.#put(this.#deps.view.close(closing), 'closing');
  }

  /** The version that the store now has; null where it did not take the document. */
  async #put(document: FlagDocument, why: PublishReason): Promise<number | null> {
    try {
      const seen = this.#deps.view.seenEdits(document.feature);
      const { outcome, version } = await this.#deps.store.publish(document, why, seen && { seen });
      const taken = outcome === 'stored' || outcome === 'unchanged';
      this.#note(document.feature, taken ? version : null);
      return taken ? version : null;
    } catch (error) {
      if (!(error instanceof FlagStoreUnreachable)) throw error;
      this.#deps.telemetry.run('redis_error');
      this.#note(document.feature, null);
      return null;
    }
  }

  #note(feature: string, stored: number | null): void {
    if (stored === null) return void this.#unpublished.add(feature);
    this.#unpublished.delete(feature);
    this.#settled(feature, stored);
  }

  #settled(feature: string, version: number): void {
    this.#unclosed.delete(feature);
    this.#deps.view.closingSettled(feature, version);
  }
}
