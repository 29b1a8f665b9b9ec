import { z } from 'zod';
import { type Sli, sliSchema } from '../health/sli.ts';
import { MOST_HOURS } from '../hours.ts';

const WINDOWS = [60, 300, 900, 3600];
const CONSECUTIVE = [1, 2, 4];
const WEEK_HOURS = 168;

/** A wish for a threshold. */
export const suggestionRequestSchema = z
  .strictObject({
    sli: sliSchema,
    kind: z.enum(['trigger', 'successCriterion']),
    falseAlarms: z
      .strictObject({
        most: z.number().gt(0).max(1000).describe('alarms on average; of less than 1 about the probability of one'),
        perHours: z.number().gt(0).max(MOST_HOURS).describe('24: a day; the hours of a rollout: in each such rollout'),
      })
      .readonly(),
    lookBackHours: z
      .number()
      .min(1)
      .max(24 * 35)
      .default(WEEK_HOURS),
    windowSeconds: z.array(z.int().min(10).max(86_400)).min(1).max(6).readonly().default(WINDOWS).describe('to try'),
    consecutive: z
      .array(z.int().min(1).max(20))
      .min(1)
      .max(4)
      .readonly()
      .default(CONSECUTIVE)
      .describe('to try; polls running. Of a success criterion it is 1'),
    percentage: z
      .number()
      .gt(0)
      .max(100)
      .default(100)
      .describe('of the users who will be measured: fewer requests scatter more. Of ratio and quantile SLIs alone'),
    mustSee: z.number().optional().describe('a level that has to be noticed soon, in the unit of the SLI'),
  })
  .readonly();
export type SuggestionRequest = z.infer<typeof suggestionRequestSchema>;

/** Counts to try: a success criterion has to hold so often, which is no protection against false alarms. */
export const countsToTry = ({ kind, consecutive }: SuggestionRequest): readonly number[] =>
  kind === 'successCriterion' ? [1] : [...new Set(consecutive)];

/**
 * The stretch of all traffic that has as many requests as the arm will have in its window. Such a stretch scatters at least as much
 * as the arm does: it averages over less time, and a burst that is shorter than the window fills it.
 */
export function measuredSeconds({ sli, percentage }: SuggestionRequest, windowSeconds: number): number {
  return hasRequests(sli) ? Math.max(1, Math.round((windowSeconds * percentage) / 100)) : windowSeconds;
}

const hasRequests = ({ kind }: Sli) => kind === 'ratio' || kind === 'quantile';
