import { z } from 'zod';
import { UNKNOWN_REASONS } from '../../domain/power/criterionPower.ts';
import { warningSchema } from './violation.ts';

const perHour = z.number().describe('requests an hour');
const seenAfterHours = z
  .union([z.number(), z.literal('notWithinWindow')])
  .describe('hours; `notWithinWindow` where the stage may be over before');
const trafficFrom = z
  .enum(['past', 'expected', 'measured'])
  .describe('by the past 24 h of the source, by what the contract expects, or by what the stage has counted');

const detectionSchema = z.strictObject({
  relativeRisk: z.number().describe("how many times the control's bad requests"),
  badShare: z.number().describe('the share of bad requests that this makes; 1 is an outage'),
  medianHours: seenAfterHours,
  p90Hours: seenAfterHours,
});

const place = {
  criterion: z.string().describe('its place in the stage, as in `trigger/0`'),
  sli: z.string(),
  said: z.string().describe('the same in one sentence; its times are those within which nine of ten are noticed'),
};

const comparisonPowerSchema = z.strictObject({
  ...place,
  kind: z.literal('comparison'),
  treatmentPerHour: perHour,
  controlPerHour: perHour,
  trafficFrom,
  baseRate: z.number().describe('share of bad requests without a fault'),
  baseRateFrom: z.enum(['past', 'expected', 'measured', 'quantile']),
  dispersion: z.number().describe('by which the evidence is divided, since bad events come in bursts'),
  alpha: z.number().describe('of this comparison alone'),
  margin: z.number(),
  windowHours: z.number().describe('how long the stage lasts at the least'),
  detections: z.array(detectionSchema),
});

const windowPowerSchema = z.strictObject({
  ...place,
  kind: z.literal('window'),
  windowSeconds: z.number(),
  expectedSamples: z.number(),
  trafficFrom,
  minSamples: z.number(),
  enough: z.boolean().describe('false: it stays short of samples, and the gate held'),
});

const unknownPowerSchema = z.strictObject({
  ...place,
  kind: z.literal('unknown'),
  reason: z.enum(UNKNOWN_REASONS),
  detail: z.string(),
});

/** What one criterion of a stage can notice. */
export const criterionPowerSchema = z
  .discriminatedUnion('kind', [comparisonPowerSchema, windowPowerSchema, unknownPowerSchema])
  .meta({ id: 'CriterionPower' });

export const stagePowerSchema = z
  .strictObject({
    stageId: z.string(),
    windowHours: z.number().describe('how long the stage lasts at the least'),
    scopeAssumed: z.boolean().describe("true where the source's traffic is taken for that of the stage's scope"),
    criteria: z.array(criterionPowerSchema),
  })
  .meta({ id: 'StagePower' });

export const planPowerSchema = z
  .strictObject({ stages: z.array(stagePowerSchema), warnings: z.array(warningSchema) })
  .meta({ id: 'PlanPower' });

/** What whoever asks knows better than the past. */
export const expectationQuery = z.strictObject({
  expectedBaseRate: z.coerce
    .number()
    .min(1e-9)
    .lt(1)
    .optional()
    .describe('share of bad requests without a fault, of ratio SLIs; by the past where it is left out'),
});
