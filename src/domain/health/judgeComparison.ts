import type { ArmCounts } from '../statistics/armCounts.ts';
import { alphaAfterRollbacks, type CombinedEvidence, combineEvidence } from '../statistics/combinedEvidence.ts';
import { relativeRiskBounds } from '../statistics/relativeRisk.ts';
import { logEvidence } from '../statistics/sequentialComparison.ts';
import type { Comparison, Comparisons } from './comparison.ts';
import { type Counted, countKey } from './countQuery.ts';
import { type Finding, inconclusive, NO_ANSWER, NO_CONTROL, NOTHING } from './finding.ts';
import { type Freshness, isLongAgo } from './freshness.ts';
import type { PlannedComparison } from './measurementPlan.ts';
import type { SequentialEvidence } from './verdict.ts';

type Answers = { readonly counted: ReadonlyMap<string, Counted>; readonly comparisons: Comparisons };

/** What a sequential criterion says after this poll: the condition of a trigger is that treatment has been found worse than its margin. */
export function judgeComparison(
  planned: PlannedComparison,
  speaking: ReadonlySet<string>,
  answers: Answers,
  freshness: Freshness,
): Finding {
  if (planned.unasked === 'noControl') return NO_CONTROL;
  const comparison = answers.comparisons[planned.comparison];
  if (comparison === undefined) return inconclusive('unavailable', 'the past of the service could not be asked for');
  if (planned.query === null) return unasked(planned);
  const counted = answers.counted.get(countKey(planned.query));
  if (counted === undefined) return inconclusive('unavailable', NO_ANSWER);
  if (counted.kind === 'unanchored') return inconclusive('missing', counted.detail);
  if (counted.kind !== 'counted') return inconclusive(counted.kind, counted.detail);
  const together = weighedTogether(planned, answers.comparisons, comparison);
  const evidence = evidenceOf(planned, comparison, together);
  const seen = { ...NOTHING, ...numbersOf(planned, comparison), evidence };
  const worse = foundWorse(planned, speaking, comparison, together);
  if (worse !== null) return { ...seen, ...whereWorse(planned), detail: worse };
  const lacking = faultOf(planned, counted, comparison, { ...freshness, nowMs: comparison.countedUntilMs });
  if (lacking !== null) return { ...seen, outcome: 'inconclusive', ...lacking };
  const reason = planned.role === 'success' ? ('holds' as const) : ('doesNotHold' as const);
  return { ...seen, outcome: 'pass', reason };
}

/** The comparisons that this poll has counted. */
export function speakingIn(
  planned: readonly PlannedComparison[],
  { counted }: Pick<Answers, 'counted'>,
): ReadonlySet<string> {
  const isCounted = ({ query }: PlannedComparison) =>
    query !== null && counted.get(countKey(query))?.kind === 'counted';
  return new Set(planned.filter(isCounted).map(({ comparison }) => comparison));
}

const whereWorse = ({ role }: PlannedComparison) => ({
  outcome: 'fail' as const,
  reason: role === 'success' ? ('doesNotHold' as const) : ('holds' as const),
});

function unasked({ unasked: reason }: PlannedComparison): Finding {
  if (reason === 'clockWentBack')
    return inconclusive('missing', 'counted already up to a later time: the clock went back');
  const why = reason === 'exposureChanged' ? ', since the exposure has changed' : '';
  return inconclusive('windowNotFull', `counting begins with this poll${why}`);
}

const numbersOf = ({ sli }: PlannedComparison, { counts }: Comparison) => ({
  value: shareOf(sli, counts.treatment),
  baseline: shareOf(sli, counts.control),
  samples: counts.treatment.total,
});

/** Of bad ones by all requests, or of good ones where the SLI counts those; null where there was none. */
function shareOf({ direction }: PlannedComparison['sli'], { bad, total }: ArmCounts): number | null {
  if (total === 0) return null;
  return direction === 'lower' ? bad / total : 1 - bad / total;
}

/** Why it is found worse, in words; null where it is not. What was found before stays found, also where this poll adds nothing. */
function foundWorse(
  planned: PlannedComparison,
  speaking: ReadonlySet<string>,
  own: Comparison,
  together: CombinedEvidence,
): string | null {
  if (!together.fails) return null;
  // The reason is the one that has most of it, where this stage looks at it and this poll has counted it: else nobody would say it.
  const isElsewhere = !planned.group.inStage.includes(together.leadingKey) || !speaking.has(together.leadingKey);
  if (together.leadingKey !== planned.comparison && !isElsewhere) return null;
  return `worse than ${planned.criterion.margin} times the control, found at a false alarm rate of ${alphaOf(planned, own)}`;
}

function weighedTogether(planned: PlannedComparison, comparisons: Comparisons, own: Comparison): CombinedEvidence {
  const keys = planned.group.comparisons;
  const parts = keys.map((key) => ({
    key,
    weight: 1 / keys.length,
    logEvidence: logEvidenceOf(comparisons[key], own),
  }));
  const together = combineEvidence(parts, alphaOf(planned, own));
  if (together === null) throw new Error(`${planned.comparison} is of no group`);
  return together;
}

/** What has not begun, or not anew since the last rollback, has found nothing: e = 1. */
const logEvidenceOf = (comparison: Comparison | undefined, { rollbacks }: Comparison) =>
  comparison?.rollbacks === rollbacks ? logEvidence(comparison.evidence) : 0;

const alphaOf = ({ group }: PlannedComparison, { rollbacks }: Comparison) =>
  alphaAfterRollbacks(group.alpha, rollbacks);

function evidenceOf(planned: PlannedComparison, own: Comparison, together: CombinedEvidence): SequentialEvidence {
  return {
    kind: 'sequential',
    logEvidence: together.logEvidence,
    logNeeded: -Math.log(alphaOf(planned, own)),
    margin: planned.criterion.margin,
    ...relativeRiskBounds(own.risk),
    dispersion: own.dispersion.phi,
    edge: own.edge,
    counts: own.counts,
  };
}

/** Why nothing is known yet; null where it is. By the time up to which was counted, which is a little before now. */
function faultOf(
  { criterion }: PlannedComparison,
  counted: Extract<Counted, { kind: 'counted' }>,
  { counts, trafficAtMs }: Comparison,
  freshness: Freshness,
) {
  if (isLongAgo(trafficAtMs, freshness)) {
    const whose = counted.poll.treatment.total === 0 ? 'the exposed users' : 'the control';
    return { reason: 'noTraffic' as const, detail: `no traffic of ${whose}` };
  }
  const needed = Math.max(1, criterion.minSamples);
  if (counts.treatment.total < needed) {
    const detail = `${Math.floor(counts.treatment.total)} samples, needed ${needed}`;
    return { reason: 'insufficientSamples' as const, detail };
  }
  return counts.control.total > 0
    ? null
    : { reason: 'insufficientSamples' as const, detail: 'none of the control yet' };
}
