import type { Comparisons } from '../health/comparison.ts';
import type { Guards } from '../health/guards.ts';
import { decides, type Verdict } from '../health/verdict.ts';
import { hoursToMs } from '../hours.ts';
import { type HealthTally, tally } from './healthTally.ts';
import type { Poll } from './poll.ts';
import { currentStage, type RolloutState } from './state.ts';

export type PollInput = {
  readonly verdicts: readonly Verdict[];
  readonly targetVerdicts: readonly Verdict[];
  readonly comparisons: Comparisons;
  readonly guards: Guards;
  readonly nowMs: number;
  readonly pollIntervalMs: number;
  readonly onHold: boolean;
  readonly served: boolean;
};

/** The poll that follows: clocks, counts and health carried on, or begun anew where the rollout's epoch has changed. */
export function nextPoll(previous: Poll | null, rollout: RolloutState, input: PollInput): Poll {
  const last = previous !== null && previous.epoch === rollout.epoch ? previous : null;
  return {
    atMs: input.nowMs,
    epoch: rollout.epoch,
    visit: rollout.visit,
    verdicts: input.verdicts,
    targetVerdicts: input.targetVerdicts,
    comparisons: input.comparisons,
    guards: input.guards,
    counts: counted(last?.counts ?? {}, input.verdicts),
    history: historyAfter(last?.history ?? {}, input.verdicts),
    muted: stillMuted(last?.muted ?? rollout.acknowledged, input.verdicts),
    health: healthAfter(last?.health ?? [], rollout, input),
    activeMs: clocksAfter(previous, rollout, input),
    onHold: input.onHold,
    served: input.served,
  };
}

function counted(before: Poll['counts'], verdicts: readonly Verdict[]): Poll['counts'] {
  const counts = { ...before };
  for (const verdict of verdicts) {
    if (verdict.reason === 'holds') counts[verdict.key] = (before[verdict.key] ?? 0) + 1;
    if (verdict.reason === 'doesNotHold') counts[verdict.key] = 0;
  }
  return counts;
}

/** No longer than its criterion looks back. */
function historyAfter(before: Poll['history'], verdicts: readonly Verdict[]): Poll['history'] {
  const history = { ...before };
  for (const { key, reason, polls } of verdicts) {
    if (polls === null || (reason !== 'holds' && reason !== 'doesNotHold')) continue;
    history[key] = `${before[key] ?? ''}${reason === 'holds' ? '1' : '0'}`.slice(-polls.ofLast);
  }
  return history;
}

function stillMuted(muted: readonly string[], verdicts: readonly Verdict[]): readonly string[] {
  return muted.filter((key) => verdicts.find((verdict) => verdict.key === key)?.outcome !== 'pass');
}

/** The success criteria that decide, where all of them have data; null where one has none. */
function successOutcomes(verdicts: readonly Verdict[]): readonly Verdict[] | null {
  const deciding = verdicts.filter((verdict) => verdict.role === 'success' && decides(verdict));
  const withData = deciding.length > 0 && deciding.every((verdict) => verdict.outcome !== 'inconclusive');
  return withData ? deciding : null;
}

export function allSuccessPassing(verdicts: readonly Verdict[]): boolean {
  return successOutcomes(verdicts)?.every((verdict) => verdict.outcome === 'pass') ?? false;
}

function healthAfter(before: HealthTally, rollout: RolloutState, input: PollInput): HealthTally {
  if (rollout.phase !== 'stage' || !input.served || successOutcomes(input.verdicts) === null) return before;
  const windowMs = hoursToMs(currentStage(rollout).stabilization.minimumDurationHours);
  return tally(before, { atMs: input.nowMs, passing: allSuccessPassing(input.verdicts) }, windowMs);
}

function clocksAfter(previous: Poll | null, rollout: RolloutState, input: PollInput): Poll['activeMs'] {
  const sameVisit = previous !== null && previous.visit === rollout.visit && previous.epoch <= rollout.epoch;
  const sameEpoch = previous !== null && previous.epoch === rollout.epoch;
  const passed = activeSince(previous, rollout, input);
  // In the ramp there is nothing that could pass, so its clock runs from the start.
  const progressed = rollout.phase === 'stage' && input.served && allSuccessPassing(input.verdicts);
  // What nobody met proves nothing, but row 9 goes on counting: it ends the wait.
  const proven = (sameEpoch ? previous.served : input.served) ? passed : 0;
  return {
    visit: (sameVisit ? previous.activeMs.visit : 0) + proven,
    observation: (sameEpoch ? previous.activeMs.observation : 0) + proven,
    noProgress: progressed ? 0 : (sameEpoch ? previous.activeMs.noProgress : 0) + passed,
  };
}

/** Active time since the last poll, or since the epoch began. A gap of more than two polls was watched by nobody: it counts for nothing. */
function activeSince(previous: Poll | null, rollout: RolloutState, input: PollInput): number {
  if (rollout.wedgeState !== 'ACTIVE') return 0;
  const sameEpoch = previous !== null && previous.epoch === rollout.epoch;
  // Of the time before an epoch's first poll only that poll can tell whether a stop stood.
  if (sameEpoch ? previous.onHold : input.onHold) return 0;
  const passedMs = input.nowMs - (sameEpoch ? previous.atMs : rollout.epochBeganAtMs);
  return passedMs < 0 || passedMs > 2 * input.pollIntervalMs ? 0 : passedMs;
}
