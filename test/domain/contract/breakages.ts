import { proposalSchema } from '../../../src/domain/contract/contract.ts';
import type { RuleId } from '../../../src/domain/contract/ruleIds.ts';
import type { Subject } from '../../../src/domain/contract/subject.ts';
import { exposedTo } from '../../../src/domain/feature/grants.ts';
import { thresholdOf } from '../../../src/domain/feature/threshold.ts';
import type { ProposalInput, SliInput, StageInput, WindowedTriggerInput } from '../../support/proposals.ts';

type WedgeInput = ProposalInput['rolloutWedge'];

/** How to break one rule in any subject that breaks none; null where this subject leaves no room for it. */
export type Breakage = readonly [RuleId, (subject: Subject) => Subject | null];

const changed = (subject: Subject, more: Partial<ProposalInput>): Subject => ({
  ...subject,
  proposal: proposalSchema.parse({ ...subject.proposal, ...more }),
});

export const withWedge = (subject: Subject, more: Partial<WedgeInput>): Subject =>
  changed(subject, { rolloutWedge: { ...subject.proposal.rolloutWedge, ...more } });

const withPolicy = (subject: Subject, more: Partial<Subject['policy']>): Subject => ({
  ...subject,
  policy: { ...subject.policy, ...more },
});

export function withStage(subject: Subject, place: number, more: Partial<StageInput>): Subject {
  const stages = subject.proposal.rolloutWedge.wedgeStages;
  const chosen = place < 0 ? stages.length + place : place;
  return withWedge(subject, {
    wedgeStages: stages.map((stage, at) => (at === chosen ? { ...stage, ...more } : stage)),
  });
}

export const stageAt = (subject: Subject, place: number) => {
  const stage = subject.proposal.rolloutWedge.wedgeStages.at(place);
  if (stage === undefined) throw new Error(`no stage ${place}`);
  return stage;
};

const withStageAfter = (subject: Subject, more: Partial<StageInput>): Subject =>
  withWedge(subject, {
    wedgeStages: [...subject.proposal.rolloutWedge.wedgeStages, { ...stageAt(subject, -1), stageId: 'added', ...more }],
  });

const withSli = (subject: Subject, ...slis: ProposalInput['slis']): Subject =>
  changed(subject, { slis: [...subject.proposal.slis, ...slis] });

/** A trigger that is judged and shown only, so that it adds nothing but its own mistake. */
const withTrigger = (subject: Subject, more: Partial<WindowedTriggerInput>): Subject => {
  const trigger: WindowedTriggerInput = {
    sli: 'error_rate',
    compare: 'absolute',
    operator: '>',
    threshold: 1,
    windowSeconds: 1,
    dryRun: true,
    ...more,
  };
  return withCriterion(subject, trigger);
};

const withCriterion = (subject: Subject, trigger: StageInput['rollbackTrigger'][number]): Subject =>
  withStage(subject, -1, { rollbackTrigger: [...stageAt(subject, -1).rollbackTrigger, trigger] });

/** In the place of a live rollout that exposes this. */
const takingOver = (subject: Subject, grants: Subject['exposed']): Subject => ({
  ...changed(subject, { supersedes: 'rollout-1' }),
  takeover: { grants, base: [] },
});

const gauge = (more: Partial<Extract<SliInput, { kind: 'gauge' }>> = {}): SliInput => ({
  id: 'added',
  kind: 'gauge',
  source: 'prometheus',
  direction: 'lower',
  metric: 'added',
  ...more,
});

const LATENCY: SliInput = {
  id: 'added',
  kind: 'quantile',
  source: 'prometheus',
  direction: 'lower',
  histogram: 'added_seconds',
  quantile: 0.95,
  cohort: {},
};

const promql = (more: Partial<Extract<SliInput, { kind: 'promql' }>> = {}): SliInput => ({
  id: 'added',
  kind: 'promql',
  source: 'prometheus',
  direction: 'lower',
  query: 'x',
  ...more,
});

const exposedToFirst = (subject: Subject) => exposedTo(subject.exposed, stageAt(subject, 0).scope);
const initialOf = (subject: Subject) => thresholdOf(subject.proposal.rolloutWedge.initialPercentage);
const targetOf = (subject: Subject, place: number) => thresholdOf(stageAt(subject, place).targetPercentage);
const largestTarget = (subject: Subject) =>
  Math.max(...subject.proposal.rolloutWedge.wedgeStages.map((stage) => thresholdOf(stage.targetPercentage)));

