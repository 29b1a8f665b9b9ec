import { compareLevels, type LevelComparison } from '../statistics/levelComparison.ts';
import { median } from '../statistics/mannWhitney.ts';
import { type Finding, inconclusive, NO_ANSWER, NOTHING, unaskedWindow } from './finding.ts';
import { type Freshness, isStale } from './freshness.ts';
import type { PlannedLevels } from './measurementPlan.ts';
import { type LevelPoints, pointsKey } from './pointsQuery.ts';
import type { LevelEvidence } from './verdict.ts';

type Points = Extract<LevelPoints, { kind: 'points' }>;
type Compared = Exclude<LevelComparison, { outcome: 'tooFew' }>;

/** What a comparison of levels says at this poll: the condition of a trigger is that treatment is found worse. */
export function judgeLevels(
  planned: PlannedLevels,
  answers: ReadonlyMap<string, LevelPoints>,
  freshness: Freshness,
): Finding {
  if (planned.query === null) return unaskedWindow(planned.unasked);
  const points = answers.get(pointsKey(planned.query));
  if (points === undefined) return inconclusive('unavailable', NO_ANSWER);
  if (points.kind !== 'points') return inconclusive(points.kind, points.detail);
  if (isStale(points.newestSampleAtMs, freshness)) return inconclusive('stale', 'the newest sample is too old');
  return tooFew(planned, points) ?? compared(planned, points);
}

/** Never a failure: with few points no difference is far from chance. */
function tooFew({ criterion }: PlannedLevels, { treatment, control }: Points): Finding | null {
  const { minSamples } = criterion;
  if (treatment.length >= minSamples && control.length >= minSamples) return null;
  const detail = `${treatment.length} points and ${control.length} of the control, needed ${minSamples} of each`;
  return { ...inconclusive('insufficientSamples', detail), samples: treatment.length };
}

function compared(planned: PlannedLevels, points: Points): Finding {
  const { criterion, role, sli } = planned;
  const found = compareLevels(points.treatment, points.control, criterion);
  if (found.outcome === 'tooFew') return inconclusive('insufficientSamples', 'too few points');
  const seen = { ...NOTHING, ...numbersOf(planned, points, found), evidence: evidenceOf(points, found) };
  if (role === 'success' && isWindowShort(planned, points)) {
    return { ...seen, outcome: 'inconclusive', reason: 'windowNotFull', detail: 'the window is not full yet' };
  }
  const isWorse = found.outcome === (sli.direction === 'lower' ? 'higher' : 'lower');
  const holds = role === 'success' ? !isWorse : isWorse;
  return { ...seen, outcome: isWorse ? 'fail' : 'pass', reason: holds ? 'holds' : 'doesNotHold' };
}

/** `limit` is where the tolerance ends, on the side that is worse. */
function numbersOf({ criterion, sli }: PlannedLevels, { treatment }: Points, { controlMedian }: Compared) {
  const tolerance = criterion.toleranceShare * Math.abs(controlMedian);
  return {
    value: median(treatment),
    baseline: controlMedian,
    limit: sli.direction === 'lower' ? controlMedian + tolerance : controlMedian - tolerance,
    samples: treatment.length,
  };
}

function evidenceOf({ treatment, control }: Points, found: Compared): LevelEvidence {
  return {
    kind: 'mannWhitney',
    treatmentSize: treatment.length,
    controlSize: control.length,
    pValue: found.pValue,
    shift: found.shift,
    probabilityLarger: found.probabilityLarger,
    controlMedian: found.controlMedian,
  };
}

/** A success criterion needs its whole window; a source that has just begun to look hasn't got it either. */
const isWindowShort = ({ shortened, criterion }: PlannedLevels, { coveredSeconds }: Points) =>
  shortened || coveredSeconds < criterion.windowSeconds;
