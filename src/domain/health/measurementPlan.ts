import { currentStage, type RolloutState } from '../rollout/state.ts';
import { type Comparison, type Comparisons, comparisonKey } from './comparison.ts';
import { type ComparisonGroup, groupOf } from './comparisonGroup.ts';
import { hasNoControl } from './control.ts';
import { type CountableSli, type CountQuery, isCountable } from './countQuery.ts';
import { uncountable } from './countSpan.ts';
import {
  comparesWithControl,
  criteriaOf,
  isSequential,
  isWindowed,
  type LevelCriterion,
  type SequentialCriterion,
  type Severity,
  type StageCriterion,
  type WindowedCriterion,
} from './criterion.ts';
import type { MeasurementQuery } from './measurement.ts';
import { type GaugeSli, isGauge, type PointsQuery } from './pointsQuery.ts';
import type { Sli } from './sli.ts';

type Placed = {
  /** Stable within a stage: `success/0`, `trigger/1`. */
  readonly key: string;
  readonly role: StageCriterion['role'];
  /** null for a success criterion. */
  readonly severity: Severity | null;
};

/** A criterion over a window, with the questions that its verdict needs. */
export type PlannedWindow = Placed & {
  readonly looksAt: 'window';
  readonly criterion: WindowedCriterion;
  readonly sli: Sli;
  readonly subject: MeasurementQuery | null;
  /** Why nothing is asked: there is no control at this exposure, or it is younger than any window. */
  readonly unasked: 'noControl' | 'tooYoung' | null;
  /** The past as baseline; the control cohort comes with `subject`. */
  readonly past: MeasurementQuery | null;
  /** The exposure is younger than the criterion's window: a trigger looks at what there is, a success criterion waits. */
  readonly shortened: boolean;
};

/** A comparison of levels, with the points that it compares. */
export type PlannedLevels = Placed & {
  readonly looksAt: 'points';
  readonly criterion: LevelCriterion;
  readonly sli: GaugeSli;
  readonly unasked: PlannedWindow['unasked'];
  readonly query: PointsQuery | null;
  readonly shortened: boolean;
};

/** A sequential criterion, with what is to be counted since it was last looked at. */
export type PlannedComparison = Placed & {
  readonly looksAt: 'counts';
  readonly criterion: SequentialCriterion;
  readonly sli: CountableSli;
  readonly comparison: string;
  /** Those whose evidence is weighed together. */
  readonly group: ComparisonGroup;
  /** Why nothing is asked: there is no control, counting has not begun, or the exposure has changed since. */
  readonly unasked: 'noControl' | 'notBegun' | 'exposureChanged' | 'clockWentBack' | null;
  readonly query: CountQuery | null;
};

export type PlannedCriterion = PlannedWindow | PlannedLevels | PlannedComparison;

/** Now, by the rollout's clock, which never goes back; and up to where is counted, by that of the sources, which may. */
export type PlannedAt = { readonly nowMs: number; readonly untilMs: number };

/** What must be measured to judge this rollout now. In the ramp the triggers alone. */
export function measurementPlan(
  rollout: RolloutState,
  comparisons: Comparisons,
  at: PlannedAt,
): readonly PlannedCriterion[] {
  const { exposureChangedAtMs } = rollout;
  if (exposureChangedAtMs === null) return [];
  const exposedSeconds = Math.max(0, Math.floor((at.nowMs - exposureChangedAtMs) / 1000));
  const criteria = criteriaOf(currentStage(rollout));
  const wanted = rollout.phase === 'ramp' ? criteria.filter((each) => each.role === 'trigger') : criteria;
  return wanted.map((each) => {
    const { criterion, key, role } = each;
    const placed = { key, role, severity: each.role === 'trigger' ? each.criterion.severity : null };
    if (isWindowed(criterion)) return plannedWindow(rollout, placed, criterion, exposedSeconds);
    if (!isSequential(criterion)) return plannedLevels(rollout, placed, criterion, exposedSeconds);
    const comparison = comparisons[comparisonKey(criterion)] ?? null;
    return plannedComparison(rollout, placed, criterion, { comparison, exposureChangedAtMs, untilMs: at.untilMs });
  });
}

