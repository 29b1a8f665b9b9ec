import fc from 'fast-check';
import { type ProposalInput, proposalInput, type SliInput, stageInput } from '../support/proposals.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** Long, so that a release is told in some dozens of looks. Everything happens on its grid. */
export const POLL_MS = 10 * MINUTE;
/** Of the policy; a plan may cool down for longer. */
export const DWELL_MS = 15 * MINUTE;
export const POLICY_COOLDOWN_MINUTES = 20;
export const PAUSE_AFTER_WINDOWS = 3;
/** Of every plan. */
const WINDOW_HOURS = 1;
export const WINDOW_MS = WINDOW_HOURS * HOUR;
export const HEALTH_THRESHOLD = 0.9;
/** A progressive rollback: some looks, with steps between them. */
export const OVER_MS = 50 * MINUTE;
export const BLAST_RADIUS = 60;
export const STAGES = [
  { stageId: 'canary', percentage: 10 },
  { stageId: 'third', percentage: 30 },
  { stageId: 'most', percentage: 60 },
] as const;

/** What differs between the plans of two sequences. */
export type Plan = {
  /** 10 is the first stage's target: then there is no ramp. */
  readonly initialPercentage: 5 | 10;
  readonly manual: boolean;
  readonly critical: boolean;
  /** The stages that require approval. */
  readonly gates: readonly number[];
  readonly durationHours: number;
  readonly stabilizationHours: number;
  /** For how many looks in a row a release must be bad. */
  readonly consecutive: number;
  readonly rollbackTo: 'zero' | 'previousStage';
  /** The first stage bears all errors, the second more than the last one. */
  readonly everStricter: boolean;
  readonly cooldownMinutes: number;
};

/** Mostly plans that go through, so that sequences see their later stages. */
export const plans: fc.Arbitrary<Plan> = fc.record({
  initialPercentage: fc.constantFrom(5 as const, 10 as const),
  manual: fc.constantFrom(false, false, true),
  critical: fc.constantFrom(false, false, false, true),
  gates: fc.constantFrom([], [], [1], [2], [0], [1, 2]),
  durationHours: fc.constantFrom(0, 1, 2),
  stabilizationHours: fc.constantFrom(0, 0, 2),
  consecutive: fc.constantFrom(1, 1, 2),
  rollbackTo: fc.constantFrom('zero' as const, 'previousStage' as const, 'previousStage' as const),
  everStricter: fc.constantFrom(true, true, false),
  cooldownMinutes: fc.constantFrom(POLICY_COOLDOWN_MINUTES, 150),
});

const LATENCY: SliInput = {
  id: 'latency',
  kind: 'quantile',
  source: 'prometheus',
  direction: 'lower',
  histogram: 'duration_seconds',
  quantile: 0.95,
  cohort: {},
};

/** Errors above 10 % roll back, of stages that bear more above 60 and 95 %, above 1 % they only keep it from advancing; requests of more than a second pause. */
export function inputOf(plan: Plan): ProposalInput {
  const stages = STAGES.map(({ stageId, percentage }, index) => {
    const stage = stageInput(stageId, percentage, {
      durationHours: plan.durationHours,
      requiresApproval: plan.gates.includes(index),
      stabilization: { minimumDurationHours: plan.stabilizationHours, healthThreshold: HEALTH_THRESHOLD },
    });
    const errors = stage.rollbackTrigger.map((trigger) => ({ ...trigger, consecutive: plan.consecutive }));
    const slow = { sli: 'latency', compare: 'absolute', operator: '>', threshold: 1, windowSeconds: 300 } as const;
    return { ...stage, rollbackTrigger: [...errors, { ...slow, severity: 'pause' as const }] };
  });
  const plain = proposalInput(plan.critical ? { criticality: 'critical' } : {}, {
    initialPercentage: plan.initialPercentage,
    maxBlastRadius: BLAST_RADIUS,
    observationWindowHours: WINDOW_HOURS,
    incrementPolicy: plan.manual ? 'manual' : 'linear',
    // Health afterwards is a story of its own, which changes nothing of this one.
    rollback: {
      ...{ to: plan.rollbackTo, cooldownMinutes: plan.cooldownMinutes },
      ...{ overMinutes: OVER_MS / MINUTE, verifyHealth: false },
    },
    wedgeStages: stages,
  });
  const input = { ...plain, slis: [...plain.slis, LATENCY] };
  return plan.everStricter ? everStricter(input) : input;
}

function everStricter(input: ProposalInput): ProposalInput {
  const wedgeStages = input.rolloutWedge.wedgeStages.map((stage, index) => ({
    ...stage,
    rollbackTrigger: stage.rollbackTrigger.map((trigger) =>
      trigger.sli === 'error_rate' ? { ...trigger, threshold: [0.95, 0.6, 0.1][index] ?? 0.1 } : trigger,
    ),
  }));
  return { ...input, rolloutWedge: { ...input.rolloutWedge, wedgeStages } };
}
