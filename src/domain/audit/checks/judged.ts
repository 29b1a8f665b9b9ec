import type { SuccessCriterion, Trigger, WindowedCriterion } from '../../health/criterion.ts';
import type { Verdict } from '../../health/verdict.ts';
import type { Poll } from '../../rollout/poll.ts';
import type { Life } from '../books/life.ts';
import { isAdvancement, type Told } from '../books/told.ts';
import { HOLDS } from '../condition.ts';
import { isRunning, stageOf } from '../judgedRollout.ts';
import { reachOf } from '../reach.ts';
import { guardsMissing, notBorneOut } from '../table/borneOut.ts';
import { foundWorse } from '../table/foundWorse.ts';
import { asPlanned } from './asPlanned.ts';
import { type Look, when } from './look.ts';

type Planned = {
  readonly key: string;
  readonly role: Verdict['role'];
  readonly criterion: SuccessCriterion | Trigger;
};

/** VERDICTS: every criterion of the stage was judged as the plan has it, and each verdict follows from its own numbers. */
export const judged: Look = (told, books) => {
  const { evidence } = told;
  const life = evidence === null ? null : books.atVersion(told.rollout, evidence.rolloutVersion);
  const poll = evidence?.poll ?? null;
  // What was polled in another epoch decides nothing.
  if (life === null || poll === null || poll.epoch !== life.epoch || !isRunning(life)) return null;
  return [
    ...asPlanned(life, poll),
    ...plannedOf(life).flatMap((planned) => contradicted(life, poll, planned)),
    ...targetContradicted(life, poll),
    ...notBorneOut(life, poll),
    ...unguarded(told, life, poll),
  ];
};

/** Nothing rises unguarded. */
function unguarded(told: Told, life: Life, poll: Poll): readonly string[] {
  if (told.type !== 'ramped' && !isAdvancement(told)) return [];
  return guardsMissing(life, poll, exposedBuckets(life));
}

/** More than its stage plans where it took over more. */
const exposedBuckets = (life: Life) => reachOf(life.grants, stageOf(life, life.stageIndex).scope);

/** In the ramp the triggers alone. */
function plannedOf(life: Life): readonly Planned[] {
  const { rollbackTrigger, successCriteria } = stageOf(life, life.stageIndex);
  const triggers = rollbackTrigger.map((criterion, index) => ({
    ...{ key: `trigger/${index}`, role: 'trigger' as const, criterion },
  }));
  const success = successCriteria.map((criterion, index) => ({
    ...{ key: `success/${index}`, role: 'success' as const, criterion },
  }));
  return life.phase === 'ramp' ? triggers : [...triggers, ...success];
}

/** Of the stage that a rollback would lead to only what was judged is there. */
function targetContradicted(life: Life, poll: Poll): readonly string[] {
  return poll.targetVerdicts.flatMap((verdict) => {
    const criterion = stageOf(life, life.stageIndex - 1).rollbackTrigger[Number(verdict.key.split('/')[1])];
    if (criterion?.sli !== verdict.sli) return [`${verdict.key} (${verdict.sli}) is not of the stage before`];
    return against(life, poll, { key: verdict.key, role: 'trigger', criterion }, verdict);
  });
}

function contradicted(life: Life, poll: Poll, planned: Planned): readonly string[] {
  const verdict = poll.verdicts.find(({ key }) => key === planned.key);
  if (verdict === undefined) return [`${planned.key} (${planned.criterion.sli}) was not judged`];
  return against(life, poll, planned, verdict);
}

function against(life: Life, poll: Poll, { key, role, criterion }: Planned, verdict: Verdict): readonly string[] {
  const name = `${key} (${criterion.sli})`;
  const holds = verdict.reason === 'holds';
  if (!holds && verdict.reason !== 'doesNotHold')
    return unknown(life, verdict, criterion).map((why) => `${name} ${why}`);
  const bears = conditionOf(life, poll, criterion, verdict);
  if (typeof bears === 'string') return [`${name} ${bears}`];
  const outcome = (role === 'success') === holds ? 'pass' : 'fail';
  return [
    ...when(
      bears !== holds,
      `${name} is said to be so (${verdict.reason}) against its own numbers, at ${verdict.value}`,
    ),
    ...when(verdict.outcome !== outcome, `${name} ${verdict.reason} and is called ${verdict.outcome}`),
  ];
}

/** What proves nothing neither passes nor fails, and a criterion that needs no control always applies. */
function unknown(life: Life, { reason, outcome }: Verdict, criterion: Planned['criterion']): readonly string[] {
  const isAlone = criterion.compare === 'absolute' || ('baseline' in criterion && criterion.baseline !== undefined);
  const isEveryone = exposedBuckets(life) >= 100_000;
  return [
    ...when(outcome !== 'inconclusive', `is ${outcome} on no data (${reason})`),
    ...when(
      reason === 'notApplicable' && (isAlone || !(life.dryRun || isEveryone)),
      'is left out, and there is a control',
    ),
  ];
}

/** Whether its condition holds, by what was measured; in words where that can't be what was measured. */
function conditionOf(life: Life, poll: Poll, criterion: Planned['criterion'], verdict: Verdict): boolean | string {
  if (criterion.compare === 'sequential') {
    const worse = foundWorse(life, poll, criterion, verdict.evidence);
    return typeof worse === 'string' ? worse : (verdict.role === 'trigger') === worse;
  }
  // How levels compare is asked with what the guards say, of the evidence beside them.
  if (criterion.compare === 'mannWhitney') return verdict.reason === 'holds';
  const { value, samples, baseline } = verdict;
  if (value === null || samples === null || samples < criterion.minSamples) return `rests on ${samples} samples`;
  const limit = limitOf(criterion, baseline);
  return limit === null ? 'rests on no baseline' : HOLDS[criterion.operator](value, limit);
}

function limitOf({ compare, threshold }: WindowedCriterion, baseline: number | null): number | null {
  if (compare === 'absolute') return threshold;
  if (baseline === null) return null;
  return compare === 'baselineRatio' ? threshold * baseline : baseline + threshold;
}
