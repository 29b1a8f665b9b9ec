import { z } from 'zod';
import type { Path } from '../contract/violation.ts';
import { SEVERITIES, type Trigger, triggerSchema } from '../health/criterion.ts';
import { cohortSchema, nameSchema, type Sli, selectorSchema, sliSchema } from '../health/sli.ts';

/** `first-contentful-paint`, `script`, `third-party`: the names of Lighthouse's budget.json, and others of that form. */
const budgetName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, { message: 'must be a name like first-contentful-paint' });

/** What is over the budget is worse; `tolerance` is allowed beside it, in the same unit. */
const allowance = { budget: z.number().gt(0), tolerance: z.number().min(0).default(0) };
const measuredBy = { histogram: selectorSchema.optional(), gauge: selectorSchema.optional() };
const isMeasuredOnce = ({ histogram, gauge }: { histogram?: string | undefined; gauge?: string | undefined }) =>
  (histogram === undefined) !== (gauge === undefined);
const ONCE = { message: 'must name a `histogram` or a `gauge`, one of both' };

/** Milliseconds, as Lighthouse has them; `unit` is that of the metric. */
const timing = z
  .strictObject({
    metric: budgetName,
    ...allowance,
    ...measuredBy,
    unit: z.enum(['seconds', 'milliseconds']).default('seconds'),
  })
  .refine(isMeasuredOnce, ONCE);
/** Kibibytes. */
const resourceSize = z
  .strictObject({
    resourceType: budgetName,
    ...allowance,
    ...measuredBy,
    unit: z.enum(['bytes', 'kibibytes']).default('bytes'),
  })
  .refine(isMeasuredOnce, ONCE);
const resourceCount = z
  .strictObject({ resourceType: budgetName, ...allowance, ...measuredBy })
  .refine(isMeasuredOnce, ONCE);

const MOST_BUDGETS = 10;
const list = <S extends z.ZodType>(item: S) => z.array(item).max(MOST_BUDGETS).readonly().default([]);

/**
 * A performance budget in the shape of Lighthouse's budget.json: each entry is one of such a file, with the metric beside it by which
 * real users' browsers report the same.
 */
export const performanceBudgetSchema = z
  .strictObject({
    source: nameSchema,
    cohort: cohortSchema.optional(),
    /** Of histograms. 0.75 is the share by which web vitals are judged. */
    quantile: z.number().gt(0).lt(1).default(0.75),
    windowSeconds: z
      .int()
      .min(60)
      .max(24 * 3600)
      .default(900),
    minSamples: z.number().min(0).default(100),
    consecutive: z.int().min(1).max(1000).default(1),
    severity: z.enum(SEVERITIES).default('pause'),
    timings: list(timing),
    resourceSizes: list(resourceSize),
    resourceCounts: list(resourceCount),
  })
  .readonly();
type PerformanceBudget = z.infer<typeof performanceBudgetSchema>;

/** One line of a budget as what Sluice measures and does about it. */
export type Budgeted = { readonly at: Path; readonly sli: Sli; readonly trigger: Trigger };

type Line = {
  readonly at: Path;
  readonly id: string;
  readonly unit: string;
  /** In the metric's unit. */
  readonly limit: number;
  readonly measured: { readonly histogram?: string | undefined; readonly gauge?: string | undefined };
};

/** An SLI and a trigger for each line: over its budget it fails, at it it does not. */
export function budgeted(budget: PerformanceBudget): readonly Budgeted[] {
  return linesOf(budget).map((line) => ({ at: line.at, sli: sliOf(budget, line), trigger: triggerOf(budget, line) }));
}

function linesOf({ timings, resourceSizes, resourceCounts }: PerformanceBudget): readonly Line[] {
  const all = (each: { budget: number; tolerance: number }) => each.budget + each.tolerance;
  return [
    ...timings.map((each, index) => ({
      ...{ at: ['performanceBudget', 'timings', index], id: `budget.${each.metric}`, unit: each.unit, measured: each },
      limit: each.unit === 'seconds' ? all(each) / 1000 : all(each),
    })),
    ...resourceSizes.map((each, index) => ({
      ...{ at: ['performanceBudget', 'resourceSizes', index], id: `budget.${each.resourceType}.size` },
      ...{ unit: each.unit, measured: each, limit: each.unit === 'bytes' ? all(each) * 1024 : all(each) },
    })),
    ...resourceCounts.map((each, index) => ({
      ...{ at: ['performanceBudget', 'resourceCounts', index], id: `budget.${each.resourceType}.count` },
      ...{ unit: 'requests', measured: each, limit: all(each) },
    })),
  ];
}

function sliOf({ source, cohort, quantile }: PerformanceBudget, { id, unit, measured }: Line): Sli {
  const common = { id, source, unit, direction: 'lower', ...(cohort === undefined ? {} : { cohort }) };
  const { histogram, gauge } = measured;
  return sliSchema.parse(
    histogram === undefined
      ? { ...common, kind: 'gauge', metric: gauge }
      : { ...common, kind: 'quantile', histogram, quantile },
  );
}

function triggerOf(budget: PerformanceBudget, { id, limit, measured }: Line): Trigger {
  const { windowSeconds, minSamples, consecutive, severity } = budget;
  // A gauge is sampled as often as it is scraped, however many users there are.
  const needed = measured.histogram === undefined ? 1 : minSamples;
  return triggerSchema.parse({
    ...{ sli: id, compare: 'absolute', operator: '>', threshold: limit },
    ...{ windowSeconds, minSamples: needed, consecutive, severity },
  });
}
