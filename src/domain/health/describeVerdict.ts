import type { Verdict } from './verdict.ts';

const round = (value: number) => Number(value.toPrecision(4));

/** A verdict in one line for people: what was found beside what is allowed. */
export function describeVerdict(verdict: Verdict): string {
  if (verdict.value === null) return `${verdict.sli} (${verdict.key}): ${verdict.detail ?? verdict.reason}`;
  const baseline = verdict.baseline === null ? '' : `, baseline ${round(verdict.baseline)}`;
  const limit = verdict.limit === null ? '' : `, limit ${round(verdict.limit)}`;
  const samples = verdict.samples === null ? '' : `, ${Math.round(verdict.samples)} samples`;
  return `${verdict.sli} (${verdict.key}) is ${round(verdict.value)}${baseline}${limit}${samples}`;
}
