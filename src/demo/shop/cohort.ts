/** Values of the metrics' cohort label. `none`: no rollout of the feature is live. */
export const COHORTS = ['treatment', 'control', 'rest', 'none'] as const;
export type Cohort = (typeof COHORTS)[number];

export function isCohort(value: unknown): value is Cohort {
  return COHORTS.some((cohort) => cohort === value);
}
