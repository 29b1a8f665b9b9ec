import { alphaAfterRollbacks, combineEvidence } from '../statistics/combinedEvidence.ts';
import { relativeRiskBounds } from '../statistics/relativeRisk.ts';
import { logEvidence } from '../statistics/sequentialComparison.ts';
import { badShare, type Comparison, type Comparisons } from './comparison.ts';
import { type Counted, countKey } from './countQuery.ts';
import { type Finding, inconclusive, NOTHING } from './finding.ts';
import { type Freshness, isLongAgo, isStale } from './freshness.ts';
import type { PlannedComparison } from './measurementPlan.ts';
import type { SequentialEvidence } from './verdict.ts';

type Answers = { readonly counted: ReadonlyMap<string, Counted>; readonly comparisons: Comparisons };

/** Polls running in which treatment is out and control is not. */
const OUTAGE_POLLS = 2;

/** What a sequential criterion says after this poll: the condition of a trigger is that treatment has been found worse than its margin. */
export function judgeComparison(planned: PlannedComparison, answers: Answers, freshness: Freshness): Finding {
  if (planned.unasked === 'noControl') return inconclusive('notApplicable', 'there is no control to compare with');
  const comparison = answers.comparisons[planned.comparison];
  if (comparison === undefined) return inconclusive('unavailable', 'the past of the service could not be asked for');
  if (planned.query === null) return inconclusive('windowNotFull', 'counting begins with this poll');
  const counted = answers.counted.get(countKey(planned.query));
  if (counted === undefined) return inconclusive('unavailable', 'the source gave no answer');
  if (counted.kind !== 'counted') return inconclusive(counted.kind, counted.detail);
  const seen = { ...NOTHING, ...numbersOf(comparison), evidence: evidenceOf(planned, answers.comparisons, comparison) };
  const worse = foundWorse(planned, answers.comparisons, comparison);
  if (worse !== null) return { ...seen, ...whereWorse(planned), detail: worse };
  const lacking = faultOf(planned, counted, comparison, freshness);
  if (lacking !== null) return { ...seen, outcome: 'inconclusive', ...lacking };
  const reason = planned.role === 'success' ? ('holds' as const) : ('doesNotHold' as const);
  return { ...seen, outcome: 'pass', reason };
}

const whereWorse = ({ role }: PlannedComparison) => ({
  outcome: 'fail' as const,
  reason: role === 'success' ? ('doesNotHold' as const) : ('holds' as const),
});

const numbersOf = ({ counts }: Comparison) => ({
  value: badShare(counts.treatment),
  baseline: badShare(counts.control),
  samples: counts.treatment.total,
});

/** Why it is found worse, in words; null where it is not. What was found before stays found, also where this poll adds nothing. */
function foundWorse(planned: PlannedComparison, comparisons: Comparisons, own: Comparison): string | null {
  if (own.outagePolls >= OUTAGE_POLLS) return `outage: at least half fail, ${own.outagePolls} polls running`;
  const { group } = planned;
  const parts = group.comparisons.map((key) => ({
    key,
    weight: 1 / group.comparisons.length,
    logEvidence: logEvidenceOf(comparisons[key]),
  }));
  const combined = combineEvidence(parts, alphaOf(planned, own));
  if (combined === null || !combined.fails) return null;
  // The reason is the one that has most of it, where this stage looks at it.
  if (combined.leadingKey !== planned.comparison && group.inStage.includes(combined.leadingKey)) return null;
  return `worse than ${planned.criterion.margin} times the control, found at a false alarm rate of ${alphaOf(planned, own)}`;
}

/** What has not begun has found nothing: e = 1. */
const logEvidenceOf = (comparison: Comparison | undefined) =>
  comparison === undefined ? 0 : logEvidence(comparison.evidence);

const alphaOf = ({ group }: PlannedComparison, { rollbacks }: Comparison) =>
  alphaAfterRollbacks(group.alpha, rollbacks);

function evidenceOf(planned: PlannedComparison, comparisons: Comparisons, own: Comparison): SequentialEvidence {
  const { group, criterion } = planned;
  const together = group.comparisons.map((key) => Math.exp(logEvidenceOf(comparisons[key])));
  const mean = together.reduce((sum, evidence) => sum + evidence, 0) / together.length;
  return {
    logEvidence: Math.log(mean),
    logNeeded: -Math.log(alphaOf(planned, own)),
    margin: criterion.margin,
    ...relativeRiskBounds(own.risk),
    dispersion: own.dispersion.phi,
    edge: own.edge,
    counts: own.counts,
  };
}

/** Why nothing is known yet; null where it is. */
function faultOf(
  { criterion }: PlannedComparison,
  counted: Extract<Counted, { kind: 'counted' }>,
  { counts, trafficAtMs }: Comparison,
  freshness: Freshness,
) {
  if (isStale(counted.newestSampleAtMs, freshness)) {
    return { reason: 'stale' as const, detail: 'the newest sample is too old' };
  }
  if (isLongAgo(trafficAtMs, freshness)) {
    const whose = counted.poll.treatment.total === 0 ? 'the exposed users' : 'the control';
    return { reason: 'noTraffic' as const, detail: `no traffic of ${whose}` };
  }
  if (counts.treatment.total >= criterion.minSamples) return null;
  const detail = `${Math.floor(counts.treatment.total)} samples, needed ${criterion.minSamples}`;
  return { reason: 'insufficientSamples' as const, detail };
}
