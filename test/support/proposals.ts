import fc from 'fast-check';
import type { z } from 'zod';
import { type Proposal, proposalSchema } from '../../src/domain/contract/contract.ts';
import { DEFAULT_POLICY } from '../../src/domain/contract/policy.ts';
import type { Sources, Subject } from '../../src/domain/contract/subject.ts';
import { EVERYONE, INTERNAL, type Scope } from '../../src/domain/feature/scope.ts';

export type ProposalInput = z.input<typeof proposalSchema>;
export type StageInput = ProposalInput['rolloutWedge']['wedgeStages'][number];
/** A trigger that looks at a window. */
export type WindowedTriggerInput = Extract<StageInput['rollbackTrigger'][number], { operator: unknown }>;
export type SliInput = Extract<ProposalInput['slis'][number], { id: string }>;

const SOURCES: Sources = new Map([
  ['prometheus', 'prometheus'],
  ['shop', 'scrape'],
]);

const BETA: Scope = { groups: ['internal', 'beta'], regions: 'all', tiers: 'all' };

export const ERROR_RATE: SliInput = {
  id: 'error_rate',
  kind: 'ratio',
  source: 'prometheus',
  direction: 'lower',
  numerator: 'http_requests_total{code=~"5.."}',
  denominator: 'http_requests_total',
  cohort: {},
};

/** A stage that breaks no rule: an absolute criterion, an absolute trigger. */
export function stageInput(stageId: string, targetPercentage: number, more: Partial<StageInput> = {}): StageInput {
  return {
    stageId,
    audience: 'GENERAL',
    scope: EVERYONE,
    targetPercentage,
    durationHours: 1,
    successCriteria: [
      { sli: 'error_rate', compare: 'absolute', operator: '<=', threshold: 0.01, windowSeconds: 600, minSamples: 100 },
    ],
    rollbackTrigger: [
      { sli: 'error_rate', compare: 'absolute', operator: '>', threshold: 0.1, windowSeconds: 300, minSamples: 50 },
    ],
    ...more,
  };
}

/** A proposal that breaks no rule: 10 %, 50 %, 100 % of everyone. */
export function proposalInput(
  more: Partial<ProposalInput> = {},
  wedge: Partial<ProposalInput['rolloutWedge']> = {},
): ProposalInput {
  return {
    feature: 'checkout-v2',
    title: 'One-page checkout',
    issueIds: ['SHOP-142'],
    slis: [ERROR_RATE],
    rolloutWedge: {
      initialPercentage: 5,
      incrementPolicy: 'linear',
      maxBlastRadius: 100,
      observationWindowHours: 1,
      wedgeStages: [stageInput('canary', 10), stageInput('half', 50), stageInput('everyone', 100)],
      ...wedge,
    },
    ...more,
  };
}

/** Its first stage bears what makes the later ones roll back, so that a way back leads there. */
export function firstBearsMore(input: ProposalInput): ProposalInput {
  const [first, ...others] = input.rolloutWedge.wedgeStages;
  if (first === undefined) throw new Error('the plan has no stage');
  const rollbackTrigger = first.rollbackTrigger.map((trigger) => ({ ...trigger, threshold: 0.6 }));
  const wedgeStages = [{ ...first, rollbackTrigger }, ...others];
  return { ...input, rolloutWedge: { ...input.rolloutWedge, wedgeStages } };
}

export function validProposal(
  more: Partial<ProposalInput> = {},
  wedge: Partial<ProposalInput['rolloutWedge']> = {},
): Proposal {
  return proposalSchema.parse(proposalInput(more, wedge));
}

export function subjectOf(proposal: Proposal, more: Partial<Omit<Subject, 'proposal'>> = {}): Subject {
  return { proposal, policy: DEFAULT_POLICY, exposed: [], takeover: null, sources: SOURCES, ...more };
}

const SLIS: readonly SliInput[] = [
  {
    id: 'latency',
    kind: 'quantile',
    source: 'shop',
    direction: 'lower',
    histogram: 'duration_seconds',
    quantile: 0.95,
  },
  { id: 'failures', kind: 'count', source: 'shop', direction: 'lower', counter: 'failures_total' },
  { id: 'accuracy', kind: 'gauge', source: 'prometheus', direction: 'higher', metric: 'accuracy', cohort: {} },
  {
    id: 'custom',
    kind: 'promql',
    source: 'prometheus',
    direction: 'lower',
    query: 'sum(rate(x{ {{cohort}} }[{{window}}]))',
    samples: 'sum(increase(y{ {{cohort}} }[{{window}}]))',
    cohort: { label: 'variant', treatment: 'on', control: 'off' },
  },
];

