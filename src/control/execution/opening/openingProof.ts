import type { Actor, EntryDraft } from '../../../domain/ledger/entry.ts';
import type { Ask, DecisionContext } from '../../../domain/rollout/context.ts';
import { decide } from '../../../domain/rollout/decide.ts';
import { entriesOf } from '../../../domain/rollout/decided.ts';
import type { Opening, RuledDecision } from '../../../domain/rollout/decision.ts';
import type { Poll } from '../../../domain/rollout/poll.ts';
import type { RolloutState } from '../../../domain/rollout/state.ts';
import { takeoverOf } from '../../../domain/rollout/takeover.ts';
import type { ChainAudit, ChainVerdict } from '../../audit/chainAudit.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FeatureRecord } from '../../ports/featureRegister.ts';
import type { GateHooks } from '../../ports/gateHooks.ts';
import type { Expected } from '../../ports/ledger.ts';
import type { DecisionContexts, Weighing } from '../../sight/decisionContext.ts';
import type { PolicyFit } from '../../validation/policyFit.ts';
import type { LateClosings } from '../closing/lateClosings.ts';
import { expectedOfOpening } from './expectedOfOpening.ts';
import { gateQuestion } from './gateQuestion.ts';

export type OpeningProofDeps = {
  readonly lateClosings: LateClosings;
  readonly audit: ChainAudit;
  readonly gateHooks: GateHooks;
  readonly contexts: DecisionContexts;
  readonly policyFit: PolicyFit;
  readonly clock: Clock;
};

/** What was measured, and the time by which it is weighed. */
type Measured = { readonly poll: Poll | null; readonly nowMs: number };

type ProofWish = {
  readonly rollout: RolloutState;
  readonly feature: FeatureRecord;
  readonly ask: Ask | null;
  readonly actor: Actor;
  readonly measured: Measured;
  readonly context: (weighing: Weighing) => Promise<DecisionContext>;
  /** The same once everybody was waited for. */
  readonly measuredSince: () => Promise<Measured>;
};

/** By what was decided in the end. `atMs` is when what follows happens: no earlier than what was decided before. */
type Seen = Measured & {
  readonly atMs: number;
  readonly audited: ChainVerdict;
  readonly context: DecisionContext;
};

export type HeldOpening = Exclude<RuledDecision, Opening>;

type ProofOutcome =
  | { readonly seen: Seen; readonly held: HeldOpening }
  | {
      readonly seen: Seen;
      readonly held: null;
      readonly decision: Opening & RuledDecision;
      readonly drafts: readonly EntryDraft[];
      /** Beside the rollout itself. */
      readonly expected: Expected;
    };

/** What comes before anything opens, whoever opens it: the ledger as a whole is verified, and others are asked what they say of it. */
export class OpeningProof {
  readonly #deps: OpeningProofDeps;

  constructor(deps: OpeningProofDeps) {
    this.#deps = deps;
  }

  /**
   * Decides, asks the installation's hook, where one is set, looks at the world once more and decides again: verifying and asking may take
   * seconds, and who has stopped it meanwhile meant what is about to happen. Throws `LedgerUnreachable`.
   */
  async of(wish: ProofWish): Promise<ProofOutcome> {
    const { rollout, feature, ask, measured } = wish;
    const audited = await this.#wholeChain(rollout, measured.nowMs);
    const superseded = await this.#deps.contexts.supersededBy(rollout);
    const weighing = { rollout, feature, audit: audited.verdict, superseded, ask, nowMs: measured.nowMs };
    const subject = { rollout, feature: feature.state, audit: audited, superseded };
    const draftsBy = ({ poll, nowMs, atMs, context }: Seen, decision: Opening) =>
      entriesOf(subject, decision, {
        atMs,
        actor: wish.actor,
        reason: null,
        comment: ask?.comment ?? null,
        evidence: { rolloutVersion: rollout.version, nowMs, poll, context },
      });

    // The one that it takes over may have ended since it was looked at: then there is nothing to take over.
    const begun = { ...(await wish.context(weighing)), takeover: takeoverOf(superseded) };
    const first = { ...measured, atMs: measured.nowMs, audited, context: begun };
    const decision = decide(rollout, first.poll, first.context, first.nowMs);
    if (decision.reason !== 'ready') return { seen: first, held: decision };

    const gateHook = await this.#objection(rollout, decision, draftsBy(first, decision));
    const since = await wish.measuredSince();
    const atMs = Math.max(since.nowMs, this.#deps.clock.nowMs());
    const { context, waivers } = await this.#deps.contexts.latest({ ...weighing, nowMs: atMs });
    const seen = { ...since, atMs, audited, context: { ...context, gateHook } };
    const again = decide(rollout, seen.poll, seen.context, seen.nowMs);
    if (again.reason !== 'ready') return { seen, held: again };

    const start = again.kind === 'start' ? { superseded, maxLive: this.#deps.policyFit.maxLive(rollout) } : null;
    const expected = expectedOfOpening(rollout, feature, waivers, start);
    return { seen, held: null, decision: again, drafts: draftsBy(seen, again), expected };
  }

  /** What closed while the ledger was away is told first: an opening must not go over it. */
  async #wholeChain(rollout: RolloutState, nowMs: number): Promise<ChainVerdict> {
    await this.#deps.lateClosings.record();
    return this.#deps.audit.fromTheBeginning(rollout, nowMs);
  }

  /** Null where the hook agrees or there is none. */
  async #objection(
    rollout: RolloutState,
    decision: Opening,
    drafts: readonly EntryDraft[],
  ): Promise<DecisionContext['gateHook']> {
    const question = gateQuestion(rollout, decision, drafts);
    if (question === null || !this.#deps.gateHooks.isSet(question.hook)) return null;
    const detail = await this.#deps.gateHooks.ask(question);
    return detail === null ? null : { hook: question.hook, detail };
  }
}
