import { planDigest } from '../contract/digest.ts';
import type { WedgeStage } from '../contract/wedge.ts';
import type { Facet } from '../feature/scope.ts';
import { exposedPercentage } from '../rollout/foldRollout.ts';
import { currentStage, type RolloutState, type WedgeState } from '../rollout/state.ts';
import { timeOrNull } from '../time.ts';
import { type ApprovalView, approvalsIn } from './approvalView.ts';
import { type AuditView, auditsIn } from './auditView.ts';
import { type RollbackView, rollbacksIn, type StayView, staysIn } from './execution.ts';
import { type Link, missingLinks } from './lineage.ts';
import { ofType, type RecordedEntry, recorded } from './recordedEntry.ts';
import type { RolloutRecords } from './rolloutRecords.ts';

/** The whole of a rollout for those who answer for it: from the issue to what came of it, each link with its place in the ledger. */
export type FounderView = {
  readonly issueIds: readonly string[];
  readonly contract: {
    readonly id: string;
    readonly feature: string;
    readonly title: string;
    readonly criticality: 'standard' | 'critical';
    readonly digest: string;
    readonly planDigest: string;
    readonly proposedBy: string;
    readonly entry: RecordedEntry | null;
  };
  readonly approvals: readonly ApprovalView[];
  readonly execution: {
    readonly startedAt: string | null;
    readonly endedAt: string | null;
    readonly stays: readonly StayView[];
    readonly rollbacks: readonly RollbackView[];
    readonly pauses: number;
  };
  readonly audit: {
    /** On the rollout as a whole; null where nothing was said yet. */
    readonly verdict: AuditView['verdict'] | null;
    readonly verdicts: readonly AuditView[];
  };
  readonly rollout: {
    readonly id: string;
    readonly wedgeState: WedgeState;
    readonly stageId: string;
    readonly percentage: number;
    readonly dryRun: boolean;
    readonly entry: RecordedEntry | null;
  };
  readonly rolloutPlan: {
    readonly initialPercentage: number;
    readonly incrementPolicy: 'linear' | 'exponential' | 'manual';
    readonly maxBlastRadius: number;
    readonly observationWindowHours: number;
    readonly rollback: { readonly to: string; readonly mode: string };
    readonly stages: readonly PlannedStage[];
  };
  readonly blastRadius: readonly StageReach[];
  readonly stabilization: readonly StageGate[];
  readonly lineageComplete: boolean;
  readonly missing: readonly Link[];
};

type PlannedStage = {
  readonly stageId: string;
  readonly audience: WedgeStage['audience'];
  readonly targetPercentage: number;
  readonly durationHours: number;
  readonly requiresApproval: boolean;
};
type StageReach = {
  readonly stageId: string;
  /** The proposer's estimate; null where none was given. */
  readonly affectedCustomers: number | null;
  readonly affectedPercentage: number;
  readonly geographicScope: Facet;
  readonly tierScope: Facet;
};
type StageGate = { readonly stageId: string } & WedgeStage['stabilization'];

/** The founder's view (ROLLOUT-002). Pure: what it is given stays as it is. */
export function founderView(records: RolloutRecords): FounderView {
  const { rollout, entries } = records;
  const { wedgeStages } = rollout.contract.rolloutWedge;
  const missing = missingLinks(records);
  return {
    issueIds: rollout.contract.issueIds,
    contract: contractLink(records),
    approvals: approvalsIn(entries),
    execution: executionOf(records),
    audit: auditOf(records),
    rollout: rolloutLink(records),
    rolloutPlan: planOf(rollout),
    blastRadius: wedgeStages.map(reachOf),
    stabilization: wedgeStages.map(({ stageId, stabilization }) => ({ stageId, ...stabilization })),
    lineageComplete: missing.length === 0,
    missing,
  };
}

function contractLink({ rollout, entries }: RolloutRecords): FounderView['contract'] {
  const { id, feature, title, criticality } = rollout.contract;
  const digests = { digest: rollout.contractDigest, planDigest: planDigest(rollout.contract) };
  const entry = entryOf(ofType(entries, 'proposed'));
  return { id, feature, title, criticality, ...digests, proposedBy: rollout.proposer, entry };
}

function executionOf({ rollout, entries }: RolloutRecords): FounderView['execution'] {
  const stageIds = rollout.contract.rolloutWedge.wedgeStages.map(({ stageId }) => stageId);
  return {
    startedAt: timeOrNull(rollout.startedAtMs),
    endedAt: timeOrNull(rollout.endedAtMs),
    stays: staysIn(entries),
    rollbacks: rollbacksIn(entries, stageIds),
    pauses: ofType(entries, 'paused').length,
  };
}

function auditOf({ entries }: RolloutRecords): FounderView['audit'] {
  const verdicts = auditsIn(entries);
  return { verdict: verdicts.findLast(({ subject }) => subject === 'rollout')?.verdict ?? null, verdicts };
}

function rolloutLink({ rollout, entries }: RolloutRecords): FounderView['rollout'] {
  const { id, wedgeState, dryRun } = rollout;
  const stands = { stageId: currentStage(rollout).stageId, percentage: exposedPercentage(rollout) };
  return { id, wedgeState, ...stands, dryRun, entry: entryOf(ofType(entries, 'created')) };
}

function planOf({ contract }: RolloutState): FounderView['rolloutPlan'] {
  const { initialPercentage, incrementPolicy, maxBlastRadius, observationWindowHours, rollback } =
    contract.rolloutWedge;
  return {
    initialPercentage,
    incrementPolicy,
    maxBlastRadius,
    observationWindowHours,
    rollback: { to: rollback.to, mode: rollback.mode },
    stages: contract.rolloutWedge.wedgeStages.map(plannedStage),
  };
}

function plannedStage(stage: WedgeStage): PlannedStage {
  const { stageId, audience, targetPercentage, durationHours, requiresApproval } = stage;
  return { stageId, audience, targetPercentage, durationHours, requiresApproval };
}

const reachOf = ({ stageId, affectedCustomers, targetPercentage, scope }: WedgeStage): StageReach => ({
  stageId,
  affectedCustomers: affectedCustomers ?? null,
  affectedPercentage: targetPercentage,
  geographicScope: scope.regions,
  tierScope: scope.tiers,
});

const entryOf = ([first]: readonly Parameters<typeof recorded>[0][]) => (first === undefined ? null : recorded(first));
