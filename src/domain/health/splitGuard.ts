import type { WedgeStage } from '../contract/wedge.ts';
import { treatmentShareAt } from '../feature/cohort.ts';
import type { RolloutState } from '../rollout/state.ts';
import { isSampleRatioMismatch, LOG_MISMATCH } from '../statistics/sampleRatio.ts';
import { hasNoControl } from './control.ts';
import type { Counted } from './countQuery.ts';
import { uncountable } from './countSpan.ts';
import type { Severity } from './criterion.ts';
import { type Finding, inconclusive, NOTHING } from './finding.ts';
import { foundWrong, type GuardSpan, guardVerdict, type PlannedGuard, seenIn } from './guard.ts';
import {
  beginsAnew,
  begunSampleRatio,
  logMismatch,
  nextSampleRatio,
  type SampleRatio,
  type SplitAt,
} from './sampleRatio.ts';
import { splitCounterOf } from './splitCheck.ts';
import type { Verdict } from './verdict.ts';

const KEY = 'sampleRatio';

export type PlannedSplit = PlannedGuard & {
  readonly sli: string;
  readonly severity: Severity;
  readonly counts: 'units' | 'requests';
  readonly stageIds: readonly string[];
  readonly previous: SampleRatio | null;
  readonly at: SplitAt;
};

/** null where the contract asks for no check of the split, or there is none. */
export function plannedSplit(
  rollout: RolloutState,
  { stageId }: WedgeStage,
  previous: SampleRatio | null,
  span: GuardSpan,
): PlannedSplit | null {
  const { contract, visit, threshold, epoch } = rollout;
  const { sampleRatio } = contract;
  if (sampleRatio === undefined || hasNoControl(rollout) || threshold <= 0) return null;
  const sli = splitCounterOf(sampleRatio, contract.slis);
  if (sli === null) return null;
  const acknowledged = rollout.acknowledged.includes(KEY);
  const { untilMs } = span;
  const at = { stageId, visit, threshold, untilMs, rollbacks: rollout.rolledBackFrom.length, epoch, acknowledged };
  const plan = {
    key: KEY,
    sli: sli.id,
    severity: sampleRatio.action,
    counts: sampleRatio.units === undefined ? ('requests' as const) : ('units' as const),
    stageIds: contract.rolloutWedge.wedgeStages.map((stage) => stage.stageId),
    previous: beginsAnew(previous, at) ? null : previous,
    at,
  };
  if (plan.previous === null) return { ...plan, unasked: 'notBegun', query: null };
  const { countedUntilMs } = plan.previous;
  const unasked = uncountable({ ...span, countedUntilMs });
  const query = unasked === null ? { sli, slowerThan: null, fromMs: countedUntilMs, toMs: untilMs } : null;
  return { ...plan, unasked, query };
}

/** @param counted null where nothing was asked */
export function nextSplit({ previous, at }: PlannedSplit, counted: Counted | null): SampleRatio {
  return previous === null ? begunSampleRatio(at) : nextSampleRatio(previous, counted, at);
}

/** @param seen after this poll */
export function judgeSplit(plan: PlannedSplit, counted: Counted | null, seen: SampleRatio): Verdict {
  const of = { key: plan.key, sli: plan.sli, severity: plan.severity, consecutive: 1 };
  const now = seenIn(plan, counted);
  return guardVerdict(of, 'lack' in now ? now.lack : findingOf(plan, seen));
}

function findingOf({ counts, stageIds, at }: PlannedSplit, { strata }: SampleRatio): Finding {
  const here = strata.at(-1);
  const samples = here === undefined ? 0 : here.treatment + here.control;
  if (here === undefined || samples === 0) return inconclusive('noTraffic', 'nobody in either cohort yet');
  const expected = treatmentShareAt(at.threshold);
  const logBayesFactor = logMismatch(strata, stageIds);
  const isMismatch = isSampleRatioMismatch(logBayesFactor);
  return {
    ...NOTHING,
    ...foundWrong(isMismatch),
    value: here.treatment / samples,
    baseline: expected,
    samples,
    detail: isMismatch ? 'who gets the feature is not who should: what is compared may not be comparable' : null,
    evidence: {
      kind: 'sampleRatio',
      counted: counts,
      logBayesFactor,
      logNeeded: LOG_MISMATCH,
      expectedShare: expected,
      strata,
    },
  };
}
