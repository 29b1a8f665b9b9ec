import type { EntryDraft } from '../../../domain/ledger/entry.ts';
import type { DecisionContext } from '../../../domain/rollout/context.ts';
import type { Opening } from '../../../domain/rollout/decision.ts';
import type { RolloutState } from '../../../domain/rollout/state.ts';
import type { ChainAudit, ChainVerdict } from '../../audit/chainAudit.ts';
import type { Clock } from '../../ports/clock.ts';
import type { GateHooks } from '../../ports/gateHooks.ts';
import type { DecisionContexts, LatestContext, Weighing } from '../../sight/decisionContext.ts';
import type { LateClosings } from '../closing/lateClosings.ts';
import { gateQuestion } from './gateQuestion.ts';

export type LastLookDeps = {
  readonly lateClosings: LateClosings;
  readonly audit: ChainAudit;
  readonly gateHooks: GateHooks;
  readonly contexts: DecisionContexts;
  readonly clock: Clock;
};

type PlannedOpening = { readonly decision: Opening; readonly drafts: readonly EntryDraft[] };

/** `atMs` is when it was looked at, and what follows from it happens: no earlier than what was decided before. */
type Latest = LatestContext & { readonly atMs: number };

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
   * Asks the installation's hook before these entries are recorded, where one is set, and looks at the world once more: verifying
   * and asking may take seconds. By this context it is decided again.
   */
  async latest(weighing: Weighing, opening: PlannedOpening): Promise<Latest> {
    const gateHook = await this.#objection(weighing.rollout, opening);
    const atMs = Math.max(weighing.nowMs, this.#deps.clock.nowMs());
    const { context, waivers } = await this.#deps.contexts.latest({ ...weighing, nowMs: atMs });
    return { context: { ...context, gateHook }, waivers, atMs };
  }

  /** Null where the hook agrees or there is none. */
  async #objection(rollout: RolloutState, { decision, drafts }: PlannedOpening): Promise<DecisionContext['gateHook']> {
    const question = gateQuestion(rollout, decision, drafts);
    if (question === null || !this.#deps.gateHooks.isSet(question.hook)) return null;
    const detail = await this.#deps.gateHooks.ask(question);
    return detail === null ? null : { hook: question.hook, detail };
  }
}
