import { z } from 'zod';
import { OPERATORS } from '../../domain/health/criterion.ts';
import { timeSchema } from './list.ts';

const pointSchema = z.strictObject({
  threshold: z.number(),
  alarms: z.int().describe('that the past would have seen, at most'),
  perDay: z.number(),
  atMostPerDay: z.number().describe('with 95 % confidence, while all stays as it was'),
});

const heldOutSchema = z
  .strictObject({
    threshold: z.number(),
    fittedHours: z.number(),
    heldOutHours: z.number(),
    alarms: z.int().describe('in the last third'),
    atMostExpected: z.number(),
    kept: z.boolean().describe('false: the past does not stay as it is, and promises nothing'),
  })
  .describe('the same method, fitted on the first two thirds of the past and measured on the last');

const candidateSchema = z.strictObject({
  windowSeconds: z.int(),
  measuredSeconds: z.number().describe('of all traffic, which has in it what the arm will have in the window'),
  consecutive: z.int(),
  minSamples: z.int(),
  knownHours: z.number().describe('that have data'),
  gapHours: z.number().describe('that have none, or too few samples'),
  usual: z.number().nullable().describe('the median'),
  fit: pointSchema.nullable().describe('the wanted rate; null where the past is too short to show it'),
  curve: z.array(pointSchema).describe('threshold against false alarms'),
  heldOut: heldOutSchema.nullable(),
});

/** A threshold from history, and all that it rests on. */
export const suggestionSchema = z
  .strictObject({
    said: z.string(),
    suggestion: z
      .strictObject({
        criterion: z
          .strictObject({
            sli: z.string(),
            compare: z.literal('absolute'),
            operator: z.enum(OPERATORS),
            threshold: z.number(),
            windowSeconds: z.int(),
            minSamples: z.int(),
            consecutive: z.int(),
          })
          .describe('as a contract takes it'),
        atMostPerDay: z.number(),
        level: z.number().describe('by which it was chosen among the windows'),
        secondsToSee: z
          .number()
          .nullable()
          .describe('about how long that level lasts before it is noticed; null: never'),
        heldOut: heldOutSchema.nullable(),
      })
      .nullable()
      .describe('null where the past is too short to show the wanted rate'),
    neededHours: z.number().describe('of the past without a single alarm, to show the wanted rate'),
    from: timeSchema,
    to: timeSchema,
    lookEverySeconds: z.number(),
    candidates: z.array(candidateSchema),
  })
  .meta({ id: 'ThresholdSuggestion' });
