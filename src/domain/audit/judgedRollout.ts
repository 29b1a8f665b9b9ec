import type { RolloutState } from '../rollout/state.ts';

/** What the decision table looks at in a rollout. */
export type JudgedRollout = Pick<
  RolloutState,
  | 'contract'
  | 'policy'
  | 'dryRun'
  | 'startAtMs'
  | 'wedgeState'
  | 'phase'
  | 'stageIndex'
  | 'visit'
  | 'epoch'
  | 'base'
  | 'grants'
  | 'inherited'
  | 'cappedByHand'
  | 'stageApprovals'
  | 'rolledBackFrom'
  | 'auditFailedVisit'
  | 'auditorsVerdicts'
  | 'cooldownUntilMs'
  | 'automaticRollbacks'
  | 'rollingBack'
>;

export const isRunning = ({ wedgeState }: Pick<JudgedRollout, 'wedgeState'>) =>
  wedgeState === 'ACTIVE' || wedgeState === 'PAUSED';

/** The stage that it stays in, or that it is on its way to. */
export function stageOf(rollout: Pick<JudgedRollout, 'contract'>, index: number) {
  const stage = rollout.contract.rolloutWedge.wedgeStages[index];
  if (stage === undefined) throw new Error(`the plan has no stage ${index}`);
  return stage;
}

export const isAtEnd = ({ contract, stageIndex }: JudgedRollout) =>
  stageIndex + 1 === contract.rolloutWedge.wedgeStages.length;
