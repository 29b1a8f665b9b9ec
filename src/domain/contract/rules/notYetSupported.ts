import { placedCriteria } from '../places.ts';
import type { Rule } from '../subject.ts';
import { type Path, type Violation, violation } from '../violation.ts';

/** Comparisons of the design that no version of Sluice judges yet. */
const LATER_COMPARISONS: readonly unknown[] = ['mannWhitney'];

/** The design has it, this version does not: accepted in silence it would promise what nobody does. */
export const notYetSupported: Rule = ({ proposal }) => {
  const { slis } = proposal;
  return [
    ...slis.flatMap((sli, index) =>
      'use' in sli ? [later(['slis', index, 'use'], sli.use, 'an SLI defined here')] : [],
    ),
    ...placedCriteria(proposal).flatMap(({ criterion, at }) => laterComparison(criterion, at)),
  ];
};

/** The same of a criterion as it was sent, whose other fields may follow a shape that is not known here either. */
export function laterComparison(criterion: { readonly compare?: unknown }, at: Path): readonly Violation[] {
  if (!LATER_COMPARISONS.includes(criterion.compare)) return [];
  return [
    later([...at, 'compare'], criterion.compare, '`absolute`, `baselineRatio`, `baselineDifference` or `sequential`'),
  ];
}

function later(at: Path, found: unknown, allowed: string): Violation {
  return violation('NOT_YET_SUPPORTED', at, found, allowed, 'is not supported yet');
}
