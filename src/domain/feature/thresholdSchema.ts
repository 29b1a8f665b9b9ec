import { z } from 'zod';
import { FULL_THRESHOLD } from './threshold.ts';

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
