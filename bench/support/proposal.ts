/** The name of the stub among Sluice's metric sources. */
export const METRIC_SOURCE = 'stub';

/** What a started rollout exposes at once, and holds for a day. */
export const EXPOSED_PERCENTAGE = 25;

/** Above what the installation's policy allows by itself; the stub that plays Prometheus has no past to look back on. */
export const POLICY = { maxConcurrentRollouts: 2000, baselineWindowHours: 0, approvedBy: ['Olga', 'Paul'] };

/**
 * A contract whose stages have three criteria each: a ratio, a quantile and a ratio against the control cohort. Its windows
 * differ, so that each criterion is a question of its own, and are short, so that they are full when a bench begins.
 */
export function proposalFor(feature: string): object {
  return {
    feature,
    title: feature,
    issueIds: ['BENCH-1'],
    slis: slisOf(feature),
    rolloutWedge: {
      // The first stage's target at once: in a ramp the triggers alone would be measured.
      initialPercentage: EXPOSED_PERCENTAGE,
      incrementPolicy: 'exponential',
      maxBlastRadius: 100,
      observationWindowHours: 1,
      rollback: { to: 'zero' },
      wedgeStages: [
        { stageId: 'quarter', audience: 'LIMITED', targetPercentage: EXPOSED_PERCENTAGE, ...EVERY_STAGE },
        { stageId: 'everyone', audience: 'GENERAL', targetPercentage: 100, ...EVERY_STAGE },
      ],
    },
  };
}

function slisOf(feature: string): readonly object[] {
  const common = { source: METRIC_SOURCE, direction: 'lower', cohort: {} };
  const requests = `http_requests_total{feature="${feature}"}`;
  const errors = `http_requests_total{feature="${feature}",code=~"5.."}`;
  const durations = `http_request_duration_seconds{feature="${feature}"}`;
  return [
    { ...common, id: 'error_rate', kind: 'ratio', numerator: errors, denominator: requests },
    { ...common, id: 'latency_p95', kind: 'quantile', unit: 'seconds', histogram: durations, quantile: 0.95 },
  ];
}

const EVERY_STAGE = {
  scope: { groups: 'all', regions: 'all', tiers: 'all' },
  durationHours: 24,
  successCriteria: [
    { sli: 'error_rate', compare: 'absolute', operator: '<=', threshold: 0.01, windowSeconds: 5, minSamples: 100 },
  ],
  rollbackTrigger: [
    { sli: 'latency_p95', compare: 'absolute', operator: '>', threshold: 0.4, windowSeconds: 6, minSamples: 100 },
    { sli: 'error_rate', compare: 'baselineRatio', operator: '>', threshold: 1.5, windowSeconds: 7, minSamples: 100 },
  ],
};
