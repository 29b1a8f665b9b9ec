import { contractDigest } from '../contract/digest.ts';
import { approversWanted } from '../governance/contractState.ts';
import { auditsIn } from './auditView.ts';
import { ofType } from './recordedEntry.ts';
import type { RolloutRecords } from './rolloutRecords.ts';

/** What a rollout rests on, from why to what came of it. */
export const LINKS = ['issue', 'contract', 'approval', 'execution', 'audit', 'rollout'] as const;
export type Link = (typeof LINKS)[number];

/**
 * The links that are not there (ROLLOUT-002). Complete is only what has all six, so a rollout that waits lacks its execution and
 * its audit, one that has just begun its audit.
 * issue      the contract names what it answers
 * contract   its proposal is recorded, and has the digest that the rollout was created by
 * approval   as many different people as it takes approved that digest
 * execution  it exposed somebody
 * audit      a verdict: on the whole rollout where it is COMPLETE, else on any visit
 * rollout    its creation is recorded
 */
export function missingLinks(records: RolloutRecords): readonly Link[] {
  const isThere: Readonly<Record<Link, (records: RolloutRecords) => boolean>> = {
    issue: ({ rollout }) => rollout.contract.issueIds.length > 0,
    contract: hasContract,
    approval: hasApproval,
    execution: ({ entries }) => ofType(entries, 'started').length > 0,
    audit: hasAudit,
    rollout: ({ entries }) => ofType(entries, 'created').length > 0,
  };
  return LINKS.filter((link) => !isThere[link](records));
}

function hasContract({ rollout, entries }: RolloutRecords): boolean {
  return ofType(entries, 'proposed').some(({ data }) => contractDigest(data.contract) === rollout.contractDigest);
}

/** From the entries: the fold of a contract forgets which digest was approved. */
function hasApproval({ rollout, contract, entries }: RolloutRecords): boolean {
  const approvers = new Set(
    ofType(entries, 'approved')
      .filter(({ data, actor }) => data.digest === rollout.contractDigest && actor.subject !== rollout.proposer)
      .map(({ actor }) => actor.subject),
  );
  const wanted = contract === null ? 1 : approversWanted(contract);
  return approvers.size >= wanted && ofType(entries, 'rejected').length === 0;
}

function hasAudit({ rollout, entries }: RolloutRecords): boolean {
  const audits = auditsIn(entries);
  return rollout.wedgeState === 'COMPLETE' ? audits.some(({ subject }) => subject === 'rollout') : audits.length > 0;
}
