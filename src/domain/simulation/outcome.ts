import type { RolloutState } from '../rollout/state.ts';

/** How a simulated rollout stood when it was over, or when its period was. */
const OUTCOMES = ['completed', 'rolledBack', 'paused', 'unfinished'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One that went back a stage and goes on is not over. */
export function outcomeOf({ wedgeState }: RolloutState): Outcome {
  switch (wedgeState) {
    case 'COMPLETE':
      return 'completed';
    case 'ROLLED_BACK':
      return 'rolledBack';
    case 'PAUSED':
      return 'paused';
    case 'PENDING':
    case 'ACTIVE':
    case 'SUPERSEDED':
      return 'unfinished';
  }
}
