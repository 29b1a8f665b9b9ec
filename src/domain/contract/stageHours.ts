import type { RolloutWedge, WedgeStage } from './wedge.ts';

/** How long the gate stays in a stage at the least, by its own clocks. */
export function leastStageHours(
  stage: WedgeStage,
  { observationWindowHours }: Pick<RolloutWedge, 'observationWindowHours'>,
): number {
  return Math.max(stage.durationHours, observationWindowHours, stage.stabilization.minimumDurationHours);
}