type Since = {
  readonly comparison: Comparison | null;
  readonly exposureChangedAtMs: number;
  readonly untilMs: number;
};

function plannedWindow(
  rollout: RolloutState,
  placed: Placed,
  criterion: WindowedCriterion,
  exposedSeconds: number,
): PlannedWindow {
  const sli = sliOf(rollout, criterion.sli);
  const shortened = exposedSeconds < criterion.windowSeconds;
  const meaningless = comparesWithControl(criterion) && hasNoControl(rollout);
  const tooYoung = criterion.windowSeconds > 0 && exposedSeconds === 0;
  const unasked: PlannedWindow['unasked'] = meaningless ? 'noControl' : tooYoung ? 'tooYoung' : null;
  const plan = { ...placed, looksAt: 'window' as const, criterion, sli, unasked, shortened };
  if (unasked !== null) return { ...plan, subject: null, past: null };
  // Never back before the last change of exposure: those users met another release.
  const windowSeconds = Math.min(criterion.windowSeconds, exposedSeconds);
  const arms = sli.cohort === undefined || rollout.dryRun ? 'all' : 'cohorts';
  const subject: MeasurementQuery = { sli, windowSeconds, offsetSeconds: 0, arms };
  const past = criterion.baseline === undefined ? null : pastOf(subject, criterion.baseline);
  return { ...plan, subject, past };
}

function plannedLevels(
  rollout: RolloutState,
  placed: Placed,
  criterion: LevelCriterion,
  exposedSeconds: number,
): PlannedLevels {
  const sli = sliOf(rollout, criterion.sli);
  if (!isGauge(sli)) throw new Error(`${sli.id} is a ${sli.kind}, which has no level`);
  const shortened = exposedSeconds < criterion.windowSeconds;
  const unasked = hasNoControl(rollout) ? 'noControl' : exposedSeconds === 0 ? 'tooYoung' : null;
  // As of a window: never back before the last change of exposure.
  const query = { sli, windowSeconds: Math.min(criterion.windowSeconds, exposedSeconds) };
  return { ...placed, looksAt: 'points', criterion, sli, unasked, shortened, query: unasked === null ? query : null };
}

function plannedComparison(
  rollout: RolloutState,
  placed: Placed,
  criterion: SequentialCriterion,
  since: Since,
): PlannedComparison {
  const sli = sliOf(rollout, criterion.sli);
  if (!isCountable(sli)) throw new Error(`${sli.id} is a ${sli.kind}, whose bad events can't be counted`);
  const group = groupOf(rollout.contract.rolloutWedge.wedgeStages, rollout.stageIndex, placed.severity, criterion);
  const plan = { ...placed, looksAt: 'counts' as const, criterion, sli, comparison: comparisonKey(criterion), group };
  const unasked = hasNoControl(rollout) ? 'noControl' : notCounted(rollout, since);
  if (unasked !== null || since.comparison === null) return { ...plan, unasked, query: null };
  const slowerThan = sli.kind === 'quantile' ? (criterion.threshold ?? null) : null;
  const query = { sli, slowerThan, fromMs: since.comparison.countedUntilMs, toMs: since.untilMs };
  return { ...plan, unasked, query };
}

function notCounted(rollout: RolloutState, { comparison, ...span }: Since): PlannedComparison['unasked'] {
  if (comparison === null || comparison.rollbacks !== rollout.rolledBackFrom.length) return 'notBegun';
  return uncountable({ ...span, countedUntilMs: comparison.countedUntilMs });
}

/** The same indicator over everybody and as long a window, as it was: nobody was in a cohort of this rollout then. */
function pastOf(subject: MeasurementQuery, baseline: { offsetHours: number }): MeasurementQuery {
  return { ...subject, offsetSeconds: Math.round(baseline.offsetHours * 3600), arms: 'all' };
}

function sliOf(rollout: RolloutState, id: string): Sli {
  const sli = rollout.contract.slis.find((defined) => defined.id === id);
  if (sli === undefined) throw new Error(`contract ${rollout.contract.id} defines no SLI ${id}`);
  return sli;
}
