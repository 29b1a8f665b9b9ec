import type { EntryData } from '../../ledger/entry.ts';
import type { Books } from '../books/books.ts';
import { exposureOf } from '../books/featureBook.ts';
import type { Life } from '../books/life.ts';
import { dataOf, isAdvancement, isByPerson, isOpening, type Told } from '../books/told.ts';
import { canonicalText } from '../canonicalText.ts';
import type { JudgedRollout } from '../judgedRollout.ts';
import { raising } from '../reach.ts';
import { leftAt, leftOver, overAtMs, stepsDue } from '../rollbackPace.ts';
import { msOfMinutes } from '../spans.ts';
import { type Look, when } from './look.ts';
import { plannedGrants } from './plannedGrants.ts';

type Step = EntryData['rollbackStep'];

/** A progressive rollback is a person's, goes down by its own clock alone, and nothing opens before it is over. */
export const steps: Look = (told, books) => {
  const life = books.lifeOf(told.rollout);
  const step = dataOf(told, 'rollbackStep');
  if (life !== null && step !== null)
    return step.begins === null ? wentOn(told, life, step) : began(told, life, step, step.begins);
  const rolledBack = dataOf(told, 'rolledBack');
  if (life !== null && rolledBack !== null) return ended(told, life, rolledBack);
  return opensMeanwhile(told, books, life);
};

function began(told: Told, life: Life, step: Step, { to, toStageIndex, overMs }: NonNullable<Step['begins']>) {
  const { overMinutes } = life.contract.rolloutWedge.rollback;
  const isBelow =
    toStageIndex === null || (life.phase === 'stage' && toStageIndex >= 0 && toStageIndex < life.stageIndex);
  const allowed = toStageIndex === null || !isBelow ? life.base : plannedGrants(life, life.base, toStageIndex);
  const expected = leftAt({ from: life.grants, to }, 0);
  return [
    ...when(life.rollingBack !== null, 'begins a rollback while one is under way'),
    ...when(!isByPerson(told), 'takes its time where no person has asked for it'),
    ...when(step.step !== 0, `begins with step ${step.step}`),
    ...when(overMs !== msOfMinutes(overMinutes), `takes ${overMs} ms, and the plan ${overMinutes} min`),
    ...when(!isBelow, `leads to stage ${toStageIndex} from ${life.stageIndex}`),
    ...when(raising(to, allowed) !== null, 'leads to more than the plan grants there'),
    ...when(canonicalText(step.exposure.grants) !== canonicalText(expected), 'does not take half of the way at once'),
  ];
}

function wentOn(told: Told, life: Life, step: Step): readonly string[] {
  const { rollingBack } = life;
  if (rollingBack === null) return ['is a step of no rollback'];
  const due = stepsDue(rollingBack, told.evidence?.nowMs ?? told.atMs);
  const expected = leftOver(rollingBack, due, life.grants);
  return [
    ...when(isByPerson(told), 'is a person’s, where steps go by the clock'),
    ...when(step.step !== due, `is step ${step.step}, where ${due} is due`),
    ...when(!(step.step > rollingBack.step), `is step ${step.step} after ${rollingBack.step}`),
    ...when(canonicalText(step.exposure.grants) !== canonicalText(expected), 'leaves another exposure than its step'),
  ];
}

function ended(told: Told, { rollingBack }: Life, { mode, automatic, toStageIndex }: EntryData['rolledBack']) {
  if (rollingBack === null) return when(mode !== 'immediate', 'says that it took its time, and nothing had begun');
  const { toStageIndex: end } = rollingBack;
  const isHigher = toStageIndex !== null && (end === null || toStageIndex > end);
  const isOver = (told.evidence?.nowMs ?? 0) >= overAtMs(rollingBack);
  return [
    ...when(isHigher, `goes back to stage ${toStageIndex}, higher than the rollback that was under way`),
    ...when(mode === 'progressive' && !isOver, 'ends before its time, and says that it took it'),
    ...when(mode === 'progressive' && automatic, 'takes its time where no person has asked for it'),
    ...when(mode !== 'progressive' && mode !== 'immediate', `is ${mode}`),
  ];
}

/** What lets anybody in: of this rollout, by two people, or another rollout in its place. */
function opensMeanwhile(told: Told, books: Books, life: Life | null): readonly string[] | null {
  if (!heldBackBy(told, books, life).some(({ rollingBack }) => rollingBack !== null)) return null;
  const isByTwo = typeof told.data['requestedBy'] === 'string' && exposureOf(told) !== null;
  const opens = isOpening(told) || isAdvancement(told) || told.type === 'superseded' || isByTwo;
  return when(opens, 'comes while a rollback is under way, and nothing opens before that is over');
}

/** Whose rollback keeps it from opening. A dry run lets nobody in, so it waits for its own alone. */
function heldBackBy(told: Told, books: Books, life: Life | null): readonly JudgedRollout[] {
  if (!told.dryRun && (life === null || told.type === 'started')) return books.running();
  return life === null ? [] : [life];
}
