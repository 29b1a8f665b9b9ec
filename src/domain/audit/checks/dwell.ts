import { activeMsOf, type Life } from '../books/life.ts';
import { isAdvancement, isByPerson, type Told } from '../books/told.ts';
import { stageOf } from '../judgedRollout.ts';
import { isShort, msOfHours, msOfMinutes } from '../spans.ts';
import { type Look, when } from './look.ts';

/** Minimum dwell, in the ramp too, and the stage's duration, for which a person's reasoned wish to advance may stand in. */
export const dwell: Look = (told, books) => {
  const life = books.lifeOf(told.rollout);
  if (life === null || (told.type !== 'ramped' && !isAdvancement(told))) return null;
  const activeMs = activeMsOf(life, told.atMs);
  const dwellMs = msOfMinutes(life.policy.minDwellMinutes);
  return [
    ...when(isShort(activeMs, dwellMs), `leaves after ${activeMs} ms, and the minimum dwell is ${dwellMs}`),
    ...when((told.evidence?.poll?.activeMs.visit ?? 0) > activeMs, 'claims to have been there for longer than it was'),
    ...(told.type === 'ramped' || isWished(told) ? [] : durationOver(life, activeMs)),
  ];
};

function durationOver(life: Life, activeMs: number): readonly string[] {
  const durationMs = msOfHours(stageOf(life, life.stageIndex).durationHours);
  return when(isShort(activeMs, durationMs), `leaves after ${activeMs} ms, and the stage lasts ${durationMs}`);
}

function isWished(told: Told): boolean {
  return isByPerson(told) && told.comment !== null && told.evidence?.context.ask?.kind === 'advance';
}
