import type { Principal } from '../../domain/governance/role.ts';
import { draft } from '../../domain/rollout/draft.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries } from '../appendEntries.ts';
import { Refusal } from '../refusal.ts';
import type { ApprovalDeps } from './contractApproval.ts';

export type StageWord = {
  readonly stageId: string;
  readonly decision: 'approve' | 'reject';
  readonly comment: string | null;
};

/** An approver's word on a stage, given when it is due or ahead; any rollback voids it. */
export async function sayOnStage(
  deps: ApprovalDeps,
  who: Principal,
  state: RolloutState,
  { stageId, decision, comment }: StageWord,
): Promise<void> {
  const stages = state.contract.rolloutWedge.wedgeStages.map((stage) => stage.stageId);
  if (!stages.includes(stageId)) throw new Refusal('STAGE_UNKNOWN', `the plan has the stages ${stages.join(', ')}`);
  if (who.subject === state.proposer) {
    throw new Refusal('FOUR_EYES', 'whoever proposed the contract approves none of its stages');
  }
  const actor = actorOf(who);
  const saying = { atMs: deps.clock.nowMs(), actor, reason: 'operator' as const, comment, evidence: null };
  const entry = draft(state, saying, { type: 'stageApproved', data: { stageId, decision } });
  const outcome = await appendEntries('approval', deps, [entry], { rollout: { id: state.id, version: state.version } });
  if (outcome.kind === 'conflict') throw new Refusal('VERSION_STALE', 'the rollout changed meanwhile; look again');
}
