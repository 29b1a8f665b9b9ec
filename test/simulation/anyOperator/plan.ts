import fc from 'fast-check';
import { INTERNAL, type Scope } from '../../../src/domain/feature/scope.ts';
import {
  firstBearsMore,
  type ProposalInput,
  proposalInput,
  type StageInput,
  stageInput,
} from '../../support/proposals.ts';

/** What somebody may propose. A window of half an hour takes a waiver. */
export type Plan = {
  readonly stages: 'everyone' | 'internalsFirst' | 'toAll' | 'byScope';
  /** Of the first and the second stage. */
  readonly requiresApproval: readonly [boolean, boolean];
  readonly windowHours: number;
  readonly incrementPolicy: 'manual' | 'linear';
  readonly audit: 'external' | 'automatic';
  readonly criticality: 'critical' | 'standard';
  readonly to: 'zero' | 'previousStage';
  readonly mode: 'immediate' | 'progressive';
  /** Shorter than a poll, or longer than an observation. */
  readonly overMinutes: number;
  /** Its first stage bears what makes the later ones roll back. */
  readonly firstBearsMore: boolean;
};

const mostly = <T>(usual: T, other: T) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(other) });

export const plans: fc.Arbitrary<Plan> = fc.record({
  stages: fc.constantFrom('everyone' as const, 'internalsFirst' as const, 'toAll' as const, 'byScope' as const),
  requiresApproval: fc.tuple(mostly(false, true), mostly(false, true)),
  windowHours: mostly(1, 0.5),
  incrementPolicy: mostly<Plan['incrementPolicy']>('linear', 'manual'),
  audit: mostly<Plan['audit']>('automatic', 'external'),
  criticality: mostly<Plan['criticality']>('standard', 'critical'),
  to: fc.constantFrom('zero' as const, 'previousStage' as const),
  mode: fc.constantFrom('immediate' as const, 'progressive' as const),
  overMinutes: fc.constantFrom(1, 33, 90),
  firstBearsMore: fc.boolean(),
});

export const needsWaiver = ({ windowHours }: Plan) => windowHours < 1;

/** `supersedes`: the rollout that it takes over from; null: none. */
export function inputOf(plan: Plan, supersedes: string | null): ProposalInput {
  const { audit, criticality, incrementPolicy, windowHours, to, mode, overMinutes } = plan;
  const takeover = supersedes === null ? {} : { supersedes };
  const input = proposalInput(
    { audit, criticality, ...takeover },
    {
      incrementPolicy,
      observationWindowHours: windowHours,
      rollback: { to, mode, overMinutes },
      wedgeStages: STAGES[plan.stages](plan.requiresApproval).map(alerting),
    },
  );
  return plan.firstBearsMore ? firstBearsMore(input) : input;
}

const limitedTo = (groups: Scope['groups'], regions: Scope['regions'], tiers: Scope['tiers']) => ({
  audience: 'LIMITED' as const,
  scope: { groups, regions, tiers },
});
const internals = { scope: INTERNAL, audience: 'INTERNAL' } as const;
/** What is doubtful alerts, and comes and goes as often as it likes. */
function alerting(stage: StageInput): StageInput {
  const alert = { sli: 'error_rate', compare: 'absolute', operator: '>', threshold: 0.02, windowSeconds: 300 } as const;
  const trigger = { ...alert, severity: 'alert', polls: { atLeast: 2, ofLast: 3 } } as const;
  return { ...stage, rollbackTrigger: [...stage.rollbackTrigger, trigger] };
}

const STAGES: Record<Plan['stages'], (gates: Plan['requiresApproval']) => readonly StageInput[]> = {
  everyone: ([first, second]) => [
    stageInput('canary', 10, { requiresApproval: first }),
    stageInput('third', 30, { requiresApproval: second }),
    stageInput('most', 60),
  ],
  internalsFirst: ([first, second]) => [
    stageInput('some-internals', 20, { ...internals, requiresApproval: first }),
    stageInput('internals', 80, { ...internals, requiresApproval: second }),
    stageInput('few', 15),
    stageInput('many', 70),
  ],
  toAll: ([first, second]) => [
    stageInput('few', 20, { requiresApproval: first }),
    stageInput('some', 40, { requiresApproval: second }),
    stageInput('all', 100),
  ],
  byScope: ([first, second]) => [
    stageInput('pilots', 25, { ...limitedTo(['beta'], ['eu'], ['pro']), requiresApproval: first }),
    stageInput('friends', 60, { ...limitedTo(['beta', 'staff'], ['eu'], ['pro', 'team']), requiresApproval: second }),
    stageInput('region', 20, limitedTo('all', ['eu', 'us'], ['pro', 'team'])),
    stageInput('many', 50),
  ],
};
