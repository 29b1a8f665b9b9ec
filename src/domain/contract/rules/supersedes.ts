import { exposedTo, isNoWider, largestThreshold } from '../../feature/grants.ts';
import { percentageOf } from '../../feature/threshold.ts';
import { placedStages } from '../places.ts';
import type { Rule } from '../subject.ts';
import { violation } from '../violation.ts';

/** "A contract may supersede a live rollout": a real one, of the same feature. */
export const supersedesLive: Rule = ({ proposal, takeover }) => {
  const { supersedes } = proposal;
  if (supersedes === undefined || takeover !== null) return [];
  const allowed = 'a live rollout of this feature';
  return [violation('SUPERSEDES_LIVE', ['supersedes'], supersedes, allowed, `must name ${allowed}`)];
};

/** "takes over at the present grants": of a scope that nobody is met in there is nothing to take over. */
export const supersedesExposedScope: Rule = ({ proposal, takeover }) => {
  const [first] = placedStages(proposal);
  if (takeover === null || first === undefined || exposedTo(takeover.grants, first.stage.scope) > 0) return [];
  const allowed = 'a scope that the superseded rollout exposes';
  const message = `must be ${allowed}; else roll it back and begin anew`;
  return [violation('SUPERSEDES_SCOPE', [...first.at, 'scope'], first.stage.scope, allowed, message)];
};

/** What is taken over counts against the blast radius at once. */
export const supersedesWithinBlastRadius: Rule = ({ proposal, takeover }) => {
  if (takeover === null) return [];
  const added = takeover.grants.filter((grant) => !isNoWider([grant], takeover.base));
  const present = percentageOf(largestThreshold(added));
  const { maxBlastRadius } = proposal.rolloutWedge;
  if (maxBlastRadius >= present) return [];
  const allowed = `at least ${present}`;
  const message = `must be ${allowed}, which the superseded rollout exposes`;
  return [violation('BLAST_RADIUS', ['rolloutWedge', 'maxBlastRadius'], maxBlastRadius, allowed, message)];
};
