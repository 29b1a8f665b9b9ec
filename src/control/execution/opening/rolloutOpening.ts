import type { Actor, EntryDraft } from '../../../domain/ledger/entry.ts';
import type { Ask, DecisionContext } from '../../../domain/rollout/context.ts';
import { decide } from '../../../domain/rollout/decide.ts';
import { entriesOf } from '../../../domain/rollout/decided.ts';
import type { RuledDecision } from '../../../domain/rollout/decision.ts';
import { appendEntries } from '../../appendEntries.ts';
import type { PreflightDraft } from '../../eligibility/preflight.ts';
import type { Publisher } from '../../flags/publisher.ts';
import { exposureIn } from '../../notices.ts';
import { nowFor } from '../../nowFor.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FeatureRecord } from '../../ports/featureRegister.ts';
import type { Expected, Ledger } from '../../ports/ledger.ts';
import type { RolloutRecord } from '../../ports/rolloutRegister.ts';
import { Refusal } from '../../refusal.ts';
import type { DecisionContexts } from '../../sight/decisionContext.ts';
import type { KnownRollouts } from '../../sight/knownRollouts.ts';
import type { RolloutDisplay } from '../../sight/rolloutDisplay.ts';
import type { PolicyFit } from '../../validation/policyFit.ts';
import { expectedOfOpening } from './expectedOfOpening.ts';
import type { LastLook } from './lastLook.ts';

export type OpeningDeps = {
  readonly ledger: Ledger;
  readonly known: KnownRollouts;
  readonly contexts: DecisionContexts;
  readonly lastLook: LastLook;
  readonly policyFit: PolicyFit;
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
    const { record, feature, ask } = wish;
    const rollout = record.state;
    const nowMs = nowFor(record, this.#deps.clock.nowMs());
    const audited = await this.#deps.lastLook.wholeChain(rollout, nowMs);
    const surroundings = await this.#deps.contexts.surroundings();
    const superseded = await this.#deps.contexts.supersededBy(rollout);
    const weighing = { rollout, feature, audit: audited.verdict, superseded, ask, nowMs };
    const context = await this.#deps.contexts.of(weighing, surroundings);
    const poll = record.tick?.poll ?? null;
    const decision = decide(rollout, poll, context, nowMs);
    if (decision.reason !== 'ready') throw held(decision);
    const subject = { rollout, feature: feature.state, audit: audited, superseded };
    const draftsOf = (context: DecisionContext, atMs: number) =>
      entriesOf(subject, decision, {
        atMs,
        actor: wish.actor,
        reason: null,
        comment: ask.comment,
        evidence: { rolloutVersion: rollout.version, nowMs, poll, context },
      });
    const latest = await this.#deps.lastLook.latest(weighing, { decision, drafts: draftsOf(context, nowMs) });
    const again = decide(rollout, poll, latest.context, nowMs);
    if (again.reason !== 'ready') throw held(again);
    const drafts = draftsOf(latest.context, latest.atMs);
    const maxLive = this.#deps.policyFit.maxLive(rollout);
    const start = decision.kind === 'start' ? { superseded, maxLive } : null;
    await this.#record(wish, wish.preflight === null ? drafts : [wish.preflight, ...drafts], {
      ...expectedOfOpening(rollout, feature, latest.waivers, start),
      rollout: { id: rollout.id, version: rollout.version },
    });
  }

  async #record({ record, feature }: OpeningWish, drafts: readonly EntryDraft[], expected: Expected): Promise<void> {
    const outcome = await appendEntries('execution', this.#deps, drafts, expected);
    if (outcome.kind === 'conflict')
      throw new Refusal('VERSION_STALE', `the ${outcome.over} changed meanwhile; look again`);
    this.#deps.known.meet({ state: record.state, feature }, outcome.entries);
    this.#deps.shown.recorded(record.state, outcome.entries);
    const exposure = exposureIn(outcome.entries);
    if (exposure !== null) await this.#deps.publisher.publish(feature.definition, exposure);
  }
}

function held(decision: RuledDecision): Refusal {
  const unblocksAtMs = decision.kind === 'hold' ? decision.unblocksAtMs : null;
  const unblocksAt = unblocksAtMs === null ? null : new Date(unblocksAtMs).toISOString();
  return new Refusal('HELD', decision.detail, { reason: decision.reason, unblocksAt });
}
