import type { SuccessCriterion } from '../../health/criterion.ts';
import type { Verdict } from '../../health/verdict.ts';
import type { Poll } from '../../rollout/poll.ts';
import type { Life } from '../books/life.ts';
import { isAdvancement, type Told } from '../books/told.ts';
import { HOLDS } from '../condition.ts';
import { stageOf } from '../judgedRollout.ts';
import { isShort, msOfHours } from '../spans.ts';
import { hasPassed } from '../table/criteria.ts';
import { type Look, when } from './look.ts';

/** INV-RWG-OBSERVE: no advancement before the observation window is over, by the entries' own times, and the success criteria pass. */
export const observe: Look = (told, books) => {
  const life = books.lifeOf(told.rollout);
  if (life === null || !isAdvancement(told)) return null;
  const poll = told.evidence?.poll ?? null;
  return [...windowOver(life, told), ...(poll === null ? ['rests on no measurement'] : proven(life, told, poll))];
};

function windowOver(life: Life, told: Told): readonly string[] {
  const windowMs = msOfHours(life.contract.rolloutWedge.observationWindowHours);
  const passedMs = told.atMs - life.epochSinceMs;
  return when(isShort(passedMs, windowMs), `comes ${passedMs} ms after observation began, of ${windowMs}`);
}

function proven(life: Life, told: Told, poll: Poll): readonly string[] {
  const { successCriteria } = stageOf(life, life.stageIndex);
  const faults = successCriteria.map((criterion, index) => unproven(poll, criterion, `success/${index}`));
  const passed = poll.verdicts.filter((verdict) => verdict.role === 'success' && hasPassed(poll, verdict));
  return [
    ...when(poll.epoch !== life.epoch, 'rests on a measurement of another exposure'),
    ...when(
      poll.activeMs.observation > told.atMs - life.epochSinceMs,
      'claims to have observed for longer than it was there',
    ),
    ...faults.filter((fault) => fault !== null),
    ...when(passed.length === 0, 'no success criterion passes'),
  ];
}

/** A criterion of the plan that is not judged, does not pass, or passes against its own numbers. */
function unproven(poll: Poll, criterion: SuccessCriterion, key: string): string | null {
  if (criterion.dryRun) return null;
  const verdict = poll.verdicts.find((one) => one.key === key);
  if (verdict === undefined || verdict.sli !== criterion.sli) return `${key} (${criterion.sli}) was not judged`;
  if (verdict.reason === 'notApplicable') return null;
  if (!hasPassed(poll, verdict)) return `${key} (${criterion.sli}) does not pass`;
  return isBornOut(criterion, verdict) ? null : `${key} (${criterion.sli}) is said to pass at ${verdict.value}`;
}

/** An absolute condition can be looked at again; of a comparison only the source knows the other side. */
function isBornOut(criterion: SuccessCriterion, { value, samples }: Verdict): boolean {
  if (criterion.compare !== 'absolute') return true;
  const { operator, threshold, minSamples } = criterion;
  const enough = samples === null || samples >= minSamples;
  return value !== null && enough && HOLDS[operator](value, threshold);
}
