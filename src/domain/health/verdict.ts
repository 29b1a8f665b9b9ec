import type { PollCounts } from '../statistics/armCounts.ts';
import type { PollLimit, Severity } from './criterion.ts';
import type { SplitStratum } from './sampleRatio.ts';

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
  /** A guard stands beside what the stage names: it protects, and what it can't see holds nothing up. */
  readonly role: 'success' | 'trigger' | 'guard';
  readonly sli: string;
  /** null for a success criterion. */
  readonly severity: Severity | null;
  readonly consecutive: number;
  /** In place of `consecutive`; null where polls in a row count. */
  readonly polls: PollLimit | null;
  readonly dryRun: boolean;
  readonly outcome: 'pass' | 'fail' | 'inconclusive';
  readonly reason: VerdictReason;
  readonly value: number | null;
  readonly baseline: number | null;
  readonly limit: number | null;
  readonly samples: number | null;
  readonly detail: string | null;
  /** Of what does not compare one number with a limit; null of all others, and where it could not look. */
  readonly evidence: VerdictEvidence | null;
};

export type VerdictEvidence = SequentialEvidence | LevelEvidence | OutageEvidence | SampleRatioEvidence;

/** What has been found so far of how much worse treatment is, in natural logarithms: it is found worse at `logNeeded`. */
export type SequentialEvidence = {
  readonly kind: 'sequential';
  /** Of all criteria that are weighed together. */
  readonly logEvidence: number;
  readonly logNeeded: number;
  /** The relative risk that is still fine. */
  readonly margin: number;
  /** Between these the relative risk lies, each with its confidence; null: nothing is ruled out on that side. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** φ by which the evidence is divided. */
  readonly dispersion: number;
  /** Of a quantile, the edge of the histogram above which a request counts as slow. */
  readonly edge: number | null;
  /** Of this visit. */
  readonly counts: PollCounts;
};

/** How the points of a gauge lie in both arms, by Mann and Whitney. */
export type LevelEvidence = {
  readonly kind: 'mannWhitney';
  /** Points that were compared. */
  readonly treatmentSize: number;
  readonly controlSize: number;
  /** Two-sided. */
  readonly pValue: number;
  /** How far treatment lies above control, in the gauge's unit: the median of all differences (Hodges and Lehmann). */
  readonly shift: number;
  /** That a value of treatment is larger than one of control (CLES). */
  readonly probabilityLarger: number;
  readonly controlMedian: number;
};

/** The requests of this poll alone: an outage needs no more. */
export type OutageEvidence = { readonly kind: 'outage'; readonly poll: PollCounts };

/** How much the split that was met speaks against the one that was meant, in natural logarithms. */
export type SampleRatioEvidence = {
  readonly kind: 'sampleRatio';
  readonly counted: 'units' | 'requests';
  readonly logBayesFactor: number;
  readonly logNeeded: number;
  /** Of treatment among both arms, as the split now is. */
  readonly expectedShare: number;
  readonly strata: readonly SplitStratum[];
};

/** Criteria that decide: what is not applicable, an alert or a dry run counts in no row of the decision table. */
export function decides(verdict: Verdict): boolean {
  return verdict.reason !== 'notApplicable' && !verdict.dryRun && verdict.severity !== 'alert';
}
