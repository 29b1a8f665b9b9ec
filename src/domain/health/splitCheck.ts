import { z } from 'zod';
import type { CountableSli } from './countQuery.ts';
import { SEVERITIES } from './criterion.ts';
import { cohortSchema, nameSchema, type Sli, selectorSchema } from './sli.ts';

/** A counter of people, or whatever else is split: each counted once in a stage, in its cohort. */
const unitsSchema = z
  .strictObject({ source: nameSchema, counter: selectorSchema, cohort: cohortSchema.prefault({}) })
  .readonly();

/** Whether those who get the feature are as many as should: one of `units` and `requestsOf` says by what that is seen. */
export const splitCheckSchema = z
  .strictObject({
    units: unitsSchema.optional(),
    /** A ratio SLI whose requests are counted. Only where one user's requests are few: they come together. */
    requestsOf: nameSchema.optional(),
    action: z.enum(SEVERITIES).default('pause'),
  })
  .readonly();

type SplitCheck = z.infer<typeof splitCheckSchema>;

/** What is counted to see the split. */
export function splitCounterOf({ units, requestsOf }: SplitCheck, slis: readonly Sli[]): CountableSli | null {
  if (units !== undefined) return unitsAsRatio(units);
  const named = slis.find(({ id }) => id === requestsOf);
  return named?.kind === 'ratio' ? named : null;
}

/** Sources count numerator and denominator in one: here both are the units, and the numerator is not looked at. */
function unitsAsRatio({ source, counter, cohort }: z.infer<typeof unitsSchema>): CountableSli {
  const both = { numerator: counter, denominator: counter, absentNumerator: 'zero' as const };
  return { kind: 'ratio', id: 'units', source, cohort, direction: 'lower', declaredNew: false, ...both };
}
