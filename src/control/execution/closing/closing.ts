import type { Exposure } from '../../../domain/feature/flagDocument.ts';
import type { EntryDraft } from '../../../domain/ledger/entry.ts';
import { legality } from '../../../domain/rollout/commands.ts';
import { draft, type Saying } from '../../../domain/rollout/draft.ts';
import { foldRollout } from '../../../domain/rollout/foldRollout.ts';
import { foreseenEntries } from '../../../domain/rollout/foreseenEntries.ts';
import { ownIncident } from '../../../domain/rollout/ownIncident.ts';
import { rollbackStage, rolledBackExposure } from '../../../domain/rollout/rollbackTarget.ts';
import { rolledBackEntry } from '../../../domain/rollout/rolledBack.ts';
import { endsAtMs } from '../../../domain/rollout/rollingBack.ts';
import { isLive, type RolloutState } from '../../../domain/rollout/state.ts';
import { appendEntries } from '../../appendEntries.ts';
import type { Closed, Publisher } from '../../flags/publisher.ts';
import { nowFor } from '../../nowFor.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PauseRequest, RollbackRequest } from '../../ports/closingRequest.ts';
import type { FeatureRegister } from '../../ports/featureRegister.ts';
import type { LateJournal } from '../../ports/lateJournal.ts';
import { type Expected, type Ledger, LedgerUnreachable, type TickedRollout } from '../../ports/ledger.ts';
import type { RolloutRecord, RolloutRegister } from '../../ports/rolloutRegister.ts';
import type { RolloutTelemetry } from '../../ports/telemetry.ts';
import type { Known, KnownRollouts } from '../../sight/knownRollouts.ts';
import type { RolloutDisplay } from '../../sight/rolloutDisplay.ts';
import { type ClosingOutcome, RECORDED, STANDS } from './closingOutcome.ts';
import type { Killing } from './killing.ts';
import { lowerOf, targetAsSeen, wasClosedSince } from './racedRollback.ts';

export type ClosingDeps = {
  readonly ledger: Ledger;
  readonly rollouts: RolloutRegister;
  readonly features: FeatureRegister;
  readonly publisher: Publisher;
  readonly killing: Killing;
  readonly late: LateJournal;
  readonly known: KnownRollouts;
  readonly telemetry: RolloutTelemetry;
  readonly shown: RolloutDisplay;
  readonly clock: Clock;
};

/** What a tick adds to the record: its findings and the lease under which it ran. */
export type TickShare = { readonly ticked: TickedRollout; readonly fence: number };

type RestsOn = { readonly share: TickShare | null; readonly tickAtMs?: number | null };
type KnownWithTick = Known & Pick<RolloutRecord, 'tick'>;
type ClosedFrom = { readonly request: RollbackRequest; readonly drafts: readonly EntryDraft[] };

const ATTEMPTS = 5;

/**
 * Closing, in its own order: act first, record afterwards. It waits for nothing: not for the ledger, not for a version, not for a lease.
 * Whoever raced with it is looked at again and closed too.
 */
export class Closing {
  readonly #deps: ClosingDeps;

  constructor(deps: ClosingDeps) {
    this.#deps = deps;
  }

  /** `known` is where the caller saw the rollout; without it, or after a lost race, it is looked up. */
  async rollback(
    request: RollbackRequest,
    known: Known | null,
    share: TickShare | null = null,
  ): Promise<ClosingOutcome> {
    let at = known ?? (await this.#find(request.rolloutId));
    let target: number | null = Number.POSITIVE_INFINITY;
    let asked = request;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (at === null || legality(at.state.wedgeState, 'rollback') !== 'allowed') return STANDS;
      if (at.state.wedgeState === 'COMPLETE') return this.#closeCompleted(at.state, request);
      if (wasClosedSince(at.state, request)) return STANDS;
      // Its last step has been taken meanwhile.
      if (request.to === 'underWay' && at.state.rollingBack === null) return STANDS;
      target = lowerOf(target, lowerOf(rollbackStage(at.state, request), targetAsSeen(at.state, request)));
      const closed = await this.#close(at, target, asked);
      asked = closed.request;
      const outcome = await this.#recordOrLater(at, closed.drafts, asked, { share: attempt === 0 ? share : null });
      if (outcome !== 'conflict') return outcome;
      at = await this.#find(request.rolloutId);
    }
    return this.#later(asked, at?.state ?? null, []);
  }

