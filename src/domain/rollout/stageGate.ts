import type { Ask } from './context.ts';
import { type RolloutState, stageAt } from './state.ts';

export type GateWait = {
  readonly detail: string;
  readonly stageId: string;
  readonly waitsFor: 'approver' | 'operator';
  readonly missing: number;
};

/** The stage that the next opening leads to: the first one for a start. */
function nextStageIndex(rollout: RolloutState): number {
  return rollout.wedgeState === 'PENDING' ? 0 : rollout.stageIndex + 1;
}

/** What row 16 still waits for; null where the gate of the next stage is open. */
export function approvalWanted(rollout: RolloutState, ask: Ask | null): GateWait | null {
  const stage = stageAt(rollout, nextStageIndex(rollout));
  const missing = missingApprovals(rollout, stage.stageId, ask);
  const cameBack = rollout.rolledBackFrom.includes(stage.stageId);
  if ((stage.requiresApproval || cameBack) && missing > 0) {
    const why = cameBack ? 'was rolled back from and needs an approval given since' : 'requires approval';
    const detail = `stage ${stage.stageId} ${why}: ${missing} still missing`;
    return { stageId: stage.stageId, detail, waitsFor: 'approver', missing };
  }
  // A start is always asked for by somebody, be it for a later hour.
  const manual = rollout.contract.rolloutWedge.incrementPolicy === 'manual' && rollout.wedgeState !== 'PENDING';
  if (!manual || ask !== null || standingApprovers(rollout, stage.stageId).length > 0) return null;
  const detail = `the increments are manual: an operator must ask for ${stage.stageId}`;
  return { stageId: stage.stageId, detail, waitsFor: 'operator', missing: 1 };
}

/** The last word of each approver on a stage. */
function lastWords(rollout: RolloutState, stageId: string): ReadonlyMap<string, 'approve' | 'reject'> {
  const ofStage = rollout.stageApprovals.filter((approval) => approval.stageId === stageId);
  return new Map(ofStage.map((approval) => [approval.subject, approval.decision]));
}

/** Approvers whose last word on the stage is yes; none where somebody's last word is no. */
export function standingApprovers(rollout: RolloutState, stageId: string): readonly string[] {
  const words = lastWords(rollout, stageId);
  return [...words.values()].includes('reject') ? [] : [...words.keys()];
}

function missingApprovals(rollout: RolloutState, stageId: string, ask: Ask | null): number {
  const critical = rollout.contract.criticality === 'critical';
  const wanted = critical ? rollout.policy.approversCritical : rollout.policy.approversStandard;
  // A rejection stands until the same approver takes it back: nobody can advance past it.
  if ([...lastWords(rollout, stageId).values()].includes('reject')) return wanted;
  const approvers = new Set(standingApprovers(rollout, stageId));
  if (ask?.mayApprove === true) approvers.add(ask.subject);
  return Math.max(0, wanted - approvers.size);
}
