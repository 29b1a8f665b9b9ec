import type { DecisionContext } from '../../rollout/context.ts';
import type { Poll } from '../../rollout/poll.ts';
import type { JudgedRollout } from '../judgedRollout.ts';
import { permit } from './permit.ts';
import { protect } from './protect.ts';
import { prove } from './prove.ts';
import type { Answer } from './question.ts';

/** The decision table once more, written from its words and not from the code that decides: first match wins. */
export function recompute(
  rollout: JudgedRollout,
  measured: Poll | null,
  context: DecisionContext,
  nowMs: number,
): Answer {
  // What was polled in another epoch speaks of another exposure.
  const poll = measured !== null && measured.epoch === rollout.epoch ? measured : null;
  const question = { rollout, poll, context, nowMs };
  const proven = rollout.wedgeState === 'PENDING' ? null : () => prove(question);
  return protect(question) ?? proven?.() ?? permit(question);
}
