import { FULL_THRESHOLD } from '../feature/threshold.ts';
import type { RolloutState } from '../rollout/state.ts';

/** At 100 % nobody is left to compare with, and in a dry run nobody is treated. */
export const hasNoControl = (rollout: RolloutState): boolean => rollout.dryRun || rollout.threshold >= FULL_THRESHOLD;
