import type { Policy } from '../contract/policy.ts';
import { type Violation, violation } from '../contract/violation.ts';
import { type ContractState, isApproved, sealingApproval } from './contractState.ts';

/** What the approvals of a contract lack by another policy than the one that judged it. `usedAtMs`: when its rollout was made. */
export function approvalsLacking(state: ContractState, today: Policy, usedAtMs: number): readonly Violation[] {
  const judged = { ...state, policy: today, usedBy: null };
  if (isApproved(judged, usedAtMs)) return [];
  const { approvers, wanted, atMs } = sealingApproval(judged);
  if (atMs === null) {
    const allowed = `at least ${wanted}`;
    return [violation('APPROVERS_MINIMUM', ['approvals'], approvers, allowed, `must be ${allowed} approvers`)];
  }
  const allowed = `within ${today.approvalValidDays} days of the approval`;
  const found = new Date(usedAtMs).toISOString();
  return [violation('APPROVAL_AGE', ['createdAt'], found, allowed, `must have been used ${allowed}`)];
}
