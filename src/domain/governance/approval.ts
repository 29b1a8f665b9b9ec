import type { ContractState } from './contractState.ts';

/** Why a word on a contract does not count. */
export type ApprovalRefusal = 'FOUR_EYES' | 'DIGEST_MISMATCH' | 'CONTRACT_NOT_OPEN';

/**
 * Four eyes: the proposer, whatever the token and whatever the roles, has no say on their own contract;
 * an approval names the digest of what was read, so it can't be carried over to a changed contract.
 */
export function approvalRefused(state: ContractState, subject: string, digest: string): ApprovalRefusal | null {
  if (subject === state.proposer) return 'FOUR_EYES';
  if (digest !== state.digest) return 'DIGEST_MISMATCH';
  return state.rejectedBy !== null || state.usedBy !== null ? 'CONTRACT_NOT_OPEN' : null;
}