  /** Keeps the exposure and stops every opening. */
  async pause(request: PauseRequest): Promise<ClosingOutcome> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const at = await this.#find(request.rolloutId);
      if (at === null || legality(at.state.wedgeState, 'pause') !== 'allowed') return STANDS;
      // It is dated by the last poll: one that is stored meanwhile has counted time that this pause would take back.
      const restsOn = { share: null, tickAtMs: at.tick?.poll.atMs ?? null };
      const outcome = await this.#recordOrLater(at, [pausedEntry(at, request)], request, restsOn);
      if (outcome !== 'conflict') return outcome;
    }
    return this.#later(request, null, []);
  }

  /** The grants of what has completed are the feature's own: what is asked for is a kill. */
  async #closeCompleted(state: RolloutState, request: RollbackRequest): Promise<ClosingOutcome> {
    if (state.dryRun) return STANDS;
    const { id, feature, actor, atMs } = request;
    const comment = request.comment ?? request.detail;
    return this.#deps.killing.kill({ kind: 'kill', id, feature, actor, atMs, comment });
  }

  /** Lowers what lookups see, and says what is to be recorded of it. The request that comes back knows when the store had it. */
  async #close(at: Known, stageIndex: number | null, request: RollbackRequest): Promise<ClosedFrom> {
    const wanted = rolledBackExposure(at.state, at.feature.state, stageIndex, request.atMs);
    const closed = isExposing(at.state) ? await this.#deps.publisher.close(at.feature.definition, wanted) : null;
    const exposure = closed === null ? untouched(at, wanted) : { ...wanted, documentVersion: closed.documentVersion };
    const saying: Saying = { ...said(request), reason: request.reason, evidence: evidenceOn(at.state, request) };
    const { automatic, detail } = request;
    const how = { exposure, toStageIndex: stageIndex, automatic, mode: modeOf(at.state, request), detail };
    const entry = rolledBackEntry(at.state, saying, how);
    const removedAtMs = this.#removedAtMs(request, closed);
    const incident = automatic && isExposing(at.state) ? [incidentEntry(at.state, saying, entry)] : [];
    if (closed === null || removedAtMs === undefined) return { request, drafts: [entry, ...incident] };
    const data = { documentVersion: closed.documentVersion, triggeredAtMs: request.atMs, removedAtMs };
    const removal: Saying = { ...saying, atMs: removedAtMs, evidence: null };
    const after = entry.percentageAfter ?? 0;
    const drafts = [entry, draft(at.state, removal, { type: 'exposureRemoved', data, after }), ...incident];
    return { request: { ...request, removedAtMs }, drafts };
  }

  /**
   * When the store had it, so that every lookup that can reach the store is below the target; undefined while it has not.
   * Told again later, it is still the first time that counts.
   */
  #removedAtMs(request: RollbackRequest, closed: Closed | null): number | undefined {
    if (request.removedAtMs !== undefined) return request.removedAtMs;
    if (closed === null || !closed.stored) return undefined;
    const removedAtMs = Math.max(this.#deps.clock.nowMs(), request.atMs);
    this.#deps.telemetry.rollbackSeconds((removedAtMs - request.atMs) / 1000);
    return removedAtMs;
  }

  async #recordOrLater(
    at: Known,
    drafts: readonly EntryDraft[],
    request: RollbackRequest | PauseRequest,
    restsOn: RestsOn,
  ) {
    try {
      return (await this.#record(at, drafts, restsOn)) ? RECORDED : ('conflict' as const);
    } catch (error) {
      if (!(error instanceof LedgerUnreachable)) throw error;
      return this.#later(request, at.state, drafts);
    }
  }

  /** An entry says what the feature exposes from now on, so nobody may have changed that since it was looked at. */
  async #record({ state, feature }: Known, drafts: readonly EntryDraft[], { share, ...tick }: RestsOn) {
    const expected: Expected = {
      rollout: { id: state.id, version: state.version, ...tick },
      ...(state.dryRun ? {} : { feature: { key: state.feature, version: feature.state.version } }),
      ...(share === null ? {} : { fence: { rolloutId: state.id, fence: share.fence } }),
    };
    const outcome = await appendEntries('execution', this.#deps, drafts, expected, share?.ticked ?? null);
    if (outcome.kind === 'conflict') return false;
    this.#deps.known.heard({ state, feature }, outcome.entries);
    this.#deps.shown.recorded(state, outcome.entries);
    return true;
  }

  async #later(
    request: RollbackRequest | PauseRequest,
    state: RolloutState | null,
    drafts: readonly EntryDraft[],
  ): Promise<ClosingOutcome> {
    this.#deps.telemetry.run('ledger_error');
    await this.#deps.late.add(request);
    if (state === null) return { kind: 'later', foreseen: null };
    const entries = foreseenEntries(state, drafts);
    this.#deps.known.follow(entries);
    return { kind: 'later', foreseen: entries.reduce(foldRollout, state) };
  }

  /** The ledger's own word where it answers, else what this process saw last. */
  async #find(rolloutId: string): Promise<KnownWithTick | null> {
    try {
      const rollout = await this.#deps.rollouts.get(rolloutId);
      const feature = rollout === null ? null : await this.#deps.features.get(rollout.state.feature);
      return rollout === null || feature === null ? null : { ...rollout, feature };
    } catch (error) {
      const known = error instanceof LedgerUnreachable ? this.#deps.known.get(rolloutId) : null;
      if (known === null) throw error;
      return known;
    }
  }
}

