import type { Rule } from '../subject.ts';
import { type Path, type Violation, violation } from '../violation.ts';

/** The design has it, this version does not: accepted in silence it would promise what nobody does. */
export const notYetSupported: Rule = ({ proposal }) => {
  const { rolloutWedge } = proposal;
  return [
    ...(rolloutWedge.rollback.mode === 'progressive'
      ? [later(['rolloutWedge', 'rollback', 'mode'], rolloutWedge.rollback.mode, '`immediate`')]
      : []),
  ];
};

function later(at: Path, found: unknown, allowed: string): Violation {
  return violation('NOT_YET_SUPPORTED', at, found, allowed, 'is not supported yet');
}
