import fc from 'fast-check';
import { contractFrom } from '../../../src/domain/contract/contract.ts';
import { DEFAULT_POLICY } from '../../../src/domain/contract/policy.ts';
import { EVERYONE, INTERNAL } from '../../../src/domain/feature/scope.ts';
import { NO_GUARDS } from '../../../src/domain/health/guards.ts';
import type { Verdict } from '../../../src/domain/health/verdict.ts';
import type { DecisionContext } from '../../../src/domain/rollout/context.ts';
import type { Poll } from '../../../src/domain/rollout/poll.ts';
import { type Phase, type RolloutState, WEDGE_STATES, type WedgeState } from '../../../src/domain/rollout/state.ts';
import { validProposals } from '../../support/proposals.ts';
import { HOUR, rolloutOf, T0 } from './situation.ts';

const INCONCLUSIVE = [
  'noTraffic',
  'missing',
  'unavailable',
  'stale',
  'insufficientSamples',
  'windowNotFull',
  'notApplicable',
] as const;

const CRITERIA = ['success/0', 'success/1', 'trigger/0', 'trigger/1'] as const;
const bits = fc.string({ unit: fc.constantFrom('0', '1'), maxLength: 6 });

const number = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }));

const anyVerdict: fc.Arbitrary<Verdict> = fc
  .record({
    role: fc.constantFrom('success' as const, 'trigger' as const, 'guard' as const),
    index: fc.nat(2),
    sli: fc.constantFrom('error_rate', 'latency'),
    severity: fc.constantFrom('rollback' as const, 'pause' as const, 'alert' as const),
    consecutive: fc.integer({ min: 1, max: 3 }),
    polls: fc.option(fc.record({ atLeast: fc.integer({ min: 1, max: 4 }), ofLast: fc.integer({ min: 2, max: 5 }) })),
    dryRun: fc.boolean(),
    holds: fc.boolean(),
    inconclusive: fc.option(fc.constantFrom(...INCONCLUSIVE)),
    value: number,
    baseline: number,
    limit: number,
    samples: number,
    detail: fc.option(fc.constant('why')),
    evidence: fc.constant(null),
  })
  .map(({ role, index, holds, inconclusive, severity, ...rest }) => ({
    ...rest,
    key: `${role}/${index}`,
    role,
    severity: role === 'success' ? null : severity,
    ...(inconclusive === null
      ? {
          outcome: holds === (role === 'success') ? ('pass' as const) : ('fail' as const),
          reason: holds ? ('holds' as const) : ('doesNotHold' as const),
        }
      : { outcome: 'inconclusive' as const, reason: inconclusive }),
  }));

const anyVerdicts = fc.uniqueArray(anyVerdict, { selector: ({ key }) => key, maxLength: 6 });

const activeMs = fc.integer({ min: 0, max: 12 * HOUR });
export const anyMoment = fc.integer({ min: T0 - HOUR, max: T0 + 30 * HOUR });

export const anyPoll: fc.Arbitrary<Poll> = fc.record({
  comparisons: fc.constant({}),
  guards: fc.constant(NO_GUARDS),
  atMs: anyMoment,
  epoch: fc.nat(3),
  visit: fc.nat(3),
  verdicts: anyVerdicts,
  targetVerdicts: anyVerdicts,
  counts: fc.dictionary(fc.constantFrom(...CRITERIA), fc.nat(4), { noNullPrototype: true }),
  history: fc.dictionary(fc.constantFrom(...CRITERIA), bits, { noNullPrototype: true }),
  muted: fc.subarray(['trigger/0', 'trigger/1', 'trigger/2']),
  health: fc.array(fc.record({ fromMs: anyMoment, passing: fc.nat(5), withData: fc.integer({ min: 5, max: 9 }) }), {
    maxLength: 3,
  }),
  activeMs: fc.record({ visit: activeMs, observation: activeMs, noProgress: activeMs }),
  onHold: fc.boolean(),
  served: fc.boolean(),
});