const comparing = {
  sli: 'error_rate',
  compare: 'baselineRatio',
  operator: '>',
  threshold: 2,
  windowSeconds: 1,
} as const;
/** A comparison of levels that is judged and shown only. */
const levels = (sli: string) => ({ sli, compare: 'mannWhitney', windowSeconds: 600, dryRun: true }) as const;
const UNITS = { source: 'prometheus', counter: 'new_users_total' };
const fullStage = { targetPercentage: 100 };

export const BREAKAGES: readonly Breakage[] = [
  ['STAGES_MINIMUM', (s) => withPolicy(s, { minStages: s.proposal.rolloutWedge.wedgeStages.length + 1 })],
  ['STAGE_ID_UNIQUE', (s) => withStage(s, -1, { stageId: stageAt(s, 0).stageId })],
  ['TARGETS_RISING', (s) => withStageAfter(s, {})],
  ['SCOPES_WIDEN', (s) => withStageAfter(s, { scope: { ...stageAt(s, -1).scope, regions: ['eu'] } })],
  ['PERCENTAGE_RANGE', (s) => withWedge(s, { maxBlastRadius: 100.001 })],
  ['PERCENTAGE_RANGE', (s) => withStage(s, -1, { targetPercentage: stageAt(s, -1).targetPercentage + 0.0004 })],
  ['AUDIENCE_BACKWARDS', (s) => withStage(withStage(s, -1, { audience: 'LIMITED' }), -2, { audience: 'GENERAL' })],
  [
    'INTERNAL_SCOPE',
    (s) => {
      const stages = s.proposal.rolloutWedge.wedgeStages;
      return withWedge(s, { wedgeStages: stages.map((stage) => ({ ...stage, audience: 'INTERNAL' })) });
    },
  ],
  [
    'INITIAL_ABOVE_EXPOSED',
    (s) => {
      if (initialOf(s) >= targetOf(s, 0)) return null;
      return { ...s, exposed: [{ scope: stageAt(s, 0).scope, threshold: initialOf(s) }] };
    },
  ],
  [
    'INITIAL_MAXIMUM_CRITICAL',
    (s) => {
      const added = initialOf(s) - exposedToFirst(s);
      if (added <= 1) return null;
      return withPolicy(changed(s, { criticality: 'critical' }), { maxInitialPercentageCritical: (added - 1) / 1000 });
    },
  ],
  [
    'INITIAL_WITHIN_FIRST_TARGET',
    (s) => changed(withWedge(s, { initialPercentage: (targetOf(s, 0) + 1) / 1000 }), { criticality: 'standard' }),
  ],
  [
    'FIRST_TARGET_MAXIMUM',
    (s) => {
      const added = targetOf(s, 0) - exposedToFirst(s);
      return added <= 1 ? null : withPolicy(s, { maxFirstStagePercentage: (added - 1) / 1000 });
    },
  ],
  [
    'BLAST_RADIUS',
    (s) => (largestTarget(s) <= 1 ? null : withWedge(s, { maxBlastRadius: (largestTarget(s) - 1) / 1000 })),
  ],
  [
    'OBSERVATION_WINDOW_MINIMUM',
    (s) => withPolicy(s, { minObservationWindowHours: s.proposal.rolloutWedge.observationWindowHours + 0.001 }),
  ],
  [
    'CRITERION_WINDOW_FITS',
    (s) => withTrigger(s, { windowSeconds: s.proposal.rolloutWedge.observationWindowHours * 3600 + 1 }),
  ],
  [
    'SUCCESS_CRITERION_REQUIRED',
    (s) => withStage(s, 0, { successCriteria: [], stabilization: { requiredMetrics: [] } }),
  ],
  [
    'ROLLBACK_TRIGGER_REQUIRED',
    (s) =>
      withStage(s, 0, {
        rollbackTrigger: stageAt(s, 0).rollbackTrigger.map((trigger) => ({ ...trigger, severity: 'pause' })),
      }),
  ],
  [
    'SUCCESS_CRITERION_WITHOUT_CONTROL',
    (s) => withStage(withWedge(s, { maxBlastRadius: 100 }), -1, { ...fullStage, successCriteria: [comparing] }),
  ],
  [
    'ROLLBACK_TRIGGER_WITHOUT_CONTROL',
    (s) => withStage(withWedge(s, { maxBlastRadius: 100 }), -1, { ...fullStage, rollbackTrigger: [comparing] }),
  ],
  ['SLI_UNIQUE', (s) => withSli(s, ...s.proposal.slis.slice(0, 1))],
  ['SLI_UNKNOWN', (s) => withTrigger(s, { sli: 'nowhere' })],
  ['SOURCE_UNKNOWN', (s) => withSli(s, gauge({ source: 'elsewhere' }))],
  ['COHORT_REQUIRED', (s) => withTrigger(withSli(s, gauge()), { sli: 'added', compare: 'baselineDifference' })],
  ['BASELINE_UNUSED', (s) => withTrigger(s, { baseline: { offsetHours: 24 } })],
  ['SEQUENTIAL_SLI', (s) => withCriterion(withSli(s, gauge({ cohort: {} })), { sli: 'added', dryRun: true })],
  ['POLL_LIMIT', (s) => withTrigger(s, { polls: { atLeast: 6, ofLast: 5 } })],
  ['POLL_LIMIT', (s) => withTrigger(s, { consecutive: 2, polls: { atLeast: 3, ofLast: 5 } })],
  ['SEQUENTIAL_THRESHOLD', (s) => withCriterion(s, { sli: 'error_rate', threshold: 0.01, dryRun: true })],
  ['SEQUENTIAL_THRESHOLD', (s) => withCriterion(withSli(s, LATENCY), { sli: 'added', dryRun: true })],
  ['MANN_WHITNEY_SLI', (s) => withCriterion(s, levels('error_rate'))],
  ['MANN_WHITNEY_SLI', (s) => withCriterion(withSli(s, LATENCY), levels('added'))],
  ['COHORT_REQUIRED', (s) => withCriterion(withSli(s, gauge()), levels('added'))],
  [
    'CRITERION_WINDOW_FITS',
    (s) => {
      const windowSeconds = s.proposal.rolloutWedge.observationWindowHours * 3600 + 1;
      return withCriterion(withSli(s, gauge({ id: 'level', cohort: {} })), { ...levels('level'), windowSeconds });
    },
  ],
  ['SAMPLE_RATIO_COUNTS', (s) => changed(s, { sampleRatio: {} })],
  ['SAMPLE_RATIO_COUNTS', (s) => changed(s, { sampleRatio: { units: UNITS, requestsOf: 'error_rate' } })],
  ['SAMPLE_RATIO_SLI', (s) => changed(s, { sampleRatio: { requestsOf: 'nowhere' } })],
  ['SAMPLE_RATIO_SLI', (s) => changed(withSli(s, LATENCY), { sampleRatio: { requestsOf: 'added' } })],
  ['SOURCE_UNKNOWN', (s) => changed(s, { sampleRatio: { units: { ...UNITS, source: 'elsewhere' } } })],
  ['SCRAPE_PROMQL', (s) => withSli(s, promql({ source: 'shop' }))],
  [
    'SCRAPE_OFFSET',
    (s) => {
      const baseline = { offsetHours: 24 };
      return withTrigger(withSli(s, gauge({ source: 'shop' })), { sli: 'added', compare: 'baselineRatio', baseline });
    },
  ],
  ['LATEST_SAMPLE_KIND', (s) => withTrigger(s, { windowSeconds: 0 })],
  ['PROMQL_COHORT', (s) => withSli(s, promql({ cohort: {} }))],
  ['PROMQL_COHORT', (s) => withSli(s, promql({ cohort: {}, query: 'x{ {{cohort}} }', samples: 'y' }))],
  [
    'PROMQL_WINDOW',
    (s) => withTrigger(withSli(s, promql({ query: 'x[{{window}}]' })), { sli: 'added', windowSeconds: 0 }),
  ],
  ['PROMQL_PLACEHOLDER', (s) => withSli(s, promql({ query: 'x{ {{ cohort }} }' }))],
  ['REQUIRED_METRIC', (s) => withStage(s, -1, { stabilization: { requiredMetrics: ['nowhere'] } })],
  [
    'COOLDOWN_MINIMUM',
    (s) => withPolicy(s, { cooldownMinutes: s.proposal.rolloutWedge.rollback.cooldownMinutes + 0.001 }),
  ],
  ['SUPERSEDES_LIVE', (s) => changed(s, { supersedes: 'rollout-1' })],
  ['SUPERSEDES_SCOPE', (s) => takingOver(s, [])],
  [
    'BLAST_RADIUS',
    (s) => {
      const { maxBlastRadius } = s.proposal.rolloutWedge;
      const scope = { groups: 'all', regions: 'all', tiers: 'all' } as const;
      return maxBlastRadius < 100 ? takingOver(s, [{ scope, threshold: thresholdOf(maxBlastRadius) + 1 }]) : null;
    },
  ],
];
