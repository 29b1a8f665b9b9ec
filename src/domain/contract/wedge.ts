import { z } from 'zod';
import { scopeSchema } from '../feature/scopeSchema.ts';
import { successCriterionSchema, triggerSchema } from '../health/criterion.ts';
import { nameSchema } from '../health/sli.ts';
import { MOST_HOURS, MOST_MINUTES } from '../hours.ts';

export const AUDIENCES = ['INTERNAL', 'LIMITED', 'GENERAL'] as const;

/** Of a stage: success criteria, and triggers, each. */
export const MOST_CRITERIA = 50;

/** A million million: more than the world has, and no number that overflows. */
const MOST_REQUESTS_PER_HOUR = 1e12;

const hours = z.number().min(0).max(MOST_HOURS);

/** Any number here: its range is a rule (`PERCENTAGE_RANGE`), so that a wrong one is told together with all other broken rules. */
const judgedPercentage = z.number().meta({ description: 'Percent: above 0, at most 100, a multiple of 0.001' });

/** A gate beside the observation window: health over a time, and metrics that must be there. */
const stabilizationSchema = z
  .strictObject({
    minimumDurationHours: hours.default(0),
    healthThreshold: z.number().min(0).max(1).default(0),
    requiredMetrics: z.array(nameSchema).max(50).readonly().default([]),
  })
  .readonly();

/** One step of the plan. */
export const wedgeStageSchema = z
  .strictObject({
    stageId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { message: 'must be a short name' }),
    audience: z.enum(AUDIENCES),
    scope: scopeSchema,
    targetPercentage: judgedPercentage,
    durationHours: hours,
    successCriteria: z.array(successCriterionSchema).max(MOST_CRITERIA).readonly(),
    rollbackTrigger: z.array(triggerSchema).max(MOST_CRITERIA).readonly(),
    requiresApproval: z.boolean().default(false),
    stabilization: stabilizationSchema.default({ minimumDurationHours: 0, healthThreshold: 0, requiredMetrics: [] }),
    /** An estimate, for people. */
    affectedCustomers: z.int().min(0).optional(),
    /** An estimate too, of everybody in the scope: what the stage can notice is told by it, where sources know all traffic alone. */
    expectedRequestsPerHour: z.number().gt(0).max(MOST_REQUESTS_PER_HOUR).optional(),
  })
  .readonly();
export type WedgeStage = z.infer<typeof wedgeStageSchema>;

/** How exposure is taken back. */
const rollbackPlanSchema = z
  .strictObject({
    to: z.enum(['zero', 'previousStage']).default('zero'),
    mode: z.enum(['immediate', 'progressive']).default('immediate'),
    overMinutes: z
      .number()
      .gt(0)
      .max(24 * 60)
      .default(5),
    verifyHealth: z.boolean().default(true),
    cooldownMinutes: z.number().min(0).max(MOST_MINUTES).default(60),
  })
  .readonly();

/** The plan in the contract: ordered stages, increments, blast radius, observation window, rollback. */
export const rolloutWedgeSchema = z
  .strictObject({
    /** Set by Sluice; a proposal may only say that nothing has begun. */
    wedgeState: z.literal('PENDING').optional(),
    initialPercentage: judgedPercentage,
    incrementPolicy: z.enum(['linear', 'exponential', 'manual']),
    maxBlastRadius: judgedPercentage,
    observationWindowHours: hours,
    rollback: rollbackPlanSchema.default({
      to: 'zero',
      mode: 'immediate',
      overMinutes: 5,
      verifyHealth: true,
      cooldownMinutes: 60,
    }),
    wedgeStages: z.array(wedgeStageSchema).max(50).readonly(),
  })
  .readonly();
export type RolloutWedge = z.infer<typeof rolloutWedgeSchema>;
