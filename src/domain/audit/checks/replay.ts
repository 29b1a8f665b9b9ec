import type { Evidence } from '../../ledger/entry.ts';
import type { Life } from '../books/life.ts';
import { dataOf, isByPerson, isOpening, type Told } from '../books/told.ts';
import type { Answer } from '../table/question.ts';
import { recompute } from '../table/recompute.ts';
import { borneOut, isAlarm } from './alarm.ts';
import { type Look, when } from './look.ts';

/** What each type of entry is when the table has decided it. */
const KINDS: Readonly<Record<string, readonly Answer['kind'][]>> = {
  started: ['start'],
  ramped: ['ramp'],
  advanced: ['advance'],
  completed: ['complete'],
  paused: ['pause'],
  held: ['hold', 'awaitApproval'],
  rolledBack: ['rollback'],
  rollbackStep: ['hold'],
};

/** SLU-REPLAY: what was decided is decided again, from the evidence in the entry and the rollout as it then stood. */
export const replay: Look = (told, books) => {
  const { evidence } = told;
  if (evidence === null) return unproven(told);
  const judged = books.atVersion(told.rollout, evidence.rolloutVersion);
  if (judged === null) return [`rests on version ${evidence.rolloutVersion}, which the rollout never had`];
  const sound = inTime(told, evidence);
  if (isAlarm(told)) return [...borneOut(told, judged, evidence.poll), ...sound];
  const answer = recompute(judged, evidence.poll, evidence.context, evidence.nowMs);
  return [...sameDecision(told, answer), ...sound, ...sameTarget(told, judged, answer)];
};

/** Whatever the table decides has evidence; only a person's closing has none. */
function unproven(told: Told): readonly string[] | null {
  const isDecision = isOpening(told) || isAlarm(told) || told.type === 'completed' || told.type === 'held';
  if (isDecision) return ['rests on no evidence'];
  const isClosing = ['paused', 'rolledBack', 'rollbackStep'].includes(told.type);
  return isClosing && !isByPerson(told) ? ['rests on no evidence'] : null;
}

function sameDecision(told: Told, { kind, reason }: Answer): readonly string[] {
  const isSame = (KINDS[told.type] ?? []).includes(kind) && told.reason === reason;
  return when(!isSame, `its evidence comes out as ${kind} (${reason}), and it says ${told.type} (${told.reason})`);
}

/** It can not have been decided after it was done. */
const inTime = ({ atMs }: Told, { nowMs }: Evidence) => when(!(nowMs <= atMs), 'was decided later than it happened');

/** An automatic rollback goes where the plan says, or lower. */
function sameTarget(told: Told, judged: Life, { kind, to }: Answer): readonly string[] {
  const rolledBack = dataOf(told, 'rolledBack');
  if (rolledBack === null || kind !== 'rollback') return [];
  const highest = highestOf(judged, to);
  const reached = rolledBack.toStageIndex;
  const isLow = reached === null || (highest !== null && reached <= highest);
  return when(!isLow, `goes back to stage ${reached}, and the plan goes lower`);
}

/** No higher than what is under way. */
function highestOf(judged: Life, to: Answer['to']): number | null {
  const { rollingBack } = judged;
  const end = rollingBack === null ? Number.POSITIVE_INFINITY : rollingBack.toStageIndex;
  const wanted = to === 'underWay' ? end : to === 'zero' ? null : planned(judged);
  return wanted === null || end === null ? null : Math.min(wanted, end);
}

/** The stage that the plan goes back to, null for zero: from ramp and first stage, and the second time, zero it is. */
function planned({ contract, phase, stageIndex, automaticRollbacks }: Life): number | null {
  if (contract.rolloutWedge.rollback.to === 'zero' || phase !== 'stage') return null;
  return stageIndex === 0 || automaticRollbacks > 0 ? null : stageIndex - 1;
}
