/** Values of the label `cohort`. `none`: no rollout of the feature is live, or the request lies outside its scope. */
export const COHORT_LABELS = ['treatment', 'control', 'rest', 'none'] as const;
export type CohortLabel = (typeof COHORT_LABELS)[number];

/** The label for the `cohort` of an answer's metadata, which may be absent; of whatever provider, so nothing else gets into a label. */
export const cohortLabel = (cohort: unknown): CohortLabel => COHORT_LABELS.find((label) => label === cohort) ?? 'none';
