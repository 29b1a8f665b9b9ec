import type { LevelEvidence, SampleRatioEvidence, SequentialEvidence, Verdict } from './verdict.ts';

/** ln of about 1e300: more needs no telling apart. */
const MOST_SHOWN = 690;

const round = (value: number) => Number(value.toPrecision(4));
/** Of a logarithm. */
const power = (log: number) => round(Math.exp(Math.min(log, MOST_SHOWN)));

/** A verdict in one line for people: what was found beside what is allowed. */
export function describeVerdict(verdict: Verdict): string {
  const { sli, key, value, detail, reason } = verdict;
  if (value === null) return `${sli} (${key}): ${detail ?? reason}`;
  const is = `${sli} (${key}) is ${round(value)}`;
  if (verdict.evidence === null) return `${is}${describeNumbers(verdict)}`;
  return `${is}, ${describeEvidence(verdict)}${detail === null ? '' : `: ${detail}`}`;
}

function describeNumbers({ baseline, limit, samples }: Verdict): string {
  const beside = baseline === null ? '' : `, baseline ${round(baseline)}`;
  const allowed = limit === null ? '' : `, limit ${round(limit)}`;
  return `${beside}${allowed}${samples === null ? '' : `, ${Math.round(samples)} samples`}`;
}

function describeEvidence({ baseline, evidence }: Verdict): string {
  const control = baseline === null ? 'unknown' : `${round(baseline)}`;
  switch (evidence?.kind) {
    case 'sequential':
      return `control ${control}, ${describeRisk(evidence)}`;
    case 'mannWhitney':
      return `control ${control}, ${describeLevels(evidence)}`;
    case 'sampleRatio':
      return `expected ${control}, ${describeSplit(evidence)}`;
    default:
      return `control ${control}`;
  }
}

function describeRisk({ logEvidence, logNeeded, lower, upper }: SequentialEvidence): string {
  const between = `relative risk ${lower === null ? '?' : round(lower)} to ${upper === null ? '?' : round(upper)}`;
  return `${between}, evidence ${power(logEvidence)} of ${power(logNeeded)}`;
}

function describeLevels({ shift, pValue, probabilityLarger, treatmentSize, controlSize }: LevelEvidence): string {
  const found = `shift ${round(shift)}, p ${round(pValue)}, larger in ${round(100 * probabilityLarger)} % of pairs`;
  return `${found}, ${treatmentSize} points beside ${controlSize}`;
}

const describeSplit = ({ logBayesFactor, logNeeded }: SampleRatioEvidence) =>
  `Bayes factor ${power(logBayesFactor)} of ${power(logNeeded)}`;
