import { leastStageHours } from '../contract/stageHours.ts';
import type { Comparison, Comparisons } from '../health/comparison.ts';
import { comparisonKey } from '../health/comparison.ts';
import { groupOf } from '../health/comparisonGroup.ts';
import { criteriaOf, isSequential, type SequentialCriterion, type StageCriterion } from '../health/criterion.ts';
import { msToHours } from '../hours.ts';
import { currentStage, isLive, type RolloutState } from '../rollout/state.ts';
import { alphaAfterRollbacks } from '../statistics/combinedEvidence.ts';
import { comparisonPower } from './comparisonPower.ts';
import { type CriterionPower, type Power, unknownPower } from './criterionPower.ts';
import { powerSaid } from './said.ts';

/** Of less, two scrapes would be taken for the traffic. */
const LEAST_HOURS = 5 / 60;

/**
 * What the sequential criteria of the present stage can notice by what they counted in it themselves; null where nothing is exposed.
 * The control's bad requests are the base: the treatment's may be those of a bad release.
 */
export function measuredPower(rollout: RolloutState, comparisons: Comparisons): readonly CriterionPower[] | null {
  const { exposureChangedAtMs: sinceMs } = rollout;
  if (!isLive(rollout) || rollout.dryRun || sinceMs === null) return null;
  return criteriaOf(currentStage(rollout)).flatMap((placed) => {
    const { criterion } = placed;
    if (!isSequential(criterion)) return [];
    const power = powerOf(rollout, placed, criterion, { comparison: comparisons[comparisonKey(criterion)], sinceMs });
    return [{ criterion: placed.key, sli: criterion.sli, ...power, said: powerSaid(power) }];
  });
}

type Counted = { readonly comparison: Comparison | undefined; readonly sinceMs: number };

function powerOf(
  rollout: RolloutState,
  placed: StageCriterion,
  criterion: SequentialCriterion,
  { comparison, sinceMs }: Counted,
): Power {
  const stages = rollout.contract.rolloutWedge.wedgeStages;
  const rollbacks = rollout.rolledBackFrom.length;
  if (comparison?.visit !== rollout.visit || comparison.rollbacks !== rollbacks) return TOO_YOUNG;
  const hours = msToHours(comparison.countedUntilMs - sinceMs);
  if (hours < LEAST_HOURS) return TOO_YOUNG;
  const { treatment, control } = comparison.counts;
  const severity = placed.role === 'trigger' ? placed.criterion.severity : null;
  const group = groupOf(stages, rollout.stageIndex, severity, criterion);
  const traffic = {
    treatmentPerHour: treatment.total / hours,
    controlPerHour: control.total / hours,
    trafficFrom: 'measured' as const,
    baseRate: control.total > 0 ? control.bad / control.total : 0,
    baseRateFrom: 'measured' as const,
    margin: criterion.margin,
    phi: comparison.dispersion.phi,
    alpha: alphaAfterRollbacks(group.alpha, rollbacks) / group.comparisons.length,
  };
  return comparisonPower(traffic, leastStageHours(currentStage(rollout), rollout.contract.rolloutWedge));
}

const TOO_YOUNG = unknownPower('tooYoung', 'the stage has not counted for five minutes yet');
