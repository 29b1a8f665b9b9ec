import { z } from 'zod';
import { parseSelector, SelectorError } from './selector.ts';

/** The name of an SLI or of a metric source. */
export const nameSchema = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/, { message: 'must be a short name' });

const labelSchema = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { message: 'must be a label name' });
/** A metric's name and matchers, nothing else: the text becomes part of a query, and must not be able to become more of it. */
export const selectorSchema = z
  .string()
  .max(2000)
  .refine(isSelector, { message: 'must be a metric name, with label matchers in braces or without' });

function isSelector(text: string): boolean {
  try {
    parseSelector(text);
    return true;
  } catch (error) {
    if (error instanceof SelectorError) return false;
    throw error;
  }
}

/** How the metric tells exposed users from the others. `{}` takes the defaults. */
export const cohortSchema = z
  .strictObject({
    label: labelSchema.default('cohort'),
    treatment: z.string().min(1).max(128).default('treatment'),
    control: z.string().min(1).max(128).default('control'),
  })
  .refine((cohort) => cohort.treatment !== cohort.control, {
    message: 'must give treatment and control different values',
  })
  .readonly();

const common = {
  id: nameSchema,
  source: nameSchema,
  direction: z.enum(['lower', 'higher']),
  unit: z.string().max(32).optional(),
  cohort: cohortSchema.optional(),
  /** New metrics have no past: preflight does not ask them for data. */
  declaredNew: z.boolean().default(false),
};

const ratioSchema = z.strictObject({
  kind: z.literal('ratio'),
  ...common,
  numerator: selectorSchema,
  denominator: selectorSchema,
  /** What a numerator without series means where its denominator is there. */
  absentNumerator: z.enum(['zero', 'missing']).default('zero'),
});
const quantileSchema = z.strictObject({
  kind: z.literal('quantile'),
  ...common,
  histogram: selectorSchema,
  quantile: z.number().gt(0).lt(1),
});
const countSchema = z.strictObject({ kind: z.literal('count'), ...common, counter: selectorSchema });
const gaugeSchema = z.strictObject({
  kind: z.literal('gauge'),
  ...common,
  metric: selectorSchema,
  aggregate: z.enum(['avg', 'min', 'max', 'sum']).default('avg'),
});
const promqlSchema = z.strictObject({
  kind: z.literal('promql'),
  ...common,
  query: z.string().min(1).max(8000),
  samples: z.string().min(1).max(8000).optional(),
});

/** An indicator measured from Prometheus-style metrics, for a cohort or for all traffic. */
export const sliSchema = z
  .discriminatedUnion('kind', [ratioSchema, quantileSchema, countSchema, gaugeSchema, promqlSchema])
  .readonly();
export type Sli = z.infer<typeof sliSchema>;

const keys = new WeakMap<Sli, string>();

/** Identity of an SLI by what it says. Written once for each: questions about it are told apart by it many times a tick. */
export function sliKey(sli: Sli): string {
  const known = keys.get(sli);
  if (known !== undefined) return known;
  const key = JSON.stringify(sli);
  keys.set(sli, key);
  return key;
}
