import type { WindowedCriterion } from '../health/criterion.ts';

type Operator = WindowedCriterion['operator'];

/** Whether a value stands so to its limit: inclusive where the operator says so. */
export const HOLDS: Readonly<Record<Operator, (value: number, limit: number) => boolean>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};
