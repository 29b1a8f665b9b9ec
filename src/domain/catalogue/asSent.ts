import type { Proposal } from '../contract/contract.ts';
import type { RuleId, WarningId } from '../contract/ruleIds.ts';
import type { Violation } from '../contract/violation.ts';

const SLI = /^\$\.slis\[(\d+)\]/;
const CRITERION = /^(\$\.rolloutWedge\.wedgeStages\[(\d+)\]\.(successCriteria|rollbackTrigger))\[(\d+)\]/;

/**
 * What was found in an expanded proposal, by a path into what was sent: of what the catalogue has put in, the place where it was named or
 * joined, and words that say so.
 */
export function asSent<Id extends RuleId | WarningId>(
  found: readonly Violation<Id>[],
  sent: Proposal,
): readonly Violation<Id>[] {
  return found.map((broken) => {
    const path = pathOfJoined(broken.path, sent);
    return path === null ? broken : { ...broken, path, message: `${broken.message} (what the catalogue has put here)` };
  });
}

/** null where it speaks of what was sent. */
function pathOfJoined(path: string, { slis, rolloutWedge }: Proposal): string | null {
  const [, sli] = SLI.exec(path) ?? [];
  if (sli !== undefined) {
    const named = slis[Number(sli)];
    if (named === undefined) return '$.slis';
    return 'use' in named ? `$.slis[${sli}].use` : null;
  }
  const [, list, stage, role, criterion] = CRITERION.exec(path) ?? [];
  if (list === undefined || (role !== 'successCriteria' && role !== 'rollbackTrigger')) return null;
  const own = rolloutWedge.wedgeStages[Number(stage)]?.[role].length ?? 0;
  return Number(criterion) < own ? null : list;
}
