import { featureDraft } from '../../../domain/feature/featureDraft.ts';
import type { FeatureState } from '../../../domain/feature/featureState.ts';
import type { FlagDocument } from '../../../domain/feature/flagDocument.ts';
import type { EntryDraft } from '../../../domain/ledger/entry.ts';
import type { Saying } from '../../../domain/rollout/draft.ts';
import { rolledBackExposure } from '../../../domain/rollout/rollbackTarget.ts';
import { rolledBackEntry } from '../../../domain/rollout/rolledBack.ts';
import type { RolloutState } from '../../../domain/rollout/state.ts';
import { appendEntries } from '../../appendEntries.ts';
import type { FlagView } from '../../flags/flagView.ts';
import type { Publisher } from '../../flags/publisher.ts';
import { liveRecord } from '../../liveRollout.ts';
import { nowFor } from '../../nowFor.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KillRequest } from '../../ports/closingRequest.ts';
import type { FeatureRecord, FeatureRegister } from '../../ports/featureRegister.ts';
import type { LateJournal } from '../../ports/lateJournal.ts';
import { type Ledger, LedgerUnreachable, unchanged } from '../../ports/ledger.ts';
import type { RolloutRecord, RolloutRegister } from '../../ports/rolloutRegister.ts';
import type { RolloutTelemetry } from '../../ports/telemetry.ts';
import type { RolloutDisplay } from '../../sight/rolloutDisplay.ts';
import { type ClosingOutcome, RECORDED, STANDS } from './closingOutcome.ts';

export type KillingDeps = {
  readonly ledger: Ledger;
  readonly features: FeatureRegister;
  readonly rollouts: RolloutRegister;
  readonly publisher: Publisher;
  readonly view: FlagView;
  readonly late: LateJournal;
  readonly telemetry: RolloutTelemetry;
  readonly shown: RolloutDisplay;
  readonly clock: Clock;
};

const ATTEMPTS = 5;

/** The kill of a feature: off for everybody, from the document that lookups are served, before anybody is asked. */
export class Killing {
  readonly #deps: KillingDeps;

  constructor(deps: KillingDeps) {
    this.#deps = deps;
  }

  async kill(request: KillRequest): Promise<ClosingOutcome> {
    const served = this.#deps.view.document(request.feature);
    const stored =
      served === undefined
        ? null
        : await this.#deps.publisher.closeDocument(served.killed ? served : killedFrom(served));
    const removedAtMs = request.removedAtMs ?? (stored === null ? undefined : this.#nowFor(request));
    const closed = removedAtMs === undefined ? request : { ...request, removedAtMs };
    try {
      return await this.#record(closed, stored);
    } catch (error) {
      if (!(error instanceof LedgerUnreachable)) throw error;
      this.#deps.telemetry.run('ledger_error');
      await this.#deps.late.add(closed);
      return { kind: 'later', foreseen: null };
    }
  }

  async #record(asked: KillRequest, firstStored: number | null): Promise<ClosingOutcome> {
    let [request, storedVersion] = [asked, firstStored];
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const feature = await this.#deps.features.get(request.feature);
      // An archived feature exposes nobody, and nobody would see the removal of it.
      if (feature === null || feature.definition.archivedAtMs !== null || feature.state.exposure.killed) return STANDS;
      if (wasOpenedSince(feature, storedVersion)) [request, storedVersion] = await this.#again(request, feature);
      const live = await liveRecord(this.#deps.rollouts, feature);
      const ended = live?.state ?? null;
      const drafts = killEntries(live === null ? request : noEarlier(request, live), feature, ended, storedVersion);
      const outcome = await appendEntries('execution', this.#deps, drafts, {
        feature: unchanged(feature),
      });
      if (outcome.kind === 'appended') {
        if (ended !== null) this.#deps.shown.recorded(ended, outcome.entries);
        return RECORDED;
      }
    }
    throw new LedgerUnreachable('the kill lost every race for the record');
  }

  /** Whoever opened it since has published that: it is closed too, and gone only then. */
  async #again(request: KillRequest, feature: FeatureRecord): Promise<[KillRequest, number | null]> {
    const { definition } = feature;
    const closed = await this.#deps.publisher.close(definition, killedState(feature, null, request.atMs).exposure);
    const { removedAtMs: _, ...open } = request;
    if (!closed.stored) return [open, null];
    return [{ ...open, removedAtMs: this.#nowFor(request) }, closed.documentVersion + definition.revision];
  }

  #nowFor(request: KillRequest): number {
    return Math.max(this.#deps.clock.nowMs(), request.atMs);
  }
}

/**
 * The ledger has gone on from where the store was closed. Of the very version that is closed there, nothing wider was ever taken: the
 * ledger has only heard of another closing beside this one.
 */
const wasOpenedSince = ({ definition, state }: FeatureRecord, storedVersion: number | null) =>
  storedVersion !== null && state.exposure.documentVersion + definition.revision > storedVersion;

/** The kill, the end of the live rollout under it, and the removal where the store already has it. */
function killEntries(
  request: KillRequest,
  feature: FeatureRecord,
  live: RolloutState | null,
  storedVersion: number | null,
): readonly EntryDraft[] {
  const saying: Saying = { ...saidBy(request), reason: 'operator' };
  const killed = killedState(feature, storedVersion, request.atMs);
  const kill = featureDraft(feature, saying, { type: 'killed', data: { exposure: killed.exposure } });
  const ended = live === null ? [] : [endedBy(killed, live, saying)];
  const { removedAtMs } = request;
  if (removedAtMs === undefined) return [kill, ...ended];
  const { documentVersion } = killed.exposure;
  const data = { documentVersion, triggeredAtMs: request.atMs, removedAtMs };
  const closedFeature = { ...feature, state: killed };
  const removed = featureDraft(closedFeature, { ...saying, atMs: removedAtMs }, { type: 'exposureRemoved', data });
  return [kill, ...ended, { ...removed, rollout: live?.id ?? null }];
}

function endedBy(killed: FeatureState, live: RolloutState, saying: Saying): EntryDraft {
  const exposure = rolledBackExposure(live, killed, null, saying.atMs);
  const how = {
    exposure,
    toStageIndex: null,
    automatic: false,
    mode: 'immediate' as const,
    detail: 'the feature was killed',
  };
  return rolledBackEntry(live, { ...saying, reason: 'killed' }, how);
}

/** The cooldown begins no earlier than what the rollout has seen, also where the clock was set back. */
function noEarlier({ removedAtMs, ...request }: KillRequest, live: RolloutRecord): KillRequest {
  const atMs = nowFor(live, request.atMs);
  return { ...request, atMs, ...(removedAtMs === undefined ? {} : { removedAtMs: Math.max(removedAtMs, atMs) }) };
}

const killedFrom = (served: FlagDocument): FlagDocument => ({
  ...served,
  killed: true,
  raises: {},
  version: served.version + 1,
});

function killedState(feature: FeatureRecord, storedVersion: number | null, atMs: number): FeatureState {
  const { exposure } = feature.state;
  const taken = storedVersion === null ? 0 : storedVersion - feature.definition.revision;
  const documentVersion = Math.max(exposure.documentVersion + 1, taken);
  return { ...feature.state, exposure: { ...exposure, killed: true, raises: {}, changedAtMs: atMs, documentVersion } };
}

const saidBy = (request: KillRequest) => ({
  atMs: request.atMs,
  actor: request.actor,
  comment: request.comment,
  evidence: null,
});
