import { approvalRefused } from '../../domain/governance/approval.ts';
import { contractDraft } from '../../domain/governance/contractDraft.ts';
import type { ContractState } from '../../domain/governance/contractState.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries, type Recording } from '../appendEntries.ts';
import { Refusal } from '../refusal.ts';

export type ApprovalDeps = Recording;

export type ContractWord = {
  readonly decision: 'approve' | 'reject';
  /** Of the contract that was read. */
  readonly digest: string;
  readonly comment: string | null;
};

/** A second person's word on a contract. The same yes said twice stands once. False where somebody else was first: then look again. */
export async function sayOnContract(
  deps: ApprovalDeps,
  who: Principal,
  state: ContractState,
  word: ContractWord,
): Promise<boolean> {
  const refusal = approvalRefused(state, who.subject, word.digest);
  if (refusal !== null) throw new Refusal(refusal, REFUSED[refusal]);
  const said = state.approvals.some((approval) => approval.subject === who.subject);
  if (said && word.decision === 'approve') return true;
  const type = word.decision === 'approve' ? 'approved' : 'rejected';
  const saying = { atMs: deps.clock.nowMs(), actor: actorOf(who), comment: word.comment };
  const draft = contractDraft(state, saying, { type, data: { digest: word.digest } });
  const expected = { contract: { id: state.contract.id, version: state.version } };
  const outcome = await appendEntries('approval', deps, [draft], expected);
  return outcome.kind === 'appended';
}

const REFUSED = {
  FOUR_EYES: 'whoever proposed a contract has no say in its approval',
  DIGEST_MISMATCH: 'the digest is not the one of this contract: it is not what you read',
  CONTRACT_NOT_OPEN: 'the contract was rejected or has started its rollout',
} as const;
