import type { Contract } from '../contract/contract.ts';
import type { Policy } from '../contract/policy.ts';
import type { Warning } from '../contract/violation.ts';
import { hoursToMs } from '../hours.ts';
import type { Entry } from '../ledger/entry.ts';
import type { WaiverUse } from './waiver.ts';

type ContractApproval = { readonly subject: string; readonly atMs: number; readonly comment: string | null };

/** A contract and what people said of it: the fold of its entries. */
export type ContractState = {
  readonly contract: Contract;
  readonly digest: string;
  readonly planDigest: string;
  readonly warnings: readonly Warning[];
  /** The one that judged it: it says how many approvers, and rules the rollout. */
  readonly policy: Policy;
  readonly proposer: string;
  /** What it breaks, by whose leave. */
  readonly waivers: readonly WaiverUse[];
  readonly proposedAtMs: number;
  readonly version: number;
  readonly approvals: readonly ContractApproval[];
  readonly rejectedBy: string | null;
  /** The real rollout that it started; a contract starts at most one. */
  readonly usedBy: string | null;
};

/** The state after one more entry about this contract. `proposed` begins it. */
export function foldContract(state: ContractState | null, entry: Entry): ContractState {
  if (entry.type === 'proposed') return proposed(entry);
  if (state === null) throw new Error(`the entries of contract ${entry.contract} do not begin with \`proposed\``);
  switch (entry.type) {
    case 'approved': {
      const approval = { subject: entry.actor.subject, atMs: Date.parse(entry.at), comment: entry.comment };
      return { ...state, approvals: [...state.approvals, approval], version: state.version + 1 };
    }
    case 'rejected':
      return { ...state, rejectedBy: entry.actor.subject, version: state.version + 1 };
    case 'created':
      return entry.dryRun ? state : { ...state, usedBy: entry.rollout, version: state.version + 1 };
    default:
      return state;
  }
}

function proposed(entry: Extract<Entry, { type: 'proposed' }>): ContractState {
  return {
    contract: entry.data.contract,
    digest: entry.contractDigest ?? '',
    planDigest: entry.data.planDigest,
    warnings: entry.data.warnings,
    policy: entry.data.policy,
    proposer: entry.actor.subject,
    waivers: entry.data.waivers,
    proposedAtMs: Date.parse(entry.at),
    version: 1,
    approvals: [],
    rejectedBy: null,
    usedBy: null,
  };
}

export function approversWanted({ contract, policy }: ContractState): number {
  return contract.criticality === 'critical' ? policy.approversCritical : policy.approversStandard;
}

/** The approval that completed the number wanted; null where some are still missing. */
export function sealedAtMs(state: ContractState): number | null {
  const byPerson = state.approvals.filter(
    ({ subject }, index) => state.approvals.findIndex((other) => other.subject === subject) === index,
  );
  return byPerson[approversWanted(state) - 1]?.atMs ?? null;
}

/** Approved by enough people, rejected by none, and used before the approval expired: a rollout may start at a later hour. */
export function isApproved(state: ContractState, nowMs: number): boolean {
  const sealed = sealedAtMs(state);
  if (state.rejectedBy !== null || sealed === null) return false;
  return state.usedBy !== null || nowMs < sealed + hoursToMs(24 * state.policy.approvalValidDays);
}

export type ContractStanding = 'proposed' | 'approved' | 'rejected' | 'expired' | 'used';

/** The one word that people see. */
export function standingOf(state: ContractState, nowMs: number): ContractStanding {
  if (state.rejectedBy !== null) return 'rejected';
  if (state.usedBy !== null) return 'used';
  if (isApproved(state, nowMs)) return 'approved';
  return sealedAtMs(state) === null ? 'proposed' : 'expired';
}
