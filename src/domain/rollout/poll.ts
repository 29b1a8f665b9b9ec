import type { Comparisons } from '../health/comparison.ts';
import type { Guards } from '../health/guards.ts';
import type { Verdict } from '../health/verdict.ts';
import type { HealthTally } from './healthTally.ts';

/**
 * What one tick found out, stored with the rollout: the state of a rollout is the fold of its entries plus its last poll.
 * Durations are active time: pauses, holds by stop and gaps of more than two polls are left out.
 */
export type Poll = {
  readonly atMs: number;
  readonly epoch: number;
  readonly visit: number;
  readonly verdicts: readonly Verdict[];
  /** The triggers of the stage that a rollback would lead to, judged by the same measurements; empty where it leads to zero. */
  readonly targetVerdicts: readonly Verdict[];
  /** What sequential criteria have counted so far in this rollout, over all its stages. */
  readonly comparisons: Comparisons;
  /** What stands beside every rollout has seen so far. */
  readonly guards: Guards;
  /** Polls in a row in which the criterion's condition held; inconclusive ones neither add nor reset. */
  readonly counts: Readonly<Record<string, number>>;
  /**
   * Of criteria with a limit of "k of the last n": those polls, oldest first, `1` where the condition held and `0` where it did not.
   * Inconclusive ones are not among them.
   */
  readonly history: Readonly<Record<string, string>>;
  /** Acknowledged pause criteria that have not passed since. */
  readonly muted: readonly string[];
  readonly health: HealthTally;
  readonly activeMs: { readonly visit: number; readonly observation: number; readonly noProgress: number };
  /** Global stop or the store's `paused` stood at this poll: the time until the next one is not active. */
  readonly onHold: boolean;
  /** Lookups met this exposure at this poll: the time until the next one proves something of it. */
  readonly served: boolean;
};
