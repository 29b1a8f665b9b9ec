import type { Contract } from '../contract/contract.ts';
import { type Path, violation, type Warning } from '../contract/violation.ts';
import type { WedgeStage } from '../contract/wedge.ts';
import { MOST_HOURS } from '../hours.ts';
import { detectionHours } from '../statistics/detectionTime.ts';
import type { ComparisonPower, CriterionPower, WindowPower } from './criterionPower.ts';
import type { StagePower } from './planPower.ts';
import { durationSaid } from './said.ts';

const DOUBLING = 2;

/** Where a plan is too short for its own criteria. It is accepted all the same: whoever approves it should know. */
export function powerWarnings({ rolloutWedge }: Contract, power: readonly StagePower[]): readonly Warning[] {
  return rolloutWedge.wedgeStages.flatMap((stage, index) =>
    (power[index]?.criteria ?? []).flatMap((criterion) => {
      const at: Path = ['rolloutWedge', 'wedgeStages', index];
      if (criterion.kind === 'window') return tooFewSamples(criterion, [...at, ...placeOf(criterion)]);
      return criterion.kind === 'comparison' && guards(stage, criterion) ? tooShort(stage, criterion, at) : [];
    }),
  );
}

/** `trigger/0` is the first of `rollbackTrigger`. */
function placeOf({ criterion }: CriterionPower): Path {
  const [role, index] = criterion.split('/');
  return [role === 'trigger' ? 'rollbackTrigger' : 'successCriteria', Number(index)];
}

/** A trigger that acts, on a doubling that the contract does not call fine. */
function guards(stage: WedgeStage, power: CriterionPower & ComparisonPower): boolean {
  const trigger = stage.rollbackTrigger.find((_, index) => power.criterion === `trigger/${index}`);
  return trigger !== undefined && !trigger.dryRun && trigger.severity !== 'alert' && power.margin < DOUBLING;
}

function tooFewSamples({ enough, minSamples, expectedSamples, said }: WindowPower & CriterionPower, at: Path) {
  if (enough) return [];
  const allowed = `at most ${Math.floor(expectedSamples)}`;
  return [violation('WINDOW_SHORT_OF_SAMPLES', [...at, 'minSamples'], minSamples, allowed, said)];
}

function tooShort(stage: WedgeStage, power: ComparisonPower & CriterionPower, at: Path): readonly Warning[] {
  const { p90: hours } = detectionHours({ ...power, phi: power.dispersion, relativeRisk: DOUBLING }, MOST_HOURS);
  if (hours !== null && hours <= power.windowHours) return [];
  const allowed = hours === null ? 'more traffic: a year is not enough' : `at least ${Math.ceil(hours * 100) / 100}`;
  const message = `is over before ${power.criterion} sees a doubling of the bad requests: it lasts ${durationSaid(power.windowHours)}, ${
    hours === null ? 'and no time is enough at this traffic' : `that takes ${durationSaid(hours)}`
  }`;
  return [violation('DETECTION_BEYOND_STAGE', [...at, 'durationHours'], stage.durationHours, allowed, message)];
}