export const anyContext: fc.Arbitrary<DecisionContext> = fc.record({
  pollIntervalMs: fc.constantFrom(1000, 15_000, HOUR),
  ledgerAway: fc.boolean(),
  globalStop: fc.boolean(),
  storePaused: fc.boolean(),
  found: fc.option(
    fc.record({
      killed: fc.boolean(),
      grants: fc.array(
        fc.record({ scope: fc.constantFrom(EVERYONE, INTERNAL), threshold: fc.integer({ min: 0, max: 100_000 }) }),
        { maxLength: 2 },
      ),
    }),
  ),
  featureCooldownUntilMs: fc.option(anyMoment),
  otherLiveRolloutId: fc.option(fc.constant('rollout-2')),
  otherLiveRollouts: fc.nat(200),
  audit: fc.constantFrom('PASS' as const, 'FAIL' as const, 'INCONCLUSIVE' as const),
  contractApproved: fc.boolean(),
  calendar: fc.option(
    fc.record({
      name: fc.constant('fridays'),
      detail: fc.constant('no promotions'),
      opensAtMs: fc.option(anyMoment),
    }),
  ),
  waiverGap: fc.option(fc.record({ rule: fc.constant('FIRST_TARGET_MAXIMUM'), endedAtMs: anyMoment })),
  gateHook: fc.option(fc.record({ hook: fc.constant('beforeAdvance'), detail: fc.constant('answered 503') })),
  takeover: fc.option(
    fc.record({
      rolloutId: fc.constant('rollout-2'),
      grants: fc.constant([{ scope: EVERYONE, threshold: 5000 }]),
      base: fc.constant([]),
      auditFailed: fc.boolean(),
    }),
  ),
  ask: fc.option(
    fc.record({
      kind: fc.constantFrom('start' as const, 'advance' as const),
      subject: fc.constantFrom('olga', 'anna'),
      mayApprove: fc.boolean(),
      comment: fc.option(fc.constant('because')),
    }),
  ),
});

const PHASES: Readonly<Record<WedgeState, readonly Phase[]>> = {
  PENDING: ['pending'],
  ACTIVE: ['ramp', 'stage'],
  PAUSED: ['ramp', 'stage'],
  COMPLETE: ['ended'],
  ROLLED_BACK: ['ended'],
  SUPERSEDED: ['ended'],
};

/** Rollouts of valid contracts in any state, reachable or not. */
export const anyRollout: fc.Arbitrary<RolloutState> = fc
  .record({
    contract: validProposals.map((proposal) => contractFrom(proposal, 'contract-1')),
    wedgeState: fc.constantFrom(...WEDGE_STATES),
    phaseAt: fc.nat(1),
    stageAt: fc.oneof(fc.nat(10), fc.constant('last' as const)),
    visit: fc.nat(3),
    epoch: fc.nat(3),
    dryRun: fc.boolean(),
    startAtMs: fc.option(anyMoment),
    cooldownUntilMs: fc.option(anyMoment),
    automaticRollbacks: fc.nat(2),
    approved: fc.array(
      fc.record({
        stage: fc.nat(10),
        subject: fc.constantFrom('anna', 'emil', 'oskar'),
        decision: fc.constantFrom('approve' as const, 'reject' as const),
      }),
      { maxLength: 4 },
    ),
    rolledBack: fc.array(fc.nat(10), { maxLength: 2 }),
    pauseAfterWindows: fc.constantFrom(0.5, 3),
    capped: fc.nat(9),
    back: fc.option(fc.record({ beganAtMs: anyMoment, overMs: fc.nat(24 * HOUR), step: fc.nat(9) }), { freq: 4 }),
  })
  .map(({ contract, wedgeState, phaseAt, stageAt, approved, rolledBack, pauseAfterWindows, capped, back, ...rest }) => {
    const stages = contract.rolloutWedge.wedgeStages;
    const idOf = (index: number) => stages[index % stages.length]?.stageId ?? '';
    const phases = PHASES[wedgeState];
    const phase = phases[phaseAt % phases.length] ?? 'ended';
    const reached = stageAt === 'last' ? stages.length - 1 : stageAt % stages.length;
    const stageIndex = phase === 'stage' ? reached : 0;
    const target = Math.round((stages[stageIndex]?.targetPercentage ?? 0) * 1000);
    const planned = stages.slice(0, stageIndex + 1).map(({ scope, targetPercentage }) => ({
      scope,
      threshold: Math.round(targetPercentage * 1000),
    }));
    return rolloutOf(
      {
        ...rest,
        contract,
        wedgeState,
        phase,
        stageIndex,
        threshold: target,
        grants: planned,
        cappedByHand: capped === 0,
        rollingBack:
          back === null || (wedgeState !== 'ACTIVE' && wedgeState !== 'PAUSED')
            ? null
            : { ...back, from: planned, to: [], toStageIndex: null },
        stageApprovals: approved.map(({ stage, ...word }) => ({ ...word, stageId: idOf(stage), atMs: T0 })),
        rolledBackFrom: rolledBack.map(idOf),
      },
      { ...DEFAULT_POLICY, pauseAfterWindows },
    );
  });
