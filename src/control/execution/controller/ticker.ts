import { NO_GUARDS } from '../../../domain/health/guards.ts';
import type { EntryDraft, Evidence } from '../../../domain/ledger/entry.ts';
import { SLUICE } from '../../../domain/ledger/entry.ts';
import { alertEntries } from '../../../domain/rollout/alerts.ts';
import type { DecisionContext } from '../../../domain/rollout/context.ts';
import { decide } from '../../../domain/rollout/decide.ts';
import { entriesOf, type RecordedDecision } from '../../../domain/rollout/decided.ts';
import type { Hold, Opening, Rollback, RuledDecision } from '../../../domain/rollout/decision.ts';
import { nextPoll } from '../../../domain/rollout/nextPoll.ts';
import type { Poll } from '../../../domain/rollout/poll.ts';
import { isServed } from '../../../domain/rollout/served.ts';
import { isTerminal } from '../../../domain/rollout/state.ts';
import { appendEntries } from '../../appendEntries.ts';
import type { ChainAudit, ChainVerdict } from '../../audit/chainAudit.ts';
import type { HealthVerification } from '../../audit/healthVerification.ts';
import type { Preflight } from '../../eligibility/preflight.ts';
import type { Publisher } from '../../flags/publisher.ts';
import { exposureIn } from '../../notices.ts';
import { nowFor } from '../../nowFor.ts';
import type { Chance } from '../../ports/chance.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Expected, type Ledger, LedgerUnreachable } from '../../ports/ledger.ts';
import type { Claim, RolloutRegister, Tick } from '../../ports/rolloutRegister.ts';
import { type DecisionContexts, type Surroundings, UNKNOWN_SURROUNDINGS } from '../../sight/decisionContext.ts';
import type { KnownRollouts } from '../../sight/knownRollouts.ts';
import { look } from '../../sight/looking.ts';
import type { MetricSources } from '../../sight/metricSources.ts';
import type { RolloutDisplay } from '../../sight/rolloutDisplay.ts';
import type { Closing } from '../closing/closing.ts';
import type { OpeningProof } from '../opening/openingProof.ts';
import { failedStart } from './failedStart.ts';
import { nextLookAtMs } from './nextLook.ts';

export type TickerDeps = {
  readonly ledger: Ledger;
  readonly rollouts: RolloutRegister;
  readonly sources: MetricSources;
  readonly contexts: DecisionContexts;
  readonly audit: ChainAudit;
  readonly preflight: Preflight;
  readonly publisher: Publisher;
  readonly closing: Closing;
  readonly health: HealthVerification;
  readonly proof: OpeningProof;
  readonly known: KnownRollouts;
  readonly shown: RolloutDisplay;
  readonly clock: Clock;
  readonly chance: Chance;
};

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
};

/** One look at one rollout: measure, judge, decide, record, publish, in this order; a closing acts before it records. */
export class Ticker {
  readonly #deps: TickerDeps;

  constructor(deps: TickerDeps) {
    this.#deps = deps;
  }

  /** `surroundings` null: the ledger is away. Then everything is still measured, and what must close closes. */
  async tick(claim: Claim, surroundings: Surroundings | null): Promise<void> {
    if (isTerminal(claim.state.wedgeState)) return this.#watch(claim);
    const work = await this.#look(claim, surroundings);
    const decision = decide(claim.state, work.poll, work.context, work.nowMs);
    const tick: Tick = { poll: work.poll, decision };
    this.#deps.known.remember(claim, tick);
    this.#deps.shown.ticked(claim.state, tick);
    await this.#carryOut(work, decision);
    // Last: whatever becomes of it, what must close has closed.
    if (surroundings !== null) await this.#deps.health.look(claim);
  }

