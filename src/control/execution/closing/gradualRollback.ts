import { rollbackBegun } from '../../../domain/rollout/rollbackSteps.ts';
import { rollbackStage } from '../../../domain/rollout/rollbackTarget.ts';
import { isLive, type RolloutState } from '../../../domain/rollout/state.ts';
import { appendEntries } from '../../appendEntries.ts';
import type { Publisher } from '../../flags/publisher.ts';
import { exposureIn } from '../../notices.ts';
import { nowFor } from '../../nowFor.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RollbackRequest } from '../../ports/closingRequest.ts';
import type { FeatureRecord, FeatureRegister } from '../../ports/featureRegister.ts';
import { type Ledger, LedgerUnreachable } from '../../ports/ledger.ts';
import type { RolloutRecord, RolloutRegister } from '../../ports/rolloutRegister.ts';
import type { KnownRollouts } from '../../sight/knownRollouts.ts';
import type { RolloutDisplay } from '../../sight/rolloutDisplay.ts';
import type { Closing } from './closing.ts';
import { type ClosingOutcome, RECORDED, STANDS } from './closingOutcome.ts';

export type GradualRollbackDeps = {
  readonly ledger: Ledger;
  readonly rollouts: RolloutRegister;
  readonly features: FeatureRegister;
  readonly publisher: Publisher;
  readonly closing: Closing;
  readonly known: KnownRollouts;
  readonly shown: RolloutDisplay;
  readonly clock: Clock;
};

type Found = { readonly record: RolloutRecord; readonly feature: FeatureRecord };

const ATTEMPTS = 5;

/**
 * Begins a rollback that takes its time: half of the way at once, the rest by the clock. Its steps are recorded before they are taken,
 * so that whoever takes over finds them; where nothing can be recorded it goes the whole way at once.
 */
export class GradualRollback {
  readonly #deps: GradualRollbackDeps;

  constructor(deps: GradualRollbackDeps) {
    this.#deps = deps;
  }

  /** `again`: what to do with one that is under way to the same place: leave it, or hurry it. */
  async begin(request: RollbackRequest, again: 'stands' | 'hurry'): Promise<ClosingOutcome> {
    try {
      return (await this.#begin(request, again)) ?? (await this.#deps.closing.rollback(request, null));
    } catch (error) {
      if (!(error instanceof LedgerUnreachable)) throw error;
      return this.#deps.closing.rollback(request, this.#deps.known.get(request.rolloutId));
    }
  }

  /** Null where it can't be done step by step. */
  async #begin(request: RollbackRequest, again: 'stands' | 'hurry'): Promise<ClosingOutcome | null> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const found = await this.#find(request);
      if (found === null || !isLive(found.record.state)) return null;
      const { state } = found.record;
      if (state.rollingBack !== null) return again === 'stands' && leadsThere(state, request) ? STANDS : null;
      if (await this.#record(found, request)) return RECORDED;
    }
    return null;
  }

  async #find({ rolloutId, feature: key }: RollbackRequest): Promise<Found | null> {
    const record = await this.#deps.rollouts.get(rolloutId);
    const feature = await this.#deps.features.get(key);
    return record === null || feature === null ? null : { record, feature };
  }

  async #record({ record, feature }: Found, request: RollbackRequest): Promise<boolean> {
    const { state } = record;
    const { actor, comment, reason } = request;
    const saying = { atMs: nowFor(record, request.atMs), actor, comment, reason, evidence: null };
    const step = rollbackBegun(state, feature.state, rollbackStage(state, request), saying);
    const outcome = await appendEntries('execution', this.#deps, [step], {
      rollout: { id: state.id, version: state.version },
      ...(state.dryRun ? {} : { feature: { key: state.feature, version: feature.state.version } }),
    });
    if (outcome.kind === 'conflict') return false;
    this.#deps.shown.recorded(state, outcome.entries);
    const exposure = exposureIn(outcome.entries);
    if (exposure !== null) await this.#deps.publisher.close(feature.definition, exposure);
    return true;
  }
}

/** No higher than what is asked for. */
function leadsThere(state: RolloutState, request: RollbackRequest): boolean {
  return rollbackStage(state, request) === rollbackStage(state, { ...request, to: 'underWay' });
}
