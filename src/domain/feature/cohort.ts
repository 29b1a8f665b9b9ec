import { FULL_THRESHOLD } from './threshold.ts';

/** The side of the comparison that a unit is on while a rollout is live. */
export type Cohort = 'treatment' | 'control' | 'rest';

/**
 * The cohort of a bucket beside the live rollout's threshold T: treatment below T, control the equally large share at the
 * other end (as far as there is one), else rest. Compare treatment with control, never with everyone else.
 */
export function cohortOf(threshold: number, bucket: number): Cohort {
  if (bucket < threshold) return 'treatment';
  return bucket >= FULL_THRESHOLD - controlBuckets(threshold) ? 'control' : 'rest';
}

const controlBuckets = (threshold: number) => Math.min(threshold, FULL_THRESHOLD - threshold);

/** Which part of all buckets each cohort has; together at most 1. */
export type CohortShares = { readonly treatment: number; readonly control: number };

export const cohortSharesAt = (threshold: number): CohortShares => ({
  treatment: threshold / FULL_THRESHOLD,
  control: controlBuckets(threshold) / FULL_THRESHOLD,
});

/** How much of both arms together is treatment. */
export const treatmentShareAt = (threshold: number): number => threshold / (threshold + controlBuckets(threshold));
