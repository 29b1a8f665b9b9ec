import type { DecisionContext } from '../../rollout/context.ts';
import type { Poll } from '../../rollout/poll.ts';
import type { Reason } from '../../rollout/reason.ts';
import type { JudgedRollout } from '../judgedRollout.ts';

/** What the table is asked about. `poll` is of the rollout's own epoch, or null. */
export type Question = {
  readonly rollout: JudgedRollout;
  readonly poll: Poll | null;
  readonly context: DecisionContext;
  readonly nowMs: number;
};

/** The outcome, without the words that people read. */
export type Answer = {
  readonly kind: 'hold' | 'awaitApproval' | 'pause' | 'rollback' | 'start' | 'ramp' | 'advance' | 'complete';
  readonly reason: Reason;
  /** Of a rollback: to what was there before, where the contract says, or where one leads that is under way. */
  readonly to?: 'zero' | 'plan' | 'underWay';
};

export const holds = (reason: Reason): Answer => ({ kind: 'hold', reason });