  /** It has ended, and somebody has asked whether that has helped. */
  async #watch(claim: Claim): Promise<void> {
    const againAtMs = await this.#deps.health.look(claim);
    if (againAtMs !== null) await this.#deps.rollouts.release(claim, againAtMs);
  }

  async #look(claim: Claim, surroundings: Surroundings | null): Promise<Work> {
    const clockMs = this.#deps.clock.nowMs();
    const nowMs = nowFor(claim, clockMs);
    const audited = await this.#deps.audit.sinceLastLook(claim.state, claim.headSeq, nowMs);
    const weighing = {
      ...{ rollout: claim.state, feature: claim.feature, audit: audited.verdict, ask: null, nowMs },
      superseded: await this.#deps.contexts.supersededBy(claim.state),
    };
    const context = await this.#deps.contexts.of(weighing, surroundings ?? UNKNOWN_SURROUNDINGS);
    const { pollIntervalMs } = context;
    const previous = claim.tick?.poll ?? null;
    const seen = { comparisons: previous?.comparisons ?? {}, guards: previous?.guards ?? NO_GUARDS };
    const at = { rollout: claim.state, ...seen, nowMs, clockMs, pollIntervalMs };
    const poll = nextPoll(previous, claim.state, {
      ...(await look(this.#deps.sources, at)),
      nowMs,
      pollIntervalMs,
      onHold: context.globalStop || context.storePaused,
      served: isServed(claim.state, context),
    });
    return { claim, nowMs, atMs: nowMs, clockMs, poll, context, audited };
  }

  async #carryOut(work: Work, decision: RuledDecision): Promise<void> {
    if (decision.kind === 'hold' && decision.reason === 'rollingBack') return this.#step(work, decision);
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
        return this.#record(work, decision, this.#draftsOf(work, decision));
    }
  }

  #draftsOf(work: Work, decision: RecordedDecision): readonly EntryDraft[] {
    return entriesOf(this.#subject(work), decision, this.#saying(work));
  }

  /** The next step, where one is due. Where nothing can be recorded nobody could take it over: then all that is left goes at once. */
  async #step(work: Work, decision: Hold & RuledDecision): Promise<void> {
    const { state, feature } = work.claim;
    const expected = state.dryRun ? {} : { feature: { key: state.feature, version: feature.state.version } };
    try {
      await this.#record(work, decision, this.#draftsOf(work, decision), expected);
    } catch (error) {
      const context = { ...work.context, ledgerAway: true };
      const hurried = decide(state, work.poll, context, work.nowMs);
      if (!(error instanceof LedgerUnreachable) || hurried.kind !== 'rollback') throw error;
      await this.#rollback({ ...work, context }, hurried);
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
      automatic: decision.to !== 'underWay',
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
      nextCheckAtMs: nextLookAtMs(work),
    };
    await this.#deps.closing.rollback(request, work.claim, { ticked, fence });
  }

  /** A scheduled start has its preflight first. */
  async #open(work: Work, decision: Opening): Promise<void> {
    const { state, feature } = work.claim;
    const preflight =
      decision.kind === 'start' ? await this.#deps.preflight.entry(state, feature, SLUICE, work.nowMs) : null;
    if (preflight !== null && !preflight.data.passed) return this.#record(work, failedStart(preflight), []);
    const proven = await this.#deps.proof.of({
      ...{ rollout: state, feature, ask: null, actor: SLUICE },
      measured: work,
      context: async ({ audit }) => ({ ...work.context, audit }),
      // Under its lease nobody else has measured.
      measuredSince: async () => work,
    });
    const { audited, context, atMs } = proven.seen;
    const seen = { ...work, audited, context, atMs };
    if (proven.held !== null) return this.#carryOut(seen, proven.held);
    const drafts = preflight === null ? proven.drafts : [preflight, ...proven.drafts];
    return this.#record(seen, proven.decision, drafts, proven.expected);
  }

  /**
   * Records before it acts: what opens is published only once the ledger has it. The loser of a race stops here, and looks again.
   * Alerts go with it, whatever was decided; a rollback ends them, and its own evidence tells of them.
   */
  async #record(
    work: Work,
    decision: RecordedDecision & RuledDecision,
    drafts: readonly EntryDraft[],
    expected: Expected = {},
  ): Promise<void> {
    const { claim, poll } = work;
    const tick: Tick = { poll, decision };
    const nextCheckAtMs = nextLookAtMs(work);
    const told = [...alertEntries(claim.state, poll, this.#saying(work)), ...drafts];
    if (told.length === 0) {
      await this.#deps.rollouts.storeTick(claim, tick, nextCheckAtMs);
      return;
    }
    const { state, feature, fence } = claim;
    const outcome = await appendEntries(
      'execution',
      this.#deps,
      told,
      {
        ...expected,
        rollout: { id: state.id, version: state.version },
        fence: { rolloutId: state.id, fence },
      },
      { rolloutId: state.id, tick, nextCheckAtMs },
    );
    if (outcome.kind === 'conflict') return this.#deps.rollouts.release(claim, nextCheckAtMs);
    this.#deps.shown.recorded(state, outcome.entries);
    const exposure = exposureIn(outcome.entries);
    if (exposure === null) return;
    // A step down must not wait for a store that is away: own lookups go down with it.
    if (outcome.entries.some(({ type }) => type === 'rollbackStep'))
      await this.#deps.publisher.close(feature.definition, exposure);
    else await this.#deps.publisher.publish(feature.definition, exposure);
  }

  #subject({ claim, audited }: Work) {
    return { rollout: claim.state, feature: claim.feature.state, audit: audited, superseded: null };
  }

  #evidence(work: Work): Evidence {
    const { nowMs, poll, context } = work;
    return { rolloutVersion: work.claim.state.version, nowMs, poll, context };
  }

  #saying(work: Work) {
    return { atMs: work.atMs, actor: SLUICE, reason: null, comment: null, evidence: this.#evidence(work) };
  }
}
