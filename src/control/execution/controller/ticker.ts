import type { WaiverState } from '../../../domain/governance/waiverState.ts';
import type { EntryDraft, Evidence } from '../../../domain/ledger/entry.ts';
import { SLUICE } from '../../../domain/ledger/entry.ts';
import type { DecisionContext } from '../../../domain/rollout/context.ts';
import { decide } from '../../../domain/rollout/decide.ts';
import { entriesOf, type RecordedDecision } from '../../../domain/rollout/decided.ts';
import type { Hold, Opening, Rollback, RuledDecision } from '../../../domain/rollout/decision.ts';
import { hold } from '../../../domain/rollout/hold.ts';
import { nextPoll } from '../../../domain/rollout/nextPoll.ts';
import type { Poll } from '../../../domain/rollout/poll.ts';
import { describeItem, failedItems, heldFor } from '../../../domain/rollout/preflight.ts';
import { isServed } from '../../../domain/rollout/served.ts';
import type { RolloutState } from '../../../domain/rollout/state.ts';
import { appendEntries } from '../../appendEntries.ts';
import type { ChainAudit, ChainVerdict } from '../../audit/chainAudit.ts';
import type { Preflight, PreflightDraft } from '../../eligibility/preflight.ts';
import type { Publisher } from '../../flags/publisher.ts';
import { exposureIn } from '../../notices.ts';
import { nowFor } from '../../nowFor.ts';
import type { Chance } from '../../ports/chance.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Expected, Ledger } from '../../ports/ledger.ts';
import type { Claim, RolloutRegister, Tick } from '../../ports/rolloutRegister.ts';
import {
  type DecisionContexts,
  type Surroundings,
  UNKNOWN_SURROUNDINGS,
  type Weighing,
} from '../../sight/decisionContext.ts';
import type { KnownRollouts } from '../../sight/knownRollouts.ts';
import { look } from '../../sight/looking.ts';
import type { MetricSources } from '../../sight/metricSources.ts';
import type { RolloutDisplay } from '../../sight/rolloutDisplay.ts';
import type { PolicyFit } from '../../validation/policyFit.ts';
import type { Closing } from '../closing/closing.ts';
import { expectedOfOpening } from '../opening/expectedOfOpening.ts';
import type { LastLook } from '../opening/lastLook.ts';

export type TickerDeps = {
  readonly ledger: Ledger;
  readonly rollouts: RolloutRegister;
  readonly sources: MetricSources;
  readonly contexts: DecisionContexts;
  readonly audit: ChainAudit;
  readonly preflight: Preflight;
  readonly publisher: Publisher;
  readonly closing: Closing;
  readonly lastLook: LastLook;
  readonly policyFit: PolicyFit;
  readonly known: KnownRollouts;
  readonly shown: RolloutDisplay;
  readonly clock: Clock;
  readonly chance: Chance;
};

/** The row that would have started it. */
const START_ROW = 17;

/** What one tick works on, gathered once. */
type Work = {
  readonly claim: Claim;
  readonly nowMs: number;
  /** When what is decided happens: later than `nowMs` where something was waited for before it opens. */
  readonly atMs: number;
  /** As the clock has it, also where it went backwards: sources know no other time. */
  readonly clockMs: number;
  readonly poll: Poll;
  readonly context: DecisionContext;
  readonly audited: ChainVerdict;
  readonly superseded: RolloutState | null;
  /** Those that an opening rests on. */
  readonly waivers: readonly WaiverState[];
};

/** One look at one rollout: measure, judge, decide, record, publish, in this order; a closing acts before it records. */
export class Ticker {
  readonly #deps: TickerDeps;

  constructor(deps: TickerDeps) {
    this.#deps = deps;
  }

  /** `surroundings` null: the ledger is away. Then everything is still measured, and what must close closes. */
  async tick(claim: Claim, surroundings: Surroundings | null): Promise<void> {
    const work = await this.#look(claim, surroundings);
    const decision = decide(claim.state, work.poll, work.context, work.nowMs);
    const tick: Tick = { poll: work.poll, decision };
    this.#deps.known.remember(claim, tick);
    this.#deps.shown.ticked(claim.state, tick);
    await this.#carryOut(work, decision);
  }

  async #look(claim: Claim, surroundings: Surroundings | null): Promise<Work> {
    const clockMs = this.#deps.clock.nowMs();
    const nowMs = nowFor(claim, clockMs);
    const audited = await this.#deps.audit.sinceLastLook(claim.state, claim.headSeq, nowMs);
    const superseded = await this.#deps.contexts.supersededBy(claim.state);
    const weighing = weighingOf({ claim, audited, superseded, nowMs });
    const context = await this.#deps.contexts.of(weighing, surroundings ?? UNKNOWN_SURROUNDINGS);
    const { pollIntervalMs } = context;
    const previous = claim.tick?.poll ?? null;
    const comparisons = previous?.comparisons ?? {};
    const at = { rollout: claim.state, comparisons, nowMs, clockMs, pollIntervalMs };
    const poll = nextPoll(previous, claim.state, {
      ...(await look(this.#deps.sources, at)),
      nowMs,
      pollIntervalMs,
      onHold: context.globalStop || context.storePaused,
      served: isServed(claim.state, context),
    });
    return { claim, nowMs, atMs: nowMs, clockMs, poll, context, audited, superseded, waivers: [] };
  }

  async #carryOut(work: Work, decision: RuledDecision): Promise<void> {
    switch (decision.kind) {
      case 'rollback':
        return this.#rollback(work, decision);
      case 'start':
      case 'ramp':
      case 'advance':
      case 'complete':
        return this.#open(work, decision);
      case 'hold':
      case 'awaitApproval':
      case 'pause':
        return this.#record(work, decision, entriesOf(this.#subject(work), decision, this.#saying(work)));
    }
  }

