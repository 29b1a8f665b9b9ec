import { addCounts, NO_COUNTS, type PollCounts } from '../statistics/armCounts.ts';
import type { Dispersion } from '../statistics/dispersion.ts';
import {
  absorbIntoRelativeRisk,
  beginRelativeRisk,
  openRelativeRiskEpoch,
  type RelativeRisk,
} from '../statistics/relativeRisk.ts';
import {
  absorbPoll,
  beginComparison,
  openEpoch,
  type SequentialComparison,
} from '../statistics/sequentialComparison.ts';
import type { Counted } from './countQuery.ts';
import { countedUntil } from './countSpan.ts';
import type { SequentialCriterion } from './criterion.ts';

/**
 * What a sequential criterion has counted so far in a rollout, over all its stages: kept with every poll, so that a restart goes on
 * from it and nothing counts twice. Plain JSON.
 */
export type Comparison = {
  readonly evidence: SequentialComparison;
  readonly risk: RelativeRisk;
  readonly dispersion: Dispersion;
  /** By the sources' clock: counted up to here, and from here on next time. */
  readonly countedUntilMs: number;
  /** After a rollback within a rollout all evidence begins anew. */
  readonly rollbacks: number;
  readonly visit: number;
  readonly epochOpenedAtMs: number;
  /** Of this visit. */
  readonly counts: PollCounts;
  /** When both arms last had requests: a poll that comes between two scrapes has none, and that is no lack of traffic. */
  readonly trafficAtMs: number;
  /** Of a quantile, the edge of the histogram that was used last. */
  readonly edge: number | null;
};

export type Comparisons = Readonly<Record<string, Comparison>>;

/** Where the rollout stands at this poll. */
export type ComparedAt = {
  /** By the sources' clock: up to here this poll counts. */
  readonly untilMs: number;
  readonly visit: number;
  readonly rollbacks: number;
};

const EPOCH_MS = 3_600_000;

/** Criteria that count the same share one comparison, whatever their stage, role and severity. */
export function comparisonKey({ sli, margin, threshold }: SequentialCriterion): string {
  return JSON.stringify([sli, margin, threshold ?? null]);
}

/** The comparison before its first counts: those begin here, since nobody knows what was counted before. */
export function begunComparison(margin: number, dispersion: Dispersion, at: ComparedAt): Comparison {
  return {
    evidence: beginComparison(margin),
    risk: beginRelativeRisk(),
    dispersion,
    countedUntilMs: at.untilMs,
    rollbacks: at.rollbacks,
    visit: at.visit,
    epochOpenedAtMs: at.untilMs,
    counts: { treatment: NO_COUNTS, control: NO_COUNTS },
    trafficAtMs: at.untilMs,
    edge: null,
  };
}

/**
 * The comparison after one more poll. What could not be counted is counted with the next poll that can, so nothing is lost; where
 * the clock went back there is nothing to count until it has caught up, so nothing counts twice.
 *
 * @param counted null where nothing was asked, since the exposure changed in between: what lies there is left out
 * @param alpha of the bounds
 */
export function nextComparison(
  previous: Comparison,
  counted: Counted | null,
  at: ComparedAt,
  alpha: number,
): Comparison {
  if (previous.rollbacks !== at.rollbacks) {
    return begunComparison(previous.evidence.margin, previous.dispersion, at);
  }
  const here = previous.visit === at.visit ? previous : inNewVisit(previous, at);
  if (counted === null || counted.kind === 'unanchored') {
    return { ...here, countedUntilMs: countedUntil(here.countedUntilMs, counted, at.untilMs) };
  }
  if (counted.kind !== 'counted') return here;
  return absorbed(
    at.untilMs - here.epochOpenedAtMs >= EPOCH_MS ? withEpoch(here, at.untilMs) : here,
    counted,
    at,
    alpha,
  );
}

function inNewVisit(previous: Comparison, { visit, untilMs }: ComparedAt): Comparison {
  const counts = { treatment: NO_COUNTS, control: NO_COUNTS };
  return { ...withEpoch(previous, untilMs), visit, counts, trafficAtMs: untilMs };
}

const withEpoch = (comparison: Comparison, untilMs: number): Comparison => ({
  ...comparison,
  evidence: openEpoch(comparison.evidence),
  risk: openRelativeRiskEpoch(comparison.risk),
  epochOpenedAtMs: untilMs,
});

function absorbed(
  here: Comparison,
  counted: Extract<Counted, { kind: 'counted' }>,
  { untilMs }: ComparedAt,
  alpha: number,
): Comparison {
  const { poll, edge } = counted;
  const countedUntilMs = countedUntil(here.countedUntilMs, counted, untilMs);
  const { phi } = here.dispersion;
  const hasTraffic = poll.treatment.total > 0 && poll.control.total > 0;
  return {
    ...here,
    evidence: absorbPoll(here.evidence, poll, phi),
    risk: absorbIntoRelativeRisk(here.risk, poll, phi, alpha),
    countedUntilMs,
    counts: {
      treatment: addCounts(here.counts.treatment, poll.treatment),
      control: addCounts(here.counts.control, poll.control),
    },
    trafficAtMs: hasTraffic ? countedUntilMs : here.trafficAtMs,
    edge,
  };
}
