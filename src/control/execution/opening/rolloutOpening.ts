import type { Actor } from '../../../domain/ledger/entry.ts';
import type { Ask } from '../../../domain/rollout/context.ts';
import { appendEntries } from '../../appendEntries.ts';
import type { PreflightDraft } from '../../eligibility/preflight.ts';
import type { Publisher } from '../../flags/publisher.ts';
import { exposureIn } from '../../notices.ts';
import { nowFor } from '../../nowFor.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FeatureRecord } from '../../ports/featureRegister.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { RolloutRecord, RolloutRegister } from '../../ports/rolloutRegister.ts';
import { Refusal } from '../../refusal.ts';
import type { DecisionContexts } from '../../sight/decisionContext.ts';
import type { KnownRollouts } from '../../sight/knownRollouts.ts';
import type { RolloutDisplay } from '../../sight/rolloutDisplay.ts';
import type { HeldOpening, OpeningProof } from './openingProof.ts';

export type OpeningDeps = {
  readonly ledger: Ledger;
  readonly rollouts: RolloutRegister;
  readonly known: KnownRollouts;
  readonly contexts: DecisionContexts;
  readonly proof: OpeningProof;
  readonly publisher: Publisher;
  readonly shown: RolloutDisplay;
  readonly clock: Clock;
};

export type OpeningWish = {
  readonly record: RolloutRecord;
  readonly feature: FeatureRecord;
  readonly ask: Ask;
  readonly actor: Actor;
  /** Of a start: what was looked at before; recorded with it. */
  readonly preflight: PreflightDraft | null;
};

/** A person's wish to open: the same function decides as for the controller, on the last poll, with the whole chain verified. */
export class RolloutOpening {
  readonly #deps: OpeningDeps;

  constructor(deps: OpeningDeps) {
    this.#deps = deps;
  }

  /** Records, then publishes. Refuses with the reason where the gate is held, having stored nothing. */
  async open(wish: OpeningWish): Promise<void> {
    const { record, feature, ask, actor, preflight } = wish;
    const { proof, contexts, known, shown, publisher } = this.#deps;
    const proven = await proof.of({
      ...{ rollout: record.state, feature, ask, actor },
      measured: this.#measuredIn(record),
      context: async (weighing) => contexts.of(weighing, await contexts.surroundings()),
      measuredSince: async () => this.#measuredIn(await this.#readAgain(record)),
    });
    if (proven.held !== null) throw held(proven.held);
    const drafts = preflight === null ? proven.drafts : [preflight, ...proven.drafts];
    const tickAtMs = proven.seen.poll?.atMs ?? null;
    const rollout = { id: record.state.id, version: record.state.version, tickAtMs };
    const outcome = await appendEntries('execution', this.#deps, drafts, { ...proven.expected, rollout });
    if (outcome.kind === 'conflict') throw stale(outcome.over);
    known.meet({ state: record.state, feature }, outcome.entries);
    shown.recorded(record.state, outcome.entries);
    const exposure = exposureIn(outcome.entries);
    if (exposure !== null) await publisher.publish(feature.definition, exposure);
  }

  #measuredIn(record: RolloutRecord) {
    return { poll: record.tick?.poll ?? null, nowMs: nowFor(record, this.#deps.clock.nowMs()) };
  }

  /** While others were asked the scheduler has gone on polling: what it found since is what counts. */
  async #readAgain({ state }: RolloutRecord): Promise<RolloutRecord> {
    const newest = await this.#deps.rollouts.get(state.id);
    if (newest?.state.version !== state.version) throw stale('rollout');
    return newest;
  }
}

const stale = (what: string) => new Refusal('VERSION_STALE', `the ${what} changed meanwhile; look again`);

function held(decision: HeldOpening): Refusal {
  const unblocksAtMs = decision.kind === 'hold' ? decision.unblocksAtMs : null;
  const unblocksAt = unblocksAtMs === null ? null : new Date(unblocksAtMs).toISOString();
  return new Refusal('HELD', decision.detail, { reason: decision.reason, unblocksAt });
}
