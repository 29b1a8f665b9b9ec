import type { EntryDraft } from '../../../domain/ledger/entry.ts';
import type { DecisionContext } from '../../../domain/rollout/context.ts';
import type { Opening } from '../../../domain/rollout/decision.ts';
import type { RolloutState } from '../../../domain/rollout/state.ts';
import type { ChainAudit, ChainVerdict } from '../../audit/chainAudit.ts';
import type { GateHooks } from '../../ports/gateHooks.ts';
import type { DecisionContexts } from '../../sight/decisionContext.ts';
import type { LateClosings } from '../closing/lateClosings.ts';
import { gateQuestion } from './gateQuestion.ts';

export type LastLookDeps = {
  readonly lateClosings: LateClosings;
  readonly audit: ChainAudit;
  readonly gateHooks: GateHooks;
  readonly contexts: DecisionContexts;
};

/** What is looked at last before anything opens, whoever opens it: the ledger as a whole, then what others say of it. */
export class LastLook {
  readonly #deps: LastLookDeps;

  constructor(deps: LastLookDeps) {
    this.#deps = deps;
  }

  /** What closed while the ledger was away is told first: an opening must not go over it. */
  async wholeChain(rollout: RolloutState, nowMs: number): Promise<ChainVerdict> {
    await this.#deps.lateClosings.record();
    return this.#deps.audit.fromTheBeginning(rollout, nowMs);
  }

  /**
   * Asks the installation's hook before these entries are recorded. Null where it agrees or there is none; else the context by
   * which to decide again.
   */
  async objection(
    rollout: RolloutState,
    opening: { readonly decision: Opening; readonly drafts: readonly EntryDraft[] },
    context: DecisionContext,
  ): Promise<DecisionContext | null> {
    const question = gateQuestion(rollout, opening.decision, opening.drafts);
    if (question === null || !this.#deps.gateHooks.isSet(question.hook)) return null;
    const detail = await this.#deps.gateHooks.ask(question);
    // A hook may take seconds.
    const later = await this.#deps.contexts.afterWaiting(rollout, context);
    if (detail !== null) return { ...later, gateHook: { hook: question.hook, detail } };
    return later.globalStop || later.storePaused ? later : null;
  }
}
