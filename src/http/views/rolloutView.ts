import type { z } from 'zod';
import type { RolloutRecord } from '../../control/ports/rolloutRegister.ts';
import { exposedPercentage } from '../../domain/rollout/foldRollout.ts';
import { currentStage } from '../../domain/rollout/state.ts';
import { timeOf, timeOrNull } from '../../domain/time.ts';
import type { rolloutSchema } from '../schemas/rollout.ts';

export function rolloutView({ state, nextCheckAtMs }: RolloutRecord): z.infer<typeof rolloutSchema> {
  return {
    id: state.id,
    feature: state.feature,
    contractId: state.contract.id,
    contractDigest: state.contractDigest,
    wedgeState: state.wedgeState,
    phase: state.phase,
    dryRun: state.dryRun,
    stageId: currentStage(state).stageId,
    stageIndex: state.stageIndex,
    totalStages: state.contract.rolloutWedge.wedgeStages.length,
    visit: state.visit,
    percentage: exposedPercentage(state),
    proposedBy: state.proposer,
    createdAt: timeOf(state.createdAtMs),
    startAt: timeOrNull(state.startAtMs),
    startedAt: timeOrNull(state.startedAtMs),
    endedAt: timeOrNull(state.endedAtMs),
    nextCheckAt: timeOrNull(nextCheckAtMs),
    cooldownUntil: timeOrNull(state.cooldownUntilMs),
    version: state.version,
  };
}
