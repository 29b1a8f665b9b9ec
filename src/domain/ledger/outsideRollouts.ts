/** The common fields of an entry about something before, beside or above any rollout. */
export const OUTSIDE_ROLLOUTS = {
  rollout: null,
  dryRun: false,
  stage: null,
  visit: null,
  percentageBefore: null,
  percentageAfter: null,
  reason: null,
  evidence: null,
} as const;