const risingThresholds = (above: number, firstAtMost: number, minLength: number) =>
  fc
    .tuple(
      fc.integer({ min: above + 1, max: firstAtMost }),
      fc.uniqueArray(fc.integer({ min: 1, max: 100_000 }), { minLength: minLength - 1, maxLength: 4 }),
    )
    .map(([first, others]) => [first, ...others.filter((threshold) => threshold > first).toSorted((a, b) => a - b)]);

type Plan = { readonly scope: Scope; readonly audience: StageInput['audience']; readonly threshold: number };

/** Stages over scopes that only widen; the last scope is always everyone. `exposed` is what everyone is exposed to already. */
const plans = (exposed: number): fc.Arbitrary<readonly Plan[]> =>
  fc
    .record({
      internal: fc.oneof(fc.constant<number[]>([]), risingThresholds(exposed, exposed + 25_000, 1)),
      beta: fc.oneof(fc.constant<number[]>([]), risingThresholds(exposed, exposed + 25_000, 1)),
      everyone: risingThresholds(exposed, exposed + 25_000, 2),
    })
    .map(({ internal, beta, everyone }) => [
      ...internal.map((threshold) => ({ scope: INTERNAL, audience: 'INTERNAL' as const, threshold })),
      ...beta.map((threshold) => ({ scope: BETA, audience: 'LIMITED' as const, threshold })),
      ...everyone.map((threshold) => ({ scope: EVERYONE, audience: 'GENERAL' as const, threshold })),
    ])
    .filter((plan) => plan.length >= 2);

const stages = (plan: readonly Plan[], windowSeconds: number): fc.Arbitrary<StageInput[]> =>
  fc.tuple(
    ...plan.map(({ scope, audience, threshold }, index) =>
      fc
        .record({
          window: fc.integer({ min: 1, max: windowSeconds }),
          durationHours: fc.integer({ min: 0, max: 168 }),
          requiresApproval: fc.boolean(),
          compares: fc.boolean(),
          severity: fc.constantFrom('rollback' as const, 'pause' as const, 'alert' as const),
          required: fc.boolean(),
        })
        .map(({ window, compares, severity, required, ...free }): StageInput => {
          const plain = stageInput(`stage-${index}`, threshold / 1000, { scope, audience, ...free });
          const compared = {
            sli: 'error_rate',
            compare: 'baselineRatio',
            threshold: 1.5,
            windowSeconds: window,
          } as const;
          return {
            ...plain,
            stabilization: { requiredMetrics: required ? ['error_rate'] : [] },
            successCriteria: [
              ...plain.successCriteria,
              ...(compares ? [{ ...compared, operator: '<=' as const }] : []),
            ],
            rollbackTrigger: [...plain.rollbackTrigger, { ...compared, operator: '>' as const, severity }],
          };
        }),
    ),
  );

/** Proposals that break no rule, with what their feature exposes already, before the default policy. */
export const validSubjects: fc.Arbitrary<Subject> = fc
  .oneof(fc.constant(0), fc.integer({ min: 1, max: 60_000 }))
  .chain((already) => plans(already).chain((plan) => subjectsOfPlan(plan, already)));

function subjectsOfPlan(plan: readonly Plan[], already: number): fc.Arbitrary<Subject> {
  const first = plan[0]?.threshold ?? 0;
  const largest = Math.max(...plan.map(({ threshold }) => threshold));
  return fc
    .record({
      criticality: fc.constantFrom('standard' as const, 'critical' as const),
      initial: fc.integer({ min: already + 1, max: Math.min(first, already + 10_000) }),
      incrementPolicy: fc.constantFrom('linear' as const, 'exponential' as const, 'manual' as const),
      maxBlastRadius: fc.integer({ min: largest, max: 100_000 }),
      observationWindowHours: fc.integer({ min: 1, max: 72 }),
      slis: fc.subarray([...SLIS]),
      to: fc.constantFrom('zero' as const, 'previousStage' as const),
    })
    .chain(({ initial, maxBlastRadius, slis, criticality, to, ...wedge }) =>
      stages(plan, wedge.observationWindowHours * 3600).map((wedgeStages) => {
        const percentages = { initialPercentage: initial / 1000, maxBlastRadius: maxBlastRadius / 1000 };
        const input = proposalInput(
          { criticality, slis: [ERROR_RATE, ...slis] },
          { ...wedge, ...percentages, wedgeStages, rollback: { to } },
        );
        const grants = already === 0 ? [] : [{ scope: EVERYONE, threshold: already }];
        return subjectOf(proposalSchema.parse(input), { exposed: grants });
      }),
    );
}

/** Proposals that break no rule for a feature that exposes nothing yet. */
export const validProposals: fc.Arbitrary<Proposal> = validSubjects
  .filter(({ exposed }) => exposed.length === 0)
  .map(({ proposal }) => proposal);
