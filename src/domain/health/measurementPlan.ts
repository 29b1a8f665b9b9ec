import { FULL_THRESHOLD } from '../feature/threshold.ts';
import { currentStage, type RolloutState } from '../rollout/state.ts';
import { comparesWithControl, criteriaOf, type StageCriterion } from './criterion.ts';
import type { MeasurementQuery } from './measurement.ts';
import type { Sli } from './sli.ts';

/** A criterion with the questions that its verdict needs. */
export type PlannedCriterion = StageCriterion & {
  readonly sli: Sli;
  readonly subject: MeasurementQuery | null;
  /** Why nothing is asked: there is no control at this exposure, or it is younger than any window. */
  readonly unasked: 'noControl' | 'tooYoung' | null;
  /** The past as baseline; the control cohort comes with `subject`. */
  readonly past: MeasurementQuery | null;
  /** The exposure is younger than the criterion's window: a trigger looks at what there is, a success criterion waits. */
  readonly shortened: boolean;
};

/** What must be measured to judge this rollout now. In the ramp the triggers alone. */
export function measurementPlan(rollout: RolloutState, nowMs: number): readonly PlannedCriterion[] {
  if (rollout.exposureChangedAtMs === null) return [];
  const exposedSeconds = Math.max(0, Math.floor((nowMs - rollout.exposureChangedAtMs) / 1000));
  const criteria = criteriaOf(currentStage(rollout));
  const wanted = rollout.phase === 'ramp' ? criteria.filter((each) => each.role === 'trigger') : criteria;
  return wanted.map((each) => planned(rollout, each, exposedSeconds));
}

function planned(rollout: RolloutState, each: StageCriterion, exposedSeconds: number): PlannedCriterion {
  const { criterion } = each;
  const sli = sliOf(rollout, criterion.sli);
  const shortened = exposedSeconds < criterion.windowSeconds;
  const meaningless = comparesWithControl(criterion) && (rollout.dryRun || rollout.threshold >= FULL_THRESHOLD);
  const tooYoung = criterion.windowSeconds > 0 && exposedSeconds === 0;
  const unasked = meaningless ? 'noControl' : tooYoung ? 'tooYoung' : null;
  if (unasked !== null) return { ...each, sli, subject: null, unasked, past: null, shortened };
  // Never back before the last change of exposure: those users met another release.
  const windowSeconds = Math.min(criterion.windowSeconds, exposedSeconds);
  const arms = sli.cohort === undefined || rollout.dryRun ? 'all' : 'cohorts';
  const subject: MeasurementQuery = { sli, windowSeconds, offsetSeconds: 0, arms };
  const past = criterion.baseline === undefined ? null : pastOf(subject, criterion.baseline);
  return { ...each, sli, subject, unasked, past, shortened };
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