/**
 * A process that was cut off counts versions by what it foresaw, so its count may name another state of the ledger. Where the
 * measurement is of this very exposure, the rollout that was judged is the one before the entry.
 */
function evidenceOn(state: RolloutState, { evidence }: RollbackRequest): RollbackRequest['evidence'] {
  const isOfThis = evidence?.poll?.epoch === state.epoch && evidence.poll.visit === state.visit;
  return evidence === null || !isOfThis ? evidence : { ...evidence, rolloutVersion: state.version };
}

/** A progressive one that ends by its clock; whatever can't wait for that is immediate. */
function modeOf({ rollingBack }: RolloutState, { to, atMs }: RollbackRequest): 'immediate' | 'progressive' {
  return to === 'underWay' && rollingBack !== null && atMs >= endsAtMs(rollingBack) ? 'progressive' : 'immediate';
}

/** Nobody has asked for it: somebody should know. */
const incidentEntry = (state: RolloutState, saying: Saying, { percentageAfter }: EntryDraft): EntryDraft =>
  draft(
    state,
    { ...saying, reason: null, evidence: null },
    { type: 'incidentLinked', data: ownIncident(state, state.visit, 'raised'), after: percentageAfter ?? 0 },
  );

const isExposing = (state: RolloutState) => isLive(state) && !state.dryRun;

/**
 * Told late by a process that was cut off, it holds from the last poll that others have counted meanwhile: active time that is
 * proven already can't be taken back. When it was asked for stays in its words.
 */
function pausedEntry(at: KnownWithTick, request: PauseRequest): EntryDraft {
  const atMs = nowFor(at, request.atMs);
  const words = request.comment ?? 'paused by hand';
  const detail = atMs === request.atMs ? words : `${words}; asked for at ${new Date(request.atMs).toISOString()}`;
  const saying: Saying = { ...said(request), atMs, reason: 'operator', evidence: null };
  return draft(at.state, saying, { type: 'paused', data: { detail } });
}

/** Of a dry run the pretended exposure; a pending rollout leaves the feature as it is. */
const untouched = (at: Known, pretended: Exposure) => (at.state.dryRun ? pretended : at.feature.state.exposure);

const said = (request: RollbackRequest | PauseRequest) => ({
  atMs: request.atMs,
  actor: request.actor,
  comment: request.comment,
});
