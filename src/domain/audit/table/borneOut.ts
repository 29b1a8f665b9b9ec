import type { Severity } from '../../health/criterion.ts';
import type { LevelEvidence, OutageEvidence, SampleRatioEvidence, Verdict } from '../../health/verdict.ts';
import type { Poll } from '../../rollout/poll.ts';
import { type JudgedRollout, stageOf } from '../judgedRollout.ts';
import { logMismatchOf, treatmentShare } from './split.ts';

/** Verdicts of comparisons and guards that their own numbers do not bear out, in words. */
export function notBorneOut(rollout: JudgedRollout, poll: Poll): readonly string[] {
  return poll.verdicts.flatMap((verdict) => {
    const fault = faultIn(rollout, verdict);
    return fault === null ? [] : [`${verdict.key} (${verdict.sli}) ${fault}`];
  });
}

function faultIn(rollout: JudgedRollout, verdict: Verdict): string | null {
  const level = levelCriterion(rollout, verdict);
  const kind = level === null ? guardKind(verdict) : ('mannWhitney' as const);
  if (kind === null || verdict.outcome === 'inconclusive') return null;
  const { evidence } = verdict;
  if (evidence === null || evidence.kind !== kind) return `${verdict.outcome}s without its evidence`;
  if (evidence.kind === 'mannWhitney' && level !== null) {
    return outcomeFault(verdict, isLevelWorse(evidence, level), verdict.role !== 'success');
  }
  if (evidence.kind === 'outage') return asItStands(verdict, 'rollback', 2) ?? outcomeFault(verdict, isOut(evidence));
  return evidence.kind === 'sampleRatio' ? splitFault(rollout, verdict, evidence) : null;
}

function guardKind({ key, role }: Verdict): 'outage' | 'sampleRatio' | null {
  if (role !== 'guard') return null;
  return key.startsWith('outage/') ? 'outage' : 'sampleRatio';
}

/** What is found wrong fails, and nothing else does. `isTrigger`: its condition is that something is wrong. */
function outcomeFault({ outcome, reason }: Verdict, isWrong: boolean, isTrigger = true): string | null {
  const holds = isWrong === isTrigger ? 'holds' : 'doesNotHold';
  if (outcome === (isWrong ? 'fail' : 'pass') && reason === holds) return null;
  return `says ${outcome} (${reason}), and its numbers say ${isWrong ? 'fail' : 'pass'}`;
}

/** A guard is what it is: nobody may have made it milder. */
function asItStands({ severity, consecutive, dryRun }: Verdict, wanted: Severity, polls: number): string | null {
  const isSo = severity === wanted && consecutive === polls && !dryRun;
  return isSo ? null : `is not the guard that stands: ${severity}, ${consecutive} polls, dry run ${dryRun}`;
}

function levelCriterion(rollout: JudgedRollout, { key, role }: Verdict) {
  const stage = stageOf(rollout, rollout.stageIndex);
  const criteria = role === 'success' ? stage.successCriteria : role === 'trigger' ? stage.rollbackTrigger : [];
  const criterion = criteria[Number(key.split('/')[1])];
  if (criterion === undefined || criterion.compare !== 'mannWhitney') return null;
  const sli = rollout.contract.slis.find(({ id }) => id === criterion.sli);
  return { ...criterion, direction: sli?.direction ?? 'lower' };
}

type Level = NonNullable<ReturnType<typeof levelCriterion>>;

function isLevelWorse({ pValue, shift, controlMedian }: LevelEvidence, criterion: Level): boolean {
  const worseBy = criterion.direction === 'lower' ? shift : -shift;
  return pValue <= criterion.alpha && worseBy > criterion.toleranceShare * Math.abs(controlMedian);
}

function isOut({ poll: { treatment, control } }: OutageEvidence): boolean {
  if (Math.min(treatment.total, control.total) < 20 || 2 * treatment.bad < treatment.total) return false;
  return 2 * control.bad * treatment.total <= treatment.bad * control.total;
}

/** Logarithms that are worked out in two ways agree to this. */
const CLOSE = 1e-6;

function splitFault(rollout: JudgedRollout, verdict: Verdict, evidence: SampleRatioEvidence): string | null {
  const { contract } = rollout;
  const stages = contract.rolloutWedge.wedgeStages.map(({ stageId }) => stageId);
  const log = logMismatchOf(evidence.strata, stages);
  if (!(Math.abs(log - evidence.logBayesFactor) <= CLOSE * Math.max(1, Math.abs(log)))) {
    return `says a Bayes factor of e^${evidence.logBayesFactor}, and its counts say e^${log}`;
  }
  const last = evidence.strata.at(-1);
  if (last === undefined || Math.abs(treatmentShare(last.threshold) - evidence.expectedShare) > CLOSE) {
    return `expects a share of ${evidence.expectedShare}, which its split is not`;
  }
  const action = contract.sampleRatio?.action ?? 'pause';
  return asItStands(verdict, action, 1) ?? outcomeFault(verdict, log >= Math.log(100));
}

/** The guards that must have looked before anything rises: one for each ratio whose cohorts are told apart. */
export function guardsMissing(rollout: JudgedRollout, poll: Poll, exposedBuckets: number): readonly string[] {
  if (rollout.dryRun || exposedBuckets >= 100_000) return [];
  const ratios = rollout.contract.slis.filter(({ kind, cohort }) => kind === 'ratio' && cohort !== undefined);
  const wanted = [
    ...ratios.map(({ id }) => `outage/${id}`),
    ...(rollout.contract.sampleRatio === undefined || exposedBuckets <= 0 ? [] : ['sampleRatio']),
  ];
  const there = poll.verdicts.filter(({ role }) => role === 'guard').map(({ key }) => key);
  return wanted.filter((key) => !there.includes(key)).map((key) => `the guard ${key} was not asked`);
}
