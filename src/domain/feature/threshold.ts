import { z } from 'zod';

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

const isMultipleOfOneThousandth = (percentage: number) =>
  Math.abs(percentage * 1000 - Math.round(percentage * 1000)) < 1e-6;

/** A percentage on the wire: 0 to 100, finer than 0.001 is refused, not rounded away. */
export const percentageSchema = z
  .number()
  .min(0)
  .max(100)
  .refine(isMultipleOfOneThousandth, { message: 'must be a multiple of 0.001' });

/** A threshold in a document: an integer from 0 to 100 000. */
export const thresholdSchema = z.int().min(0).max(FULL_THRESHOLD);
