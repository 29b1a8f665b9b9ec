import { fixedLimit, type Judge } from './judge.ts';
import { POLLS_PER_MINUTE } from './polling.ts';
import { recentShare } from './recentShare.ts';

/** As in "How it works" of its documentation: `interval: 1m` of the analysis and of the metric, `threshold: 10`. */
const INTERVAL_POLLS = POLLS_PER_MINUTE;
const THRESHOLD = 10;

/**
 * Flagger's analysis. Each run whose metric is out of its range adds to `failedChecks`; a run begins by rolling back where
 * `FailedChecks >= GetAnalysisThreshold()` (`advanceCanary` in `pkg/controller/scheduler.go`), so one interval after the last
 * failure. A success does not reset it, a new revision does.
 */
export function flagger(usualShare: number): Judge {
  const share = recentShare(INTERVAL_POLLS);
  const limit = fixedLimit(usualShare);
  let [polls, failedChecks] = [0, 0];
  return ({ treatment }) => {
    const value = share(treatment);
    polls += 1;
    if (polls % INTERVAL_POLLS !== 0) return false;
    if (failedChecks >= THRESHOLD) return true;
    if (value > limit) failedChecks += 1;
    return false;
  };
}
