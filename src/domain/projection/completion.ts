import type { WaiverUse } from '../governance/waiver.ts';
import { healthOf } from '../rollout/healthTally.ts';
import type { Poll } from '../rollout/poll.ts';
import { type ApprovalView, approvalsIn } from './approvalView.ts';
import { type AuditView, auditsIn, hasPassed } from './auditView.ts';
import { type RollbackView, rollbacksIn, type StayView, staysIn } from './execution.ts';
import { ofType, type RecordedEntry, recorded } from './recordedEntry.ts';
import type { RolloutRecords } from './rolloutRecords.ts';

/** What was released, how, and on whose word. */
export type CompletionReport = {
  readonly rolloutId: string;
  readonly feature: string;
  readonly title: string;
  readonly issueIds: readonly string[];
  readonly capability: string | null;
  readonly visibleFeatures: readonly string[];
  readonly contractId: string;
  readonly contractDigest: string;
  readonly percentage: number;
  readonly startedAt: string | null;
  readonly completedAt: string;
  readonly stages: readonly StayView[];
  readonly health: HealthAtEnd | null;
  readonly approvals: readonly ApprovalView[];
  readonly audits: readonly AuditView[];
  readonly rollbacks: readonly RollbackView[];
  readonly waivers: readonly { readonly waiverId: string; readonly rules: readonly string[] }[];
  readonly entry: RecordedEntry;
};

/** What the last poll found, on which the rollout was completed. */
type HealthAtEnd = {
  /** Polls with all success criteria passing ÷ polls with data, 0 to 1; null where none had data. */
  readonly passingShare: number | null;
  readonly criteria: readonly {
    readonly sli: string;
    readonly role: 'success' | 'trigger' | 'guard';
    readonly outcome: 'pass' | 'fail' | 'inconclusive';
    readonly value: number | null;
    readonly limit: number | null;
  }[];
};

/**
 * The report of a rollout that was completed and whose audit says PASS (ROLLOUT-004); null for every other. A dry run released
 * nothing, so there is nothing to report.
 */
export function completionReport({ rollout, entries }: RolloutRecords): CompletionReport | null {
  const audits = auditsIn(entries);
  const completed = ofType(entries, 'completed').at(-1);
  if (rollout.wedgeState !== 'COMPLETE' || rollout.dryRun || completed === undefined || !hasPassed(audits)) return null;
  const { contract, contractDigest, waivers } = rollout;
  return {
    rolloutId: rollout.id,
    feature: rollout.feature,
    title: contract.title,
    issueIds: contract.issueIds,
    capability: contract.capability?.name ?? null,
    visibleFeatures: contract.capability?.visibleFeatures ?? [],
    contractId: contract.id,
    contractDigest,
    percentage: completed.percentageAfter ?? 0,
    startedAt: ofType(entries, 'started')[0]?.at ?? null,
    completedAt: completed.at,
    stages: staysIn(entries),
    health: healthAtEnd(completed.evidence?.poll ?? null),
    approvals: approvalsIn(entries),
    audits,
    rollbacks: rollbacksIn(
      entries,
      contract.rolloutWedge.wedgeStages.map(({ stageId }) => stageId),
    ),
    waivers: waivers.map(usedWaiver),
    entry: recorded(completed),
  };
}

function healthAtEnd(poll: Poll | null): HealthAtEnd | null {
  if (poll === null) return null;
  const criteria = poll.verdicts.map(({ sli, role, outcome, value, limit }) => ({ sli, role, outcome, value, limit }));
  return { passingShare: healthOf(poll.health), criteria };
}

const usedWaiver = ({ waiverId, rules }: WaiverUse) => ({ waiverId, rules });
