import { treatmentShareAt } from '../feature/cohort.ts';
import type { PollCounts } from '../statistics/armCounts.ts';
import { averageLogBayesFactor, logSampleRatioBayesFactor } from '../statistics/sampleRatio.ts';
import type { Counted } from './countQuery.ts';
import { countedUntil } from './countSpan.ts';

/** Whom both arms had while the split was one and the same. */
export type SplitStratum = {
  readonly stageId: string;
  readonly visit: number;
  /** T: treatment is every bucket below it, control as many at the other end, as far as there are. */
  readonly threshold: number;
  readonly treatment: number;
  readonly control: number;
};

/** What has been seen of the split so far: kept with every poll, so that a restart goes on from it. Plain JSON. */
export type SampleRatio = {
  /** By the sources' clock. */
  readonly countedUntilMs: number;
  /** After a rollback within a rollout, and after a person has resumed knowing of a mismatch, all begins anew. */
  readonly rollbacks: number;
  readonly epoch: number;
  readonly strata: readonly SplitStratum[];
};

/** Where the rollout stands at this poll. */
export type SplitAt = Pick<SplitStratum, 'stageId' | 'visit' | 'threshold'> & {
  readonly untilMs: number;
  readonly rollbacks: number;
  readonly epoch: number;
  /** A person has resumed knowing of a mismatch. */
  readonly acknowledged: boolean;
};

/** Before its first counts: those begin here. */
export function begunSampleRatio({ untilMs, rollbacks, epoch }: SplitAt): SampleRatio {
  return { countedUntilMs: untilMs, rollbacks, epoch, strata: [] };
}

export function beginsAnew(previous: SampleRatio | null, at: SplitAt): boolean {
  if (previous === null || previous.rollbacks !== at.rollbacks) return true;
  return at.acknowledged && previous.epoch !== at.epoch;
}

/** @param counted null where nothing was asked */
export function nextSampleRatio(previous: SampleRatio, counted: Counted | null, at: SplitAt): SampleRatio {
  const countedUntilMs = countedUntil(previous.countedUntilMs, counted, at.untilMs);
  const here = { ...previous, countedUntilMs, epoch: at.epoch };
  return counted?.kind === 'counted' ? { ...here, strata: withCounts(here.strata, counted.poll, at) } : here;
}

function withCounts(strata: readonly SplitStratum[], poll: PollCounts, at: SplitAt): readonly SplitStratum[] {
  const { stageId, visit, threshold } = at;
  const last = strata.at(-1);
  const isSame = last?.visit === visit && last.threshold === threshold;
  const before = isSame ? last : { stageId, visit, threshold, treatment: 0, control: 0 };
  const now = {
    ...before,
    treatment: before.treatment + poll.treatment.total,
    control: before.control + poll.control.total,
  };
  return [...(isSame ? strata.slice(0, -1) : strata), now];
}

/**
 * ln of the Bayes factor against the split that was meant, of all that was seen: the mean over the plan's stages. Within a stage one
 * stratum follows another, so their evidence multiplies.
 */
export function logMismatch(strata: readonly SplitStratum[], stageIds: readonly string[]): number {
  const ofStage = (stageId: string) =>
    strata.filter((stratum) => stratum.stageId === stageId).reduce((sum, stratum) => sum + logOf(stratum), 0);
  return averageLogBayesFactor(stageIds.map(ofStage)) ?? 0;
}

function logOf({ threshold, treatment, control }: SplitStratum): number {
  const share = treatmentShareAt(threshold);
  return logSampleRatioBayesFactor([
    { count: treatment, share },
    { count: control, share: 1 - share },
  ]);
}
