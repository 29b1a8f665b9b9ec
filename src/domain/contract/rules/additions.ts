import { exposedTo } from '../../feature/grants.ts';
import { percentageOf, thresholdOf } from '../../feature/threshold.ts';
import { placedStages } from '../places.ts';
import type { WarningRule } from '../subject.ts';
import { violation } from '../violation.ts';

/** "earlier grants stay": a later stage at or below what its scope is exposed to already lets nobody new in. */
export const addsNothingWarning: WarningRule = ({ proposal, exposed }) =>
  placedStages(proposal)
    .slice(1)
    .flatMap(({ stage, at }) => {
      const already = exposedTo(exposed, stage.scope);
      if (thresholdOf(stage.targetPercentage) > already) return [];
      const allowed = `above ${percentageOf(already)}`;
      const message = `meets nobody new: its scope is exposed to ${percentageOf(already)} % already`;
      return [violation('STAGE_ADDS_NOTHING', [...at, 'targetPercentage'], stage.targetPercentage, allowed, message)];
    });
