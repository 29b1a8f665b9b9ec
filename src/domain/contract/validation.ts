import { addsNothingWarning } from './rules/additions.ts';
import { audienceNeverBack, internalScope } from './rules/audience.ts';
import { baselineOnlyToCompare, controlNeedsCohort } from './rules/baselines.ts';
import { withinBlastRadius } from './rules/blastRadius.ts';
import { cooldownMinimum } from './rules/cooldown.ts';
import { criteriaRequired, fullStagesWithoutControl } from './rules/criteria.ts';
import { firstTargetAboveExposed, firstTargetMaximum } from './rules/firstStage.ts';
import { offLineWarning, shrinkingWarning } from './rules/increments.ts';
import { initialAboveExposed, initialMaximumCritical, initialWithinFirstTarget } from './rules/initialPercentage.ts';
import { latestSampleHasValue } from './rules/latestSample.ts';
import { levelsOfGauges, repeatedLooksWarning, shortWindowWarning } from './rules/mannWhitney.ts';
import { criterionWindowsFit, observationWindowMinimum } from './rules/observationWindow.ts';
import { percentagesInRange } from './rules/percentages.ts';
import { oneKindOfLimit, pollLimitReachable } from './rules/pollLimit.ts';
import { previousStageWarning } from './rules/previousStage.ts';
import { fixedWindowWarning, knownPlaceholders, promqlNamesCohort, promqlWindowGiven } from './rules/promql.ts';
import { requestsWarning, sampleRatioCounts, sampleRatioSli, sampleRatioSource } from './rules/sampleRatio.ts';
import { noOffsetOnScrape, noPromqlOnScrape } from './rules/scrapeSources.ts';
import { sequentialCountsEvents, sequentialThreshold } from './rules/sequential.ts';
import { knownSlis, knownSources, uniqueSlis } from './rules/slis.ts';
import { requiredMetricsJudged } from './rules/stabilization.ts';
import { enoughStages, risingTargets, uniqueStageIds, wideningScopes } from './rules/stages.ts';
import { supersedesExposedScope, supersedesLive, supersedesWithinBlastRadius } from './rules/supersedes.ts';
import type { Rule, Subject, WarningRule } from './subject.ts';
import type { Violation, Warning } from './violation.ts';

/** Of SLIs and criteria, wherever they are defined. */
const INDICATOR_RULES: readonly Rule[] = [
  uniqueSlis,
  knownSlis,
  knownSources,
  controlNeedsCohort,
  baselineOnlyToCompare,
  sequentialCountsEvents,
  sequentialThreshold,
  pollLimitReachable,
  oneKindOfLimit,
  noPromqlOnScrape,
  noOffsetOnScrape,
  latestSampleHasValue,
  levelsOfGauges,
  sampleRatioCounts,
  sampleRatioSli,
  sampleRatioSource,
  promqlNamesCohort,
  promqlWindowGiven,
  knownPlaceholders,
];

const RULES: readonly Rule[] = [
  enoughStages,
  uniqueStageIds,
  percentagesInRange,
  risingTargets,
  wideningScopes,
  audienceNeverBack,
  internalScope,
  initialAboveExposed,
  initialMaximumCritical,
  initialWithinFirstTarget,
  firstTargetAboveExposed,
  firstTargetMaximum,
  withinBlastRadius,
  observationWindowMinimum,
  criterionWindowsFit,
  criteriaRequired,
  fullStagesWithoutControl,
  requiredMetricsJudged,
  ...INDICATOR_RULES,
  cooldownMinimum,
  supersedesLive,
  supersedesExposedScope,
  supersedesWithinBlastRadius,
];

const WARNING_RULES: readonly WarningRule[] = [
  offLineWarning,
  shrinkingWarning,
  addsNothingWarning,
  fixedWindowWarning,
  shortWindowWarning,
  repeatedLooksWarning,
  requestsWarning,
  previousStageWarning,
];

export type Judgement = { readonly violations: readonly Violation[]; readonly warnings: readonly Warning[] };

/** A plan before the law: **all** violations at once. A contract is judged so when proposed, and again by today's policy at its start. */
export function judge(subject: Subject): Judgement {
  return {
    violations: RULES.flatMap((rule) => rule(subject)),
    warnings: WARNING_RULES.flatMap((rule) => rule(subject)),
  };
}

/** The same of SLIs and criteria that no plan has yet. */
export function judgeIndicators(subject: Subject): readonly Violation[] {
  return INDICATOR_RULES.flatMap((rule) => rule(subject));
}
