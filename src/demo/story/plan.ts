import type { Page } from '../shop/pages.ts';

const HOUR_SECONDS = 3600;
/** Hours are the unit of a contract: real releases are watched for that long. The demo has seconds. */
export const WINDOW_SECONDS = 8;
const DWELL_SECONDS = 4;

/** When a release is taken back: above this share of errors, three polls running, of at least 50 samples. */
export const ROLLBACK_TRIGGER = { errorRate: 0.1, consecutive: 3, minSamples: 50 } as const;

const INITIAL_PERCENTAGE = 10;
const TARGETS = [
  { stageId: 'quarter', audience: 'LIMITED', targetPercentage: 25 },
  { stageId: 'half', audience: 'LIMITED', targetPercentage: 50 },
  { stageId: 'everyone', audience: 'GENERAL', targetPercentage: 100 },
] as const;
/** Each exposure of a release that goes well. */
export const PERCENTAGES = [INITIAL_PERCENTAGE, ...TARGETS.map((target) => target.targetPercentage)];

/** Windows of seconds are far below what Sluice allows by itself: an installation says so in its policy file. */
export const POLICY = {
  minObservationWindowHours: WINDOW_SECONDS / HOUR_SECONDS,
  minDwellMinutes: DWELL_SECONDS / 60,
  cooldownMinutes: 1,
  // A busy machine may be late by a window or two; that is no reason to call a person.
  pauseAfterWindows: 10,
  // The shop has just opened: it has no two days of health behind it that a start could look back on.
  baselineWindowHours: 0,
  approvedBy: ['Olga', 'Paul'],
};

/** The proposal for a page's new variant, measured at the metric source `source`. */
export function contractFor(page: Page, source: string): object {
  return {
    feature: page.feature,
    title: page.title,
    issueIds: ['SHOP-142'],
    slis: slisOf(page.feature, source),
    rolloutWedge: {
      initialPercentage: INITIAL_PERCENTAGE,
      incrementPolicy: 'exponential',
      maxBlastRadius: 100,
      observationWindowHours: WINDOW_SECONDS / HOUR_SECONDS,
      rollback: { to: 'zero', cooldownMinutes: POLICY.cooldownMinutes },
      wedgeStages: TARGETS.map((target) => ({ ...target, ...EVERY_STAGE })),
    },
  };
}

function slisOf(feature: string, source: string): readonly object[] {
  const common = { source, direction: 'lower', cohort: {} };
  const requests = `http_requests_total{feature="${feature}"}`;
  const errors = `http_requests_total{feature="${feature}",code=~"5.."}`;
  const durations = `http_request_duration_seconds{feature="${feature}"}`;
  return [
    { ...common, id: 'error_rate', kind: 'ratio', numerator: errors, denominator: requests },
    { ...common, id: 'latency_p95', kind: 'quantile', unit: 'seconds', histogram: durations, quantile: 0.95 },
  ];
}

const window = { windowSeconds: WINDOW_SECONDS, minSamples: ROLLBACK_TRIGGER.minSamples };
/** Judged and shown, new against old; at such small numbers they would cry wolf, so they decide nothing. */
const shown = { ...window, operator: '>', dryRun: true };

const EVERY_STAGE = {
  scope: { groups: 'all', regions: 'all', tiers: 'all' },
  durationHours: WINDOW_SECONDS / HOUR_SECONDS,
  successCriteria: [{ ...window, sli: 'error_rate', compare: 'absolute', operator: '<=', threshold: 0.05 }],
  rollbackTrigger: [
    {
      ...window,
      sli: 'error_rate',
      compare: 'absolute',
      operator: '>',
      threshold: ROLLBACK_TRIGGER.errorRate,
      consecutive: ROLLBACK_TRIGGER.consecutive,
    },
    { ...shown, sli: 'error_rate', compare: 'baselineDifference', threshold: 0.05 },
    { ...shown, sli: 'latency_p95', compare: 'baselineRatio', threshold: 2 },
  ],
};