  async #rollback(work: Work, decision: Rollback & RuledDecision): Promise<void> {
    const { state, fence } = work.claim;
    const request = {
      kind: 'rollback' as const,
      id: this.#deps.chance.id(),
      feature: state.feature,
      rolloutId: state.id,
      to: decision.to,
      automatic: true,
      reason: decision.reason,
      detail: decision.detail,
      actor: SLUICE,
      comment: null,
      evidence: this.#evidence(work),
      atMs: work.atMs,
      seen: { visit: state.visit, stageIndex: state.stageIndex },
    };
    const ticked = {
      rolloutId: state.id,
      tick: { poll: work.poll, decision },
      nextCheckAtMs: this.#nextCheckAtMs(work),
    };
    await this.#deps.closing.rollback(request, work.claim, { ticked, fence });
  }

  /** The whole chain is verified before anything opens; a scheduled start has its preflight first, and a hook is asked last. */
  async #open(work: Work, decision: Opening & RuledDecision): Promise<void> {
    const { state, feature } = work.claim;
    const audited = await this.#deps.lastLook.wholeChain(state, work.nowMs);
    const context = { ...work.context, audit: audited.verdict };
    const proven = { ...work, audited, context };
    const again = decide(state, work.poll, context, work.nowMs);
    if (again.kind !== decision.kind) return this.#carryOut(proven, again);
    const preflight =
      decision.kind === 'start' ? await this.#deps.preflight.entry(state, feature, SLUICE, work.nowMs) : null;
    if (preflight !== null && !preflight.data.passed) return this.#record(proven, failedStart(preflight), []);
    const drafts = entriesOf(this.#subject(proven), decision, this.#saying(proven));
    const latest = { ...proven, ...(await this.#deps.lastLook.latest(weighingOf(proven), { decision, drafts })) };
    const inTheEnd = decide(state, work.poll, latest.context, work.nowMs);
    if (inTheEnd.kind !== decision.kind) return this.#carryOut(latest, inTheEnd);
    const entries = entriesOf(this.#subject(latest), decision, this.#saying(latest));
    return this.#record(latest, decision, preflight === null ? entries : [preflight, ...entries]);
  }

  /** Records before it acts: what opens is published only once the ledger has it. The loser of a race stops here, and looks again. */
  async #record(work: Work, decision: RecordedDecision & RuledDecision, drafts: readonly EntryDraft[]): Promise<void> {
    const { claim, poll } = work;
    const tick: Tick = { poll, decision };
    const nextCheckAtMs = this.#nextCheckAtMs(work);
    if (drafts.length === 0) {
      await this.#deps.rollouts.storeTick(claim, tick, nextCheckAtMs);
      return;
    }
    const { state, feature, fence } = claim;
    const outcome = await appendEntries(
      'execution',
      this.#deps,
      drafts,
      {
        rollout: { id: state.id, version: state.version },
        fence: { rolloutId: state.id, fence },
        ...this.#expected(work, decision),
      },
      { rolloutId: state.id, tick, nextCheckAtMs },
    );
    if (outcome.kind === 'conflict') return this.#deps.rollouts.release(claim, nextCheckAtMs);
    this.#deps.shown.recorded(state, outcome.entries);
    const exposure = exposureIn(outcome.entries);
    if (exposure !== null) await this.#deps.publisher.publish(feature.definition, exposure);
  }

  #nextCheckAtMs({ claim, context, clockMs: nowMs }: Work): number {
    // Not where a clock that went backwards left it: nobody would look until the clock has caught up.
    const due = Math.min(claim.nextCheckAtMs ?? nowMs, nowMs);
    const next = due + context.pollIntervalMs;
    // On the grid of the schedule; after an outage the missed ones are skipped, not made up for.
    return next > nowMs ? next : nowMs + context.pollIntervalMs - ((nowMs - due) % context.pollIntervalMs);
  }

  /** An opening also rests on what the feature exposed and on its waivers, and a start on the room that is left. */
  #expected({ claim, superseded, waivers }: Work, decision: RecordedDecision): Expected {
    if (decision.reason !== 'ready') return {};
    const maxLive = this.#deps.policyFit.maxLive(claim.state);
    const start = decision.kind === 'start' ? { superseded, maxLive } : null;
    return expectedOfOpening(claim.state, claim.feature, waivers, start);
  }

  #subject(work: Work) {
    return {
      rollout: work.claim.state,
      feature: work.claim.feature.state,
      audit: work.audited,
      superseded: work.superseded,
    };
  }

  #evidence(work: Work): Evidence {
    const { nowMs, poll, context } = work;
    return { rolloutVersion: work.claim.state.version, nowMs, poll, context };
  }

  #saying(work: Work) {
    return { atMs: work.atMs, actor: SLUICE, reason: null, comment: null, evidence: this.#evidence(work) };
  }
}

/** A start at an hour that fails its preflight waits and tries again; the tick says why, and the ledger is not filled with it. */
function failedStart({ data }: PreflightDraft): Hold & RuledDecision {
  const failed = failedItems(data.items);
  return { ...hold(heldFor(failed), `preflight: ${failed.map(describeItem).join('; ')}`), row: START_ROW };
}

function weighingOf(looked: Pick<Work, 'claim' | 'audited' | 'superseded' | 'nowMs'>): Weighing {
  const { claim, audited, superseded, nowMs } = looked;
  return { rollout: claim.state, feature: claim.feature, audit: audited.verdict, superseded, ask: null, nowMs };
}
