import type { SequentialEvidence, Verdict } from './verdict.ts';

/** ln of about 1e300: more needs no telling apart. */
const MOST_SHOWN = 690;

const round = (value: number) => Number(value.toPrecision(4));

/** A verdict in one line for people: what was found beside what is allowed. */
export function describeVerdict(verdict: Verdict): string {
  if (verdict.value === null) return `${verdict.sli} (${verdict.key}): ${verdict.detail ?? verdict.reason}`;
  if (verdict.evidence !== null) return describeEvidence(verdict, verdict.evidence);
  const baseline = verdict.baseline === null ? '' : `, baseline ${round(verdict.baseline)}`;
  const limit = verdict.limit === null ? '' : `, limit ${round(verdict.limit)}`;
  const samples = verdict.samples === null ? '' : `, ${Math.round(verdict.samples)} samples`;
  return `${verdict.sli} (${verdict.key}) is ${round(verdict.value)}${baseline}${limit}${samples}`;
}

function describeEvidence({ sli, key, value, baseline, detail }: Verdict, evidence: SequentialEvidence): string {
  const { logEvidence, logNeeded, lower, upper } = evidence;
  const rates = `${round(value ?? 0)}, control ${baseline === null ? 'unknown' : round(baseline)}`;
  const between = `relative risk ${lower === null ? '?' : round(lower)} to ${upper === null ? '?' : round(upper)}`;
  const found = `evidence ${round(Math.exp(Math.min(logEvidence, MOST_SHOWN)))} of ${round(Math.exp(logNeeded))}`;
  return `${sli} (${key}) is ${rates}, ${between}, ${found}${detail === null ? '' : `: ${detail}`}`;
}
