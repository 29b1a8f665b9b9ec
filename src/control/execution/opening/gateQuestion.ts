import type { EntryDraft, EntryType } from '../../../domain/ledger/entry.ts';
import type { Opening } from '../../../domain/rollout/decision.ts';
import type { RolloutState } from '../../../domain/rollout/state.ts';
import type { GateHookName, GateQuestion } from '../../ports/gateHooks.ts';

const HOOKS: Readonly<Partial<Record<EntryType, GateHookName>>> = {
  started: 'beforeStart',
  advanced: 'beforeAdvance',
  completed: 'beforeComplete',
};

/** What to ask before these entries are recorded; null where nobody is asked: of a ramp, and of a dry run, which opens nothing. */
export function gateQuestion(
  rollout: RolloutState,
  decision: Opening,
  drafts: readonly EntryDraft[],
): GateQuestion | null {
  if (rollout.dryRun) return null;
  const draft = drafts.find(({ type }) => HOOKS[type] !== undefined);
  const hook = draft === undefined ? undefined : HOOKS[draft.type];
  if (draft === undefined || hook === undefined) return null;
  return {
    hook,
    id: `msg_${rollout.id}_${rollout.version}_${hook}`,
    rolloutId: rollout.id,
    feature: rollout.feature,
    stage: draft.stage,
    percentageFrom: draft.percentageBefore ?? 0,
    percentageTo: draft.percentageAfter ?? 0,
    reason: decision.reason,
    detail: decision.detail,
    atMs: draft.atMs,
  };
}
