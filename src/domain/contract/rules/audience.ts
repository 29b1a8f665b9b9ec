import type { Facet } from '../../feature/scope.ts';
import { placedStages } from '../places.ts';
import type { Rule } from '../subject.ts';
import { violation } from '../violation.ts';
import { AUDIENCES } from '../wedge.ts';

/** "`INTERNAL`, `LIMITED`, `GENERAL`; never steps back" */
export const audienceNeverBack: Rule = ({ proposal }) => {
  const stages = placedStages(proposal);
  return stages.flatMap(({ stage, at }, index) => {
    const reached = Math.max(0, ...stages.slice(0, index).map((earlier) => AUDIENCES.indexOf(earlier.stage.audience)));
    if (AUDIENCES.indexOf(stage.audience) >= reached) return [];
    const allowed = AUDIENCES.slice(reached).join(' or ');
    const message = `must not fall behind ${AUDIENCES[reached]}, which an earlier stage reached`;
    return [violation('AUDIENCE_BACKWARDS', [...at, 'audience'], stage.audience, allowed, message)];
  });
};

/** "`INTERNAL` (scope `groups: ["internal"]`)" */
export const internalScope: Rule = ({ proposal }) =>
  placedStages(proposal)
    .filter(({ stage }) => stage.audience === 'INTERNAL' && !isInternalOnly(stage.scope.groups))
    .map(({ stage, at }) => {
      const found = [stage.scope.groups].flat().join(', ');
      const message = 'must be the group `internal` alone where the audience is INTERNAL';
      return violation('INTERNAL_SCOPE', [...at, 'scope', 'groups'], found, '["internal"]', message);
    });

const isInternalOnly = (groups: Facet) => groups !== 'all' && groups.every((group) => group === 'internal');
