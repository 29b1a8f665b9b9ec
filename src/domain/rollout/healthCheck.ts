import { describeVerdict } from '../health/describeVerdict.ts';
import { measurementPlan, type PlannedAt, type PlannedWindow } from '../health/measurementPlan.ts';
import type { Verdict } from '../health/verdict.ts';
import type { HealthOutcome, HealthWatch } from './healthWatch.ts';
import { isLive, type RolloutState, stageAt } from './state.ts';

/** Even a latest sample is not of the time before. */
const LEAST_WINDOW_SECONDS = 60;
/** Without data it is given up after so many windows. */
const MOST_WINDOWS = 3;

export type HealthFound = { readonly outcome: HealthOutcome; readonly detail: string };

/**
 * What is measured after a rollback: the triggers that would roll back again, on those who still meet the release; where nobody does, on
 * all traffic, and then by what needs no control. What is counted since the beginning has said its word: it is not asked again.
 */
export function healthPlan(rollout: RolloutState, watch: HealthWatch, at: PlannedAt): readonly PlannedWindow[] {
  // A dry run's question is just that: all traffic, and no control.
  const asked = { ...rollout, stageIndex: watch.stageIndex, phase: 'stage' as const, dryRun: !isLive(rollout) };
  const windows = measurementPlan(asked, {}, at).filter((planned) => planned.looksAt === 'window');
  return windows.filter(
    ({ severity, criterion, unasked }) =>
      severity === 'rollback' &&
      !criterion.dryRun &&
      unasked !== 'noControl' &&
      (isLive(rollout) || criterion.compare === 'absolute'),
  );
}

/** The first moment at which every window lies after the change of exposure. */
export const healthDueAtMs = (rollout: RolloutState, watch: HealthWatch) =>
  watch.sinceMs + longestWindowMs(rollout, watch);

/** What has come of it; null where it has still to be waited for. */
export function healthFound(
  rollout: RolloutState,
  watch: HealthWatch,
  verdicts: readonly Verdict[],
  nowMs: number,
): HealthFound | null {
  const [first] = verdicts;
  if (first === undefined)
    return { outcome: 'unknown', detail: 'no trigger of the stage can be judged without a control' };
  const failing = verdicts.find(({ outcome }) => outcome === 'fail');
  if (failing !== undefined) return { outcome: 'notRecovered', detail: describeVerdict(failing) };
  const open = verdicts.find(({ outcome }) => outcome === 'inconclusive');
  if (open === undefined) return { outcome: 'recovered', detail: describeVerdict(first) };
  const givenUpAtMs = watch.sinceMs + MOST_WINDOWS * longestWindowMs(rollout, watch);
  return nowMs < givenUpAtMs ? null : { outcome: 'unknown', detail: describeVerdict(open) };
}

function longestWindowMs(rollout: RolloutState, { stageIndex }: HealthWatch): number {
  const { rollbackTrigger } = stageAt(rollout, stageIndex);
  const seconds = rollbackTrigger.map((trigger) => ('windowSeconds' in trigger ? trigger.windowSeconds : 0));
  return 1000 * Math.max(LEAST_WINDOW_SECONDS, ...seconds);
}
