/** Buckets in all; a threshold of this many meets everyone in its scope. */
export const FULL_THRESHOLD = 100_000;

/** Percentage (0 to 100, multiples of 0.001) to the integer that documents carry. */
export function thresholdOf(percentage: number): number {
  return Math.round(percentage * 1000);
}

/** Threshold (0 to 100 000) back to the percentage that people read. */
export function percentageOf(threshold: number): number {
  return threshold / 1000;
}
