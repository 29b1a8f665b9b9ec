import { thresholdOf } from '../../feature/threshold.ts';
import { placedStages } from '../places.ts';
import type { Rule } from '../subject.ts';
import { violation } from '../violation.ts';

/** `maxBlastRadius` "≥ every stage's target" (INV-RWG-BLAST) */
export const withinBlastRadius: Rule = ({ proposal }) => {
  const { maxBlastRadius } = proposal.rolloutWedge;
  return placedStages(proposal)
    .filter(({ stage }) => thresholdOf(stage.targetPercentage) > thresholdOf(maxBlastRadius))
    .map(({ stage, at }) => {
      const allowed = `at most ${maxBlastRadius}`;
      const message = `must be ${allowed}, the plan's \`maxBlastRadius\``;
      return violation('BLAST_RADIUS', [...at, 'targetPercentage'], stage.targetPercentage, allowed, message);
    });
};
