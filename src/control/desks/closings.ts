import type { Principal } from '../../domain/governance/role.ts';
import { allowedCommands } from '../../domain/rollout/commands.ts';
import { isLive, type RolloutState } from '../../domain/rollout/state.ts';
import { type RolloutStatus, statusOf } from '../../domain/rollout/statusView.ts';
import { actorOf } from '../actorOf.ts';
import type { ClosingDesk, KillOutcome, RollbackWish } from '../application.ts';
import type { Closing } from '../execution/closing/closing.ts';
import { type ClosingOutcome, STANDS } from '../execution/closing/closingOutcome.ts';
import type { GradualRollback } from '../execution/closing/gradualRollback.ts';
import type { Killing } from '../execution/closing/killing.ts';
import type { FlagView } from '../flags/flagView.ts';
import { nowFor } from '../nowFor.ts';
import type { Chance } from '../ports/chance.ts';
import type { Clock } from '../ports/clock.ts';
import type { KillRequest } from '../ports/closingRequest.ts';
import type { FeatureRecord, FeatureRegister } from '../ports/featureRegister.ts';
import { LedgerUnreachable } from '../ports/ledger.ts';
import type { RolloutRecord, RolloutRegister } from '../ports/rolloutRegister.ts';
import { Refusal } from '../refusal.ts';
import type { Known, KnownRollouts } from '../sight/knownRollouts.ts';
import { assertLegal } from './assertLegal.ts';

export type ClosingsDeps = {
  readonly closing: Closing;
  readonly gradual: GradualRollback;
  readonly killing: Killing;
  readonly rollouts: RolloutRegister;
  readonly features: FeatureRegister;
  readonly known: KnownRollouts;
  readonly view: FlagView;
  readonly clock: Clock;
  readonly chance: Chance;
};

/** What people close. With the ledger away it goes by what this process knows, and the ledger hears of it later. */
export class Closings implements ClosingDesk {
  readonly #deps: ClosingsDeps;

  constructor(deps: ClosingsDeps) {
    this.#deps = deps;
  }

  async pause(who: Principal, rolloutId: string, comment: string | null): Promise<RolloutStatus> {
    const found = await this.#find(rolloutId);
    const { state } = found;
    assertLegal(state, 'pause');
    const request = { kind: 'pause' as const, ...this.#requestOn(found, who, comment), rolloutId };
    return this.#closed(state, await this.#deps.closing.pause(request));
  }

  async rollback(who: Principal, rolloutId: string, wish: RollbackWish): Promise<RolloutStatus> {
    const found = await this.#find(rolloutId);
    assertLegal(found.state, 'rollback');
    assertHasSteps(found.state, wish);
    const request = this.#requestOn(found, who, wish.comment);
    const outcome = await this.#rollBack(found, request, wish);
    const status = await this.#closed(found.state, outcome);
    return isKill(found.state, outcome) ? toldOfKill(status) : status;
  }

  async kill(who: Principal, feature: string, comment: string): Promise<KillOutcome> {
    // What lookups are served exists; only what they don't know has to be asked for.
    if (this.#deps.view.document(feature) === undefined) await this.#feature(feature);
    const outcome = await this.#deps.killing.kill({ kind: 'kill', ...this.#request(who, feature, comment) });
    if (outcome.kind === 'later') return { key: feature, feature: null, recorded: false };
    return { key: feature, feature: await this.#feature(feature), recorded: true };
  }

  #rollBack(found: Found, request: Omit<KillRequest, 'kind'>, wish: RollbackWish): Promise<ClosingOutcome> {
    const rollback = {
      kind: 'rollback' as const,
      ...request,
      rolloutId: found.state.id,
      to: wish.to ?? ('plan' as const),
      automatic: false,
      reason: 'operator' as const,
      detail: wish.comment ?? 'an operator asked',
      evidence: null,
      seen: { visit: found.state.visit, stageIndex: found.state.stageIndex },
    };
    const mode = wish.mode ?? found.state.contract.rolloutWedge.rollback.mode;
    const isGradual = mode === 'progressive' && isLive(found.state) && found.known === null;
    if (!isGradual) return this.#deps.closing.rollback(rollback, found.known);
    // Whoever says no more than "back", and it is on its way, wants it there now.
    return this.#deps.gradual.begin(rollback, wish.mode === 'progressive' ? 'stands' : 'hurry');
  }

  /** The ledger's word where it answers; what this process saw last where it does not. */
  async #find(rolloutId: string): Promise<Found> {
    try {
      const record = await this.#deps.rollouts.get(rolloutId);
      if (record === null) throw new Refusal('NOT_FOUND', 'no such rollout');
      return { ...record, known: null };
    } catch (error) {
      const known = error instanceof LedgerUnreachable ? this.#deps.known.get(rolloutId) : null;
      if (known === null) throw error;
      return { state: known.state, tick: known.tick, known };
    }
  }

  async #feature(key: string): Promise<FeatureRecord> {
    const feature = await this.#deps.features.get(key);
    if (feature === null || feature.definition.archivedAtMs !== null) throw new Refusal('NOT_FOUND', 'no such feature');
    return feature;
  }

  async #closed(seen: RolloutState, outcome: ClosingOutcome): Promise<RolloutStatus> {
    const nowMs = this.#deps.clock.nowMs();
    // As it will be once the ledger has heard of it: the gate is closed already.
    if (outcome.kind === 'later') {
      return statusOf({ state: outcome.foreseen ?? seen, tick: null, nextCheckAtMs: null }, nowMs);
    }
    const record = await this.#deps.rollouts.get(seen.id);
    if (record === null) throw new Refusal('NOT_FOUND', 'no such rollout');
    return statusOf(record, nowMs);
  }

  /** What closes begins a cooldown, and a new visit. */
  #requestOn(found: Found, who: Principal, comment: string | null) {
    const request = this.#request(who, found.state.feature, comment);
    return { ...request, atMs: nowFor(found, request.atMs) };
  }

  #request(who: Principal, feature: string, comment: string | null) {
    return { id: this.#deps.chance.id(), feature, actor: actorOf(who), comment, atMs: this.#deps.clock.nowMs() };
  }
}

/** What never opened is cancelled, and what has completed is killed: both at once. */
function assertHasSteps(state: RolloutState, { mode }: RollbackWish): void {
  const { wedgeState } = state;
  if (mode !== 'progressive' || isLive(state) || wedgeState === 'ROLLED_BACK') return;
  const detail = `there is nothing to take back step by step while the rollout is ${wedgeState}; leave \`mode\` out`;
  throw new Refusal('ILLEGAL_STATE', detail, { wedgeState, allowed: allowedCommands(wedgeState) });
}

/** What has completed is the feature's own: to take it back is to kill the feature. */
const isKill = ({ wedgeState, dryRun }: RolloutState, outcome: ClosingOutcome) =>
  wedgeState === 'COMPLETE' && !dryRun && outcome !== STANDS;

function toldOfKill(status: RolloutStatus): RolloutStatus {
  if (status.decision === null) return status;
  const detail = `${status.decision.detail}; the feature was killed: it is off for everybody until it is revived`;
  return { ...status, decision: { ...status.decision, detail } };
}

type Found = Pick<RolloutRecord, 'state' | 'tick'> & { readonly known: Known | null };
