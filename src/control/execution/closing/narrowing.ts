import type { FlagDocument } from '../../../domain/feature/flagDocument.ts';
import { onlyNarrows, withOverride } from '../../../domain/feature/override.ts';
import { overrideDraft } from '../../../domain/feature/overrideDraft.ts';
import { ofWorkspace } from '../../../domain/feature/workspace.ts';
import { appendEntries } from '../../appendEntries.ts';
import type { FlagView } from '../../flags/flagView.ts';
import type { Publisher } from '../../flags/publisher.ts';
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
    const served = this.#deps.view.document(request.feature);
    const stored = served === undefined ? null : await this.#close(served, request);
    try {
      return await this.#record(request, stored);
    } catch (error) {
      if (!(error instanceof LedgerUnreachable)) throw error;
      this.#deps.telemetry.run('ledger_error');
      await this.#deps.late.add(request);
      return { kind: 'later', foreseen: null };
    }
  }

  #close(served: FlagDocument, request: NarrowRequest): Promise<number | null> {
    const narrowed = withOverride(served, request.workspaceId, request.wish);
    return this.#deps.publisher.closeDocument({ ...served, ...narrowed, version: served.version + 1 });
  }

  async #record(request: NarrowRequest, storedVersion: number | null): Promise<ClosingOutcome> {
    const { workspaceId, wish } = request;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const feature = await this.#deps.features.get(request.feature);
      if (feature === null || feature.definition.archivedAtMs !== null) return STANDS;
      const { exposure, overrides } = feature.state;
      if (!onlyNarrows(exposure, ofWorkspace(overrides, workspaceId), wish)) return STANDS;
      const draft = overrideDraft(feature, sayingOf(request), changeOf(request), versionIn(feature, storedVersion));
      const expected = { feature: unchanged(feature) };
      if ((await appendEntries('execution', this.#deps, [draft], expected)).kind === 'appended') return RECORDED;
    }
    throw new LedgerUnreachable('the narrowing lost every race for the record');
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
