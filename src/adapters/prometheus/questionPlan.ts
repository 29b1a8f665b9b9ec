import type { MeasurementQuery } from '../../domain/health/measurement.ts';
import { SelectorError } from '../../domain/health/selector.ts';
import type { Plan } from './plan.ts';
import { readable } from './promql.ts';
import { promqlPlan } from './promqlPlan.ts';
import { structuredPlan } from './structuredPlan.ts';

/** The plan of a question, or why it can't be asked. */
export function planOf(query: MeasurementQuery): Plan | string {
  const { sli, arms } = query;
  if (arms === 'cohorts' && sli.cohort === undefined) return 'the SLI has no cohort';
  if (sli.kind === 'promql') return promqlPlan(query, sli);
  const plan = readable(() => structuredPlan(query, sli));
  return plan instanceof SelectorError ? plan.message : plan;
}
