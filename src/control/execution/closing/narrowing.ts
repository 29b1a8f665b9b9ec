import { closedOver } from '../../../domain/feature/closedOver.ts';
import type { FlagDocument } from '../../../domain/feature/flagDocument.ts';
import { narrowedTo } from '../../../domain/feature/narrowed.ts';
import { onlyNarrows } from '../../../domain/feature/override.ts';
import { overrideDraft } from '../../../domain/feature/overrideDraft.ts';
import { sameJson } from '../../../domain/feature/sameJson.ts';
import { ofWorkspace } from '../../../domain/feature/workspace.ts';
import type { Entry } from '../../../domain/ledger/entry.ts';
import { appendEntries } from '../../appendEntries.ts';
import type { FlagView } from '../../flags/flagView.ts';
import type { Publisher } from '../../flags/publisher.ts';
import { exposureIn } from '../../notices.ts';
import type { Clock } from '../../ports/clock.ts';
import type { NarrowRequest } from '../../ports/closingRequest.ts';
import type { FeatureRecord, FeatureRegister } from '../../ports/featureRegister.ts';
import type { LateJournal } from '../../ports/lateJournal.ts';
import { type Ledger, LedgerUnreachable, unchanged } from '../../ports/ledger.ts';
import type { RolloutTelemetry } from '../../ports/telemetry.ts';
import { type ClosingOutcome, RECORDED, STANDS } from './closingOutcome.ts';

export type NarrowingDeps = {
  readonly ledger: Ledger;
  readonly features: FeatureRegister;
  readonly publisher: Publisher;
  readonly view: FlagView;
  readonly late: LateJournal;
  readonly telemetry: RolloutTelemetry;
  readonly clock: Clock;
};

const ATTEMPTS = 5;

/** One workspace is met less: a cap set or tightened, what raised it taken away. Lookups first, the ledger afterwards. */
export class Narrowing {
  readonly #deps: NarrowingDeps;

  constructor(deps: NarrowingDeps) {
    this.#deps = deps;
  }

  /** Whoever asks has seen that it narrows; what does not, as the ledger has it then, is left undone. */
  async narrow(request: NarrowRequest): Promise<ClosingOutcome> {
    const published = this.#deps.view.published(request.feature);
    const stored = published === undefined ? null : await this.#close(published, request);
    try {
      return await this.#record(request, stored);
    } catch (error) {
      if (!(error instanceof LedgerUnreachable)) throw error;
      this.#deps.telemetry.run('ledger_error');
      await this.#deps.late.add(request);
      return { kind: 'later', foreseen: null };
    }
  }

  /**
   * What a hand has lowered beside it is the hand's, and stays as low: in the document it would pass for a closing of the whole. Told
   * again it is no news: lookups would be a version ahead of the ledger, and deaf to its next opening.
   */
  #close(published: FlagDocument, request: NarrowRequest): Promise<number | null> {
    const narrowed = { ...published, ...narrowedTo(published, request.workspaceId, request.wish) };
    const isNews = !sameJson(closedOver(narrowed, published), published);
    const { version } = published;
    return this.#deps.publisher.closeDocument({ ...narrowed, version: isNews ? version + 1 : version });
  }

  async #record(request: NarrowRequest, storedVersion: number | null): Promise<ClosingOutcome> {
    const { workspaceId, wish } = request;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const feature = await this.#deps.features.get(request.feature);
      if (feature === null || feature.definition.archivedAtMs !== null) return STANDS;
      const { exposure, overrides } = feature.state;
      if (!onlyNarrows(exposure, ofWorkspace(overrides, workspaceId), wish)) return STANDS;
      const draft = overrideDraft(feature, sayingOf(request), changeOf(request), versionIn(feature, storedVersion));
      const outcome = await appendEntries('execution', this.#deps, [draft], { feature: unchanged(feature) });
      if (outcome.kind === 'conflict') continue;
      await this.#followUp(feature, outcome.entries, storedVersion);
      return RECORDED;
    }
    throw new LedgerUnreachable('the narrowing lost every race for the record');
  }

  /** What was opened meanwhile has been published without it. */
  async #followUp(
    { definition }: FeatureRecord,
    entries: readonly Entry[],
    storedVersion: number | null,
  ): Promise<void> {
    const exposure = exposureIn(entries);
    if (exposure === null || exposure.documentVersion + definition.revision === storedVersion) return;
    await this.#deps.publisher.publish(definition, exposure);
  }
}

const sayingOf = ({ atMs, actor, comment, cause }: NarrowRequest) => ({
  ...{ atMs, actor, comment },
  reason: cause === 'asked' ? ('operator' as const) : null,
  evidence: null,
});

const changeOf = ({ workspaceId, wish, cause }: NarrowRequest) => ({ workspaceId, wish, cause, requestedBy: null });

/** Of the exposure alone, as the store has it; 0 where it has not. */
const versionIn = ({ definition }: FeatureRecord, storedVersion: number | null) =>
  storedVersion === null ? 0 : storedVersion - definition.revision;
