import type { Poll } from '../../rollout/poll.ts';
import { isAdvancement } from '../books/told.ts';
import { stageOf } from '../judgedRollout.ts';
import { isShort, msOfHours } from '../spans.ts';
import { hasPassed, healthIn } from '../table/criteria.ts';
import { type Look, when } from './look.ts';

/** ROLLOUT-006: no advancement before the stabilization window is over, with its health and its required metrics. */
export const stable: Look = (told, books) => {
  const life = books.lifeOf(told.rollout);
  if (life === null || !isAdvancement(told)) return null;
  const { minimumDurationHours, healthThreshold, requiredMetrics } = stageOf(life, life.stageIndex).stabilization;
  const passedMs = told.atMs - life.epochSinceMs;
  const windowMs = msOfHours(minimumDurationHours);
  const poll = told.evidence?.poll ?? null;
  const health = poll === null ? null : healthIn(poll);
  const lacking = requiredMetrics.filter((sli) => poll === null || isLacking(poll, sli));
  return [
    ...when(isShort(passedMs, windowMs), `comes ${passedMs} ms after the stage was reached, of ${windowMs}`),
    ...when(!(health !== null && health >= healthThreshold), `health is ${health}, needed ${healthThreshold}`),
    ...lacking.map((sli) => `the required metric ${sli} does not pass`),
  ];
};

/** Where none of its criteria applies, as with no control cohort left, it asks for nothing. */
function isLacking(poll: Poll, sli: string): boolean {
  const ofIt = poll.verdicts.filter(
    (verdict) => verdict.role === 'success' && verdict.sli === sli && verdict.reason !== 'notApplicable',
  );
  return ofIt.length > 0 && !ofIt.some((verdict) => hasPassed(poll, verdict));
}
