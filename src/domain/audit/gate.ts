import type { Ask } from '../rollout/context.ts';
import { type JudgedRollout, stageOf } from './judgedRollout.ts';

/** Whether people have opened the gate to the next stage: the first one for a start. */
export function isGateOpen(rollout: JudgedRollout, ask: Ask | null): boolean {
  const isPending = rollout.wedgeState === 'PENDING';
  const stage = stageOf(rollout, isPending ? 0 : rollout.stageIndex + 1);
  const { yes, no } = wordsOn(rollout, stage.stageId);
  const isGated = stage.requiresApproval || rollout.rolledBackFrom.includes(stage.stageId);
  if (isGated && (no.size > 0 || withAsk(yes, ask).size < approversOf(rollout))) return false;
  // `start` satisfies manual increments, and so does whoever asks.
  const isManual = rollout.contract.rolloutWedge.incrementPolicy === 'manual' && !isPending;
  return !isManual || ask !== null || (no.size === 0 && yes.size > 0);
}

function approversOf({ contract, policy }: Pick<JudgedRollout, 'contract' | 'policy'>): number {
  return contract.criticality === 'critical' ? policy.approversCritical : policy.approversStandard;
}

/** Each person's last word on a stage. */
function wordsOn(rollout: JudgedRollout, stageId: string) {
  const yes = new Set<string>();
  const no = new Set<string>();
  for (const word of rollout.stageApprovals) {
    if (word.stageId !== stageId) continue;
    const [said, unsaid] = word.decision === 'approve' ? [yes, no] : [no, yes];
    said.add(word.subject);
    unsaid.delete(word.subject);
  }
  return { yes, no };
}

const withAsk = (yes: ReadonlySet<string>, ask: Ask | null) =>
  ask?.mayApprove === true ? new Set([...yes, ask.subject]) : yes;
