import { percentageSchema } from '../../feature/thresholdSchema.ts';
import { placedStages } from '../places.ts';
import type { Rule } from '../subject.ts';
import { type Path, type Violation, violation } from '../violation.ts';

/** "0 < p ≤ 100"; "Percentages are multiples of 0.001" */
export const percentagesInRange: Rule = ({ proposal }) => {
  const { initialPercentage, maxBlastRadius } = proposal.rolloutWedge;
  return [
    ...judged(['rolloutWedge', 'initialPercentage'], initialPercentage),
    ...judged(['rolloutWedge', 'maxBlastRadius'], maxBlastRadius),
    ...placedStages(proposal).flatMap(({ stage, at }) => judged([...at, 'targetPercentage'], stage.targetPercentage)),
  ];
};

function judged(at: Path, percentage: number): readonly Violation[] {
  if (percentage > 0 && percentageSchema.safeParse(percentage).success) return [];
  const allowed = 'above 0, at most 100, a multiple of 0.001';
  return [violation('PERCENTAGE_RANGE', at, percentage, allowed, `must be a percentage: ${allowed}`)];
}
