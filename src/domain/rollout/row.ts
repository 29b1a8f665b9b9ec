import type { DecisionContext } from './context.ts';
import type { Decision } from './decision.ts';
import type { Poll } from './poll.ts';
import type { RolloutState } from './state.ts';

export type DecisionInput = {
  readonly rollout: RolloutState;
  readonly poll: Poll | null;
  readonly context: DecisionContext;
  readonly nowMs: number;
};

/** One row of the table: its answer, or null where it does not apply. */
export type Row = (input: DecisionInput) => Decision | null;
