import type { EntryOf } from '../ledger/entry.ts';
import type { RolloutState } from './state.ts';

/** A rollout before anybody has started it. */
export function begunRollout(entry: EntryOf<'created'>): RolloutState {
  const atMs = Date.parse(entry.at);
  const { contract, policy, proposer, startAtMs, waivers } = entry.data;
  return {
    id: entry.rollout ?? '',
    feature: contract.feature,
    contract,
    contractDigest: entry.contractDigest ?? '',
    policy,
    policyDigest: entry.policyDigest ?? '',
    proposer,
    waivers,
    dryRun: entry.dryRun,
    createdAtMs: atMs,
    startAtMs,
    version: 1,
    wedgeState: 'PENDING',
    phase: 'pending',
    stageIndex: 0,
    visit: 0,
    epoch: 0,
    epochBeganAtMs: atMs,
    threshold: 0,
    base: [],
    grants: [],
    inherited: null,
    cappedByHand: false,
    startedAtMs: null,
    visitBeganAtMs: null,
    exposureChangedAtMs: null,
    acknowledged: [],
    stageApprovals: [],
    attestations: [],
    rolledBackFrom: [],
    automaticRollbacks: 0,
    auditFailedVisit: null,
    auditorsVerdicts: [],
    alerts: [],
    cooldownUntilMs: null,
    rollingBack: null,
    healthWatch: null,
    removal: null,
    heldFor: null,
    heldSinceMs: null,
    endedAtMs: null,
    supersededBy: null,
    falseAlarmBy: null,
    lastEntryAtMs: atMs,
  };
}
