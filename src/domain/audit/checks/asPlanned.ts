import type { SuccessCriterion, Trigger } from '../../health/criterion.ts';
import type { Verdict } from '../../health/verdict.ts';
import type { Poll } from '../../rollout/poll.ts';
import type { Life } from '../books/life.ts';
import { stageOf } from '../judgedRollout.ts';
import { when } from './look.ts';

/** Each verdict is of a criterion of the plan, as grave and as patient as the plan has it, and what was counted ends with it. */
export function asPlanned(judged: Life, poll: Poll): readonly string[] {
  // A guard is of no plan.
  return poll.verdicts
    .filter(({ role }) => role !== 'guard')
    .flatMap((verdict) => [
      ...when(!isOfPlan(judged, verdict), `${verdict.key} (${verdict.sli}) is judged otherwise than the plan has it`),
      ...when(!isCounted(poll, verdict), `${verdict.key} (${verdict.sli}) is not counted as it is judged`),
    ]);
}

function isOfPlan(judged: Life, verdict: Verdict): boolean {
  const planned = plannedAt(judged, verdict.key);
  if (planned === undefined || !verdict.key.startsWith(`${verdict.role}/`)) return false;
  const severity = 'severity' in planned ? planned.severity : null;
  const consecutive = 'consecutive' in planned ? planned.consecutive : 1;
  const polls = 'polls' in planned ? planned.polls : undefined;
  return (
    verdict.sli === planned.sli &&
    verdict.severity === severity &&
    verdict.dryRun === planned.dryRun &&
    verdict.consecutive === consecutive &&
    verdict.polls?.atLeast === polls?.atLeast &&
    verdict.polls?.ofLast === polls?.ofLast
  );
}

function plannedAt(judged: Life, key: string): SuccessCriterion | Trigger | undefined {
  const { successCriteria, rollbackTrigger } = stageOf(judged, judged.stageIndex);
  const [role, index] = key.split('/');
  return (role === 'success' ? successCriteria : rollbackTrigger)[Number(index)];
}

/** A verdict of this poll that says anything is the latest that was counted. */
function isCounted({ counts, history }: Poll, { key, reason, polls }: Verdict): boolean {
  if (reason !== 'holds' && reason !== 'doesNotHold') return true;
  const holds = reason === 'holds';
  const isInRow = holds ? (counts[key] ?? 0) > 0 : (counts[key] ?? 0) === 0;
  return isInRow && (polls === null || (history[key] ?? '').endsWith(holds ? '1' : '0'));
}
