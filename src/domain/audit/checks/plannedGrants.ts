import type { Grants } from '../../feature/grants.ts';
import { type JudgedRollout, stageOf } from '../judgedRollout.ts';
import { bucketsOf } from '../reach.ts';

/** The most that the plan grants in a stage: what was there before, the targets of the stages behind it, and its own (or `own` of it). */
export function plannedGrants(
  { contract }: Pick<JudgedRollout, 'contract'>,
  before: Grants,
  stageIndex: number,
  own?: number,
): Grants {
  const targets = contract.rolloutWedge.wedgeStages
    .slice(0, stageIndex)
    .map(({ scope, targetPercentage }) => ({ scope, threshold: bucketsOf(targetPercentage) }));
  const { scope, targetPercentage } = stageOf({ contract }, stageIndex);
  return [...before, ...targets, { scope, threshold: own ?? bucketsOf(targetPercentage) }];
}
