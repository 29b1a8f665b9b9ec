import { fixedLimit, type Judge } from './judge.ts';
import { POLLS_PER_MINUTE } from './polling.ts';
import { recentShare } from './recentShare.ts';

/** As in the examples of its documentation: `interval: 5m`, a query over `[5m]`, `failureLimit: 3`. */
const INTERVAL_POLLS = 5 * POLLS_PER_MINUTE;
const FAILURE_LIMIT = 3;

/**
 * Argo Rollouts' analysis in the background of a rollout. A measurement that does not meet the condition counts as failed; the
 * metric fails once `result.Failed > metric.FailureLimit` (`assessMetricStatus` in `analysis/analysis.go`). The count is kept for
 * the life of the run: a success resets the errors in a row, never the failures.
 */
export function argo(usualShare: number): Judge {
  const share = recentShare(INTERVAL_POLLS);
  const limit = fixedLimit(usualShare);
  let [polls, failed] = [0, 0];
  return ({ treatment }) => {
    const value = share(treatment);
    polls += 1;
    if (polls % INTERVAL_POLLS === 0 && value > limit) failed += 1;
    return failed > FAILURE_LIMIT;
  };
}
