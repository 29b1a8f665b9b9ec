import type { PollCounts } from '../../src/domain/statistics/armCounts.ts';
import { combineEvidence } from '../../src/domain/statistics/combinedEvidence.ts';
import { OUTAGE_POLLS, showsOutage } from '../../src/domain/statistics/outage.ts';
import {
  absorbPoll,
  beginComparison,
  logEvidence,
  openEpoch,
} from '../../src/domain/statistics/sequentialComparison.ts';
import type { Judge } from './judge.ts';
import { POLLS_PER_HOUR } from './polling.ts';

const ALPHA = 0.05;
const NO_MARGIN = 1;

/** ln e after a poll. Asked again of the same poll, it answers the same: several judges may share it. */
export type Evidence = (poll: PollCounts) => number;

/** One criterion, poll after poll; an epoch opens each hour. */
export function evidenceOf(phi: number): Evidence {
  let comparison = beginComparison(NO_MARGIN);
  let polls = 0;
  let last: PollCounts | null = null;
  let logE = 0;
  return (poll) => {
    if (poll === last) return logE;
    last = poll;
    if (polls > 0 && polls % POLLS_PER_HOUR === 0) comparison = openEpoch(comparison);
    comparison = absorbPoll(comparison, poll, phi);
    polls += 1;
    logE = logEvidence(comparison);
    return logE;
  };
}

function outage(): Judge {
  let running = 0;
  return (poll) => {
    running = showsOutage(poll) ? running + 1 : 0;
    return running >= OUTAGE_POLLS;
  };
}

/** One criterion with the whole α, and the rule for outages beside it. */
export function sluice(logE: Evidence): Judge {
  const isDown = outage();
  return (poll) => {
    const down = isDown(poll);
    return logE(poll) >= -Math.log(ALPHA) || down;
  };
}

/** The same criterion with half of the weight, the other half with one that is healthy all the time. */
export function sluiceOfTwo(logE: Evidence, logHealthy: Evidence, healthy: () => PollCounts): Judge {
  const isDown = outage();
  return (poll) => {
    const down = isDown(poll);
    const criteria = [
      { key: 'judged', weight: 0.5, logEvidence: logE(poll) },
      { key: 'healthy', weight: 0.5, logEvidence: logHealthy(healthy()) },
    ];
    return (combineEvidence(criteria, ALPHA)?.fails ?? false) || down;
  };
}
