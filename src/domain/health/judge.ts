import type { Comparisons } from './comparison.ts';
import type { Counted } from './countQuery.ts';
import type { Operator } from './criterion.ts';
import { type Finding, inconclusive, NO_ANSWER, NOTHING, unaskedWindow } from './finding.ts';
import { type Freshness, isStale } from './freshness.ts';
import { judgeComparison, speakingIn } from './judgeComparison.ts';
import { judgeLevels } from './judgeLevels.ts';
import { type Arm, type Measurement, type MeasurementQuery, type Measurements, queryKey } from './measurement.ts';
import type { PlannedCriterion, PlannedWindow } from './measurementPlan.ts';
import type { LevelPoints } from './pointsQuery.ts';
import type { Sli } from './sli.ts';
import type { Verdict } from './verdict.ts';

/** What the sources answered, by the keys of the questions, and what the comparisons have become of it. */
export type Answers = {
  readonly measured: ReadonlyMap<string, Measurements>;
  readonly points: ReadonlyMap<string, LevelPoints>;
  readonly counted: ReadonlyMap<string, Counted>;
  readonly comparisons: Comparisons;
};

type Observed = Extract<Measurement, { kind: 'observed' }>;

/** Each planned criterion with what was measured → its verdict. Pure: no answer is an answer too. */
export function judge(plan: readonly PlannedCriterion[], answers: Answers, freshness: Freshness): readonly Verdict[] {
  const compared = plan.filter((planned) => planned.looksAt === 'counts');
  const speaking = speakingIn(compared, answers);
  return plan.map((planned) => ({
    key: planned.key,
    role: planned.role,
    sli: planned.criterion.sli,
    severity: planned.severity,
    ...limitsOf(planned),
    dryRun: planned.criterion.dryRun,
    ...findingOf(planned, speaking, answers, freshness),
  }));
}

function findingOf(
  planned: PlannedCriterion,
  speaking: ReadonlySet<string>,
  answers: Answers,
  freshness: Freshness,
): Finding {
  switch (planned.looksAt) {
    case 'window':
      return windowFinding(planned, answers.measured, freshness);
    case 'points':
      return judgeLevels(planned, answers.points, freshness);
    case 'counts':
      return judgeComparison(planned, speaking, answers, freshness);
  }
}

/** A comparison adds up by itself, so one poll that finds it worse is enough. */
function limitsOf(planned: PlannedCriterion): Pick<Verdict, 'consecutive' | 'polls'> {
  if (planned.looksAt === 'counts') return { consecutive: 1, polls: null };
  const { consecutive } = planned.criterion;
  return { consecutive, polls: planned.looksAt === 'window' ? (planned.criterion.polls ?? null) : null };
}

type Measured = Answers['measured'];

function windowFinding(planned: PlannedWindow, answers: Measured, freshness: Freshness): Finding {
  if (planned.subject === null) return unaskedWindow(planned.unasked);
  const subject = answered(planned.subject, answers, planned.subject.arms === 'all' ? 'all' : 'treatment');
  if (subject.kind !== 'observed') return lacking(subject, 'the exposed users');
  const seen = { ...NOTHING, outcome: 'inconclusive' as const, value: subject.value, samples: subject.samples };
  const fault = faultOf(subject, planned, freshness);
  if (fault !== null) return { ...seen, ...fault };
  const baseline = baselineOf(planned, answers);
  if (baseline === null) return compared(planned, subject, null);
  if (baseline.kind !== 'observed') return lacking(baseline, 'the baseline');
  // A past baseline is old by intention.
  const its = faultOf(baseline, planned, planned.past === null ? freshness : null);
  if (its !== null) return { ...seen, ...its, baseline: baseline.value, detail: `the baseline: ${its.detail}` };
  return compared(planned, subject, baseline);
}

/** Why an observation proves nothing; null where it does. */
function faultOf(observed: Observed, { criterion }: PlannedWindow, freshness: Freshness | null) {
  if (freshness !== null && isStale(observed.newestSampleAtMs, freshness)) {
    return { reason: 'stale' as const, detail: 'the newest sample is too old' };
  }
  if (observed.samples >= criterion.minSamples) return null;
  const detail = `${Math.floor(observed.samples)} samples, needed ${criterion.minSamples}`;
  return { reason: 'insufficientSamples' as const, detail };
}

function answered(query: MeasurementQuery, answers: Measured, arm: Arm): Measurement {
  const answer = answers.get(queryKey(query))?.[arm];
  return answer ?? { kind: 'unavailable', detail: NO_ANSWER, query: query.sli.id };
}

const REASON_FOR = { noTraffic: 'noTraffic', missing: 'missing', unavailable: 'unavailable' } as const;

function lacking(measurement: Exclude<Measurement, Observed>, of: string): Finding {
  const detail = measurement.kind === 'noTraffic' ? `no traffic of ${of}` : `${of}: ${measurement.detail}`;
  // A source's words go into the ledger, whose canonical form has no place for half a character.
  return inconclusive(REASON_FOR[measurement.kind], detail.toWellFormed());
}

function baselineOf(planned: PlannedWindow, answers: Measured): Measurement | null {
  if (planned.criterion.compare === 'absolute' || planned.subject === null) return null;
  if (planned.past !== null) return answered(planned.past, answers, 'all');
  return answered(planned.subject, answers, 'control');
}

function compared(planned: PlannedWindow, subject: Observed, baseline: Observed | null): Finding {
  const { criterion, role } = planned;
  const floored = baseline === null ? null : flooredBaseline(planned.sli, baseline);
  const limit = limitOf(criterion.compare, criterion.threshold, floored);
  // What is beyond all numbers can't be compared with, nor written down.
  if (!Number.isFinite(limit)) return inconclusive('missing', 'the baseline makes a limit beyond all numbers');
  const holds = conditionHolds(subject.value, criterion.operator, limit);
  const seen = {
    value: subject.value,
    baseline: floored,
    limit,
    samples: subject.samples,
    detail: null,
    evidence: null,
  };
  if (role === 'success' && isWindowShort(planned, subject)) {
    return { ...seen, outcome: 'inconclusive', reason: 'windowNotFull', detail: 'the window is not full yet' };
  }
  const passes = role === 'success' ? holds : !holds;
  return { ...seen, outcome: passes ? 'pass' : 'fail', reason: holds ? 'holds' : 'doesNotHold' };
}

/** A success criterion needs its whole window; a source that has just begun to look hasn't got it either. */
function isWindowShort(planned: PlannedWindow, subject: Observed): boolean {
  return planned.shortened || subject.coveredSeconds < planned.criterion.windowSeconds;
}

/** Without a floor of one event a baseline of zero would make any single error an infinite rise. */
function flooredBaseline(sli: Sli, baseline: Observed): number {
  if (sli.kind === 'ratio') return Math.max(baseline.value, baseline.samples > 0 ? 1 / baseline.samples : 0);
  return sli.kind === 'count' ? Math.max(baseline.value, 1) : baseline.value;
}

function limitOf(compare: string, threshold: number, baseline: number | null): number {
  if (baseline === null) return threshold;
  return compare === 'baselineRatio' ? threshold * baseline : baseline + threshold;
}

/** Inclusive where the operator says so. */
export function conditionHolds(value: number, operator: Operator, limit: number): boolean {
  switch (operator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
  }
}
