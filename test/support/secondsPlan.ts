import { errorShareOf } from './releaseMetrics.ts';

export type Plan = {
  /** Of the metrics; `shop` unless told. */
  readonly source?: string;
  /** The stage that waits for an approval; none unless told. */
  readonly approvalFor?: StageId;
  /** Failing looks in a row that it takes; 1 unless told. */
  readonly consecutive?: number;
  /** `zero` unless told. */
  readonly rollbackTo?: 'zero' | 'previousStage';
  /** The requests of a metered service, compared; the shares that {@link errorShareOf} asks for unless told. */
  readonly judgedBy?: 'requests';
};

const STAGES = [
  { stageId: 'quarter', audience: 'LIMITED', targetPercentage: 25 },
  { stageId: 'half', audience: 'LIMITED', targetPercentage: 50 },
  { stageId: 'everyone', audience: 'GENERAL', targetPercentage: 100 },
] as const;
type StageId = (typeof STAGES)[number]['stageId'];

/** Shares of failing requests: one with which a stage is passed, one with which it is neither passed nor taken back, one with which it is. */
export const SHARES = { good: 0, doubtful: 0.05, bad: 0.5 } as const;

const GOOD_ENOUGH = 0.01;
const TOO_BAD = 0.1;
const SECOND_IN_HOURS = 1 / 3600;

/** A contract whose stages last a second each. */
export function contractFor(feature: string, plan: Plan): object {
  const { source = 'shop', approvalFor, consecutive = 1, rollbackTo = 'zero' } = plan;
  const judged = plan.judgedBy === 'requests' ? byRequests(source) : byShare(feature, source, consecutive);
  return {
    feature,
    title: 'A release',
    issueIds: ['TEST-1'],
    slis: judged.slis,
    rolloutWedge: {
      initialPercentage: 5,
      incrementPolicy: 'exponential',
      maxBlastRadius: 100,
      observationWindowHours: SECOND_IN_HOURS,
      rollback: { to: rollbackTo, cooldownMinutes: 0 },
      wedgeStages: STAGES.map((stage) => ({
        ...stage,
        scope: { groups: 'all', regions: 'all', tiers: 'all' },
        durationHours: SECOND_IN_HOURS,
        requiresApproval: stage.stageId === approvalFor,
        ...judged.criteriaOf(stage.stageId),
      })),
    },
  };
}

function byShare(feature: string, source: string, consecutive: number) {
  const judged = { sli: 'error_share', compare: 'absolute', windowSeconds: 0 };
  const criteria = {
    successCriteria: [{ ...judged, operator: '<=', threshold: GOOD_ENOUGH }],
    rollbackTrigger: [{ ...judged, operator: '>', threshold: TOO_BAD, consecutive }],
  };
  return { slis: [errorShareOf(feature, source)], criteriaOf: () => criteria };
}

/** Beside the control, as long as there is one. */
function byRequests(source: string) {
  // What a test has just started was scraped once at most.
  const common = { source, cohort: {}, declaredNew: true };
  const requests = { numerator: 'http_requests_total{code="503"}', denominator: 'http_requests_total' };
  const latest = { sli: 'accuracy', compare: 'absolute', windowSeconds: 0, threshold: 0 };
  const compared = { sli: 'error_rate', dispersion: 1 };
  return {
    slis: [
      { ...common, ...requests, id: 'error_rate', kind: 'ratio', direction: 'lower' },
      { ...common, id: 'accuracy', kind: 'gauge', direction: 'higher', metric: 'model_accuracy' },
    ],
    criteriaOf: (stageId: StageId) =>
      stageId === 'everyone'
        ? { successCriteria: [{ ...latest, operator: '>=' }], rollbackTrigger: [{ ...latest, operator: '<' }] }
        : { successCriteria: [compared], rollbackTrigger: [compared] },
  };
}
