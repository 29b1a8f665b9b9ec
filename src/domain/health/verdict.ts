import type { Severity } from './criterion.ts';

/**
 * Why a verdict is what it is.
 * `holds`/`doesNotHold`: the condition itself. The others are inconclusive: no data never advances and never counts as a failure.
 */
export type VerdictReason =
  | 'holds'
  | 'doesNotHold'
  | 'noTraffic'
  | 'missing'
  | 'unavailable'
  | 'stale'
  | 'insufficientSamples'
  | 'windowNotFull'
  | 'notApplicable';

/**
 * A criterion judged at one poll. A success criterion passes where its condition holds; a trigger fails where its condition holds.
 * `baseline` is the other side of a comparison, `limit` what `value` was compared with after the baseline went in.
 */
export type Verdict = {
  readonly key: string;
  readonly role: 'success' | 'trigger';
  readonly sli: string;
  /** null for a success criterion. */
  readonly severity: Severity | null;
  readonly consecutive: number;
  readonly dryRun: boolean;
  readonly outcome: 'pass' | 'fail' | 'inconclusive';
  readonly reason: VerdictReason;
  readonly value: number | null;
  readonly baseline: number | null;
  readonly limit: number | null;
  readonly samples: number | null;
  readonly detail: string | null;
};

/** Criteria that decide: what is not applicable, an alert or a dry run counts in no row of the decision table. */
export function decides(verdict: Verdict): boolean {
  return verdict.reason !== 'notApplicable' && !verdict.dryRun && verdict.severity !== 'alert';
}
