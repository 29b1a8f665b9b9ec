import { z } from 'zod';
import { nameSchema } from './sli.ts';

export const OPERATORS = ['<', '<=', '>', '>='] as const;
export const SEVERITIES = ['rollback', 'pause', 'alert'] as const;
export type Operator = (typeof OPERATORS)[number];
export type Severity = (typeof SEVERITIES)[number];

const criterionShape = {
  sli: nameSchema,
  compare: z.enum(['absolute', 'baselineRatio', 'baselineDifference', 'sequential', 'mannWhitney']),
  operator: z.enum(OPERATORS),
  threshold: z.number(),
  /** 0 is the latest sample. Whole seconds: the window becomes a PromQL duration. */
  windowSeconds: z
    .int()
    .min(0)
    .max(30 * 24 * 3600),
  minSamples: z.number().min(0).default(1),
  consecutive: z.int().min(1).max(1000).default(1),
  /** The past as baseline, in place of the control cohort. */
  baseline: z
    .strictObject({
      offsetHours: z
        .number()
        .gt(0)
        .max(24 * 35),
    })
    .readonly()
    .optional(),
  /** Judged and shown, decides nothing. */
  dryRun: z.boolean().default(false),
};

/** An SLI with a condition that must hold before more exposure. */
export const successCriterionSchema = z.strictObject(criterionShape).readonly();
/** An SLI with a condition that, when it holds, takes exposure back (or pauses, or alerts). */
export const triggerSchema = z
  .strictObject({ ...criterionShape, severity: z.enum(SEVERITIES).default('rollback') })
  .readonly();

export type SuccessCriterion = z.infer<typeof successCriterionSchema>;
export type Trigger = z.infer<typeof triggerSchema>;

/** A criterion with its place in the stage; `key` is stable within a stage: `success/0`, `trigger/1`. */
export type StageCriterion =
  | { readonly key: string; readonly role: 'success'; readonly criterion: SuccessCriterion }
  | { readonly key: string; readonly role: 'trigger'; readonly criterion: Trigger };

/** All criteria of a stage with their keys, triggers first: protection before permission. */
export function criteriaOf(stage: {
  readonly successCriteria: readonly SuccessCriterion[];
  readonly rollbackTrigger: readonly Trigger[];
}): readonly StageCriterion[] {
  return [
    ...stage.rollbackTrigger.map((criterion, index) => ({
      key: `trigger/${index}`,
      role: 'trigger' as const,
      criterion,
    })),
    ...stage.successCriteria.map((criterion, index) => ({
      key: `success/${index}`,
      role: 'success' as const,
      criterion,
    })),
  ];
}

/** True where the criterion compares treatment with the control cohort, so it means nothing where there is none. */
export function comparesWithControl(criterion: SuccessCriterion | Trigger): boolean {
  return criterion.compare !== 'absolute' && criterion.baseline === undefined;
}
