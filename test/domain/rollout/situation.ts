import { contractFrom } from '../../../src/domain/contract/contract.ts';
import { contractDigest } from '../../../src/domain/contract/digest.ts';
import { DEFAULT_POLICY, type Policy } from '../../../src/domain/contract/policy.ts';
import { EVERYONE } from '../../../src/domain/feature/scope.ts';
import { NO_GUARDS } from '../../../src/domain/health/guards.ts';
import type { Verdict } from '../../../src/domain/health/verdict.ts';
import { digestOf } from '../../../src/domain/ledger/digest.ts';
import type { Ask, DecisionContext } from '../../../src/domain/rollout/context.ts';
import { decide } from '../../../src/domain/rollout/decide.ts';
import type { RuledDecision } from '../../../src/domain/rollout/decision.ts';
import type { Poll } from '../../../src/domain/rollout/poll.ts';
import type { RolloutState } from '../../../src/domain/rollout/state.ts';
import { type ProposalInput, type StageInput, stageInput, validProposal } from '../../support/proposals.ts';

export const T0 = Date.UTC(2026, 10, 20, 12);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const POLL_INTERVAL = 15_000;

/** What a decision is made of. */
export type Situation = {
  readonly rollout: RolloutState;
  readonly poll: Poll;
  readonly context: DecisionContext;
  readonly nowMs: number;
};
export type Step = (situation: Situation) => Situation;

export const decided = ({ rollout, poll, context, nowMs }: Situation): RuledDecision =>
  decide(rollout, poll, context, nowMs);

/** The same plan for all: 5 % of everyone, then 10, 50 and 100 %; an hour each, observed for an hour. */
export function contractOf(
  stages: Partial<StageInput> = {},
  wedge: Partial<ProposalInput['rolloutWedge']> = {},
  more: Partial<ProposalInput> = {},
) {
  const wedgeStages = [
    stageInput('canary', 10, stages),
    stageInput('half', 50, stages),
    stageInput('everyone', 100, stages),
  ];
  return contractFrom(validProposal(more, { wedgeStages, ...wedge }), 'contract-1');
}

export const PASSING: Verdict = {
  key: 'success/0',
  role: 'success',
  sli: 'error_rate',
  severity: null,
  consecutive: 1,
  polls: null,
  dryRun: false,
  outcome: 'pass',
  reason: 'holds',
  value: 0.001,
  baseline: null,
  limit: 0.01,
  samples: 1000,
  detail: null,
  evidence: null,
};
export const CALM: Verdict = {
  ...PASSING,
  key: 'trigger/0',
  role: 'trigger',
  severity: 'rollback',
  reason: 'doesNotHold',
  limit: 0.1,
};

/** A success criterion whose condition does not hold. */
export const failing = (verdict: Partial<Verdict> = {}): Verdict => ({
  ...PASSING,
  outcome: 'fail',
  reason: 'doesNotHold',
  value: 0.05,
  ...verdict,
});
/** A trigger whose condition holds. */
export const fired = (verdict: Partial<Verdict> = {}): Verdict => ({
  ...CALM,
  outcome: 'fail',
  reason: 'holds',
  value: 0.5,
  ...verdict,
});
export const lacking = (reason: Verdict['reason'], verdict: Partial<Verdict> = {}): Verdict => ({
  ...PASSING,
  outcome: 'inconclusive',
  reason,
  value: null,
  ...verdict,
});

export function pollOf(more: Partial<Poll> = {}): Poll {
  return {
    atMs: T0 + 2 * HOUR,
    epoch: 2,
    visit: 1,
    verdicts: [CALM, PASSING],
    targetVerdicts: [],
    comparisons: {},
    guards: NO_GUARDS,
    counts: { 'success/0': 1 },
    history: {},
    muted: [],
    health: [{ fromMs: T0 + HOUR, passing: 10, withData: 10 }],
    activeMs: { visit: HOUR, observation: HOUR, noProgress: 0 },
    onHold: false,
    served: true,
    ...more,
  };
}

const CONTEXT: DecisionContext = {
  pollIntervalMs: POLL_INTERVAL,
  ledgerAway: false,
  globalStop: false,
  storePaused: false,
  found: null,
  featureCooldownUntilMs: null,
  otherLiveRolloutId: null,
  otherLiveRollouts: 0,
  audit: 'PASS',
  contractApproved: true,
  calendar: null,
  waiverGap: null,
  gateHook: null,
  takeover: null,
  ask: null,
};

export function rolloutOf(more: Partial<RolloutState> = {}, policy: Partial<Policy> = {}): RolloutState {
  const contract = more.contract ?? contractOf();
  const rules = { ...DEFAULT_POLICY, ...policy };
  return {
    id: 'rollout-1',
    feature: contract.feature,
    contract,
    contractDigest: contractDigest(contract),
    policy: rules,
    policyDigest: digestOf(rules),
    proposer: 'olga',
    waivers: [],
    dryRun: false,
    createdAtMs: T0,
    startAtMs: null,
    version: 3,
    wedgeState: 'ACTIVE',
    phase: 'stage',
    stageIndex: 0,
    visit: 1,
    epoch: 2,
    epochBeganAtMs: T0 + HOUR,
    threshold: 10_000,
    base: [],
    grants: [{ scope: EVERYONE, threshold: 10_000 }],
    inherited: null,
    cappedByHand: false,
    startedAtMs: T0,
    visitBeganAtMs: T0 + HOUR,
    exposureChangedAtMs: T0 + HOUR,
    acknowledged: [],
    stageApprovals: [],
    attestations: [],
    rolledBackFrom: [],
    automaticRollbacks: 0,
    auditFailedVisit: null,
    auditorsVerdicts: [],
    alerts: [],
    supersededBy: null,
    falseAlarmBy: null,
    cooldownUntilMs: null,
    rollingBack: null,
    healthWatch: null,
    removal: null,
    heldFor: null,
    heldSinceMs: null,
    endedAtMs: null,
    lastEntryAtMs: T0 + HOUR,
    ...more,
  };
}

/** Everything is proven: row 17 advances. */
export const ready = (more: Partial<Situation> = {}): Situation => ({
  rollout: rolloutOf(),
  poll: pollOf(),
  context: CONTEXT,
  nowMs: T0 + 2 * HOUR,
  ...more,
});

export const withRollout =
  (more: Partial<RolloutState>): Step =>
  (situation) => ({ ...situation, rollout: { ...situation.rollout, ...more } });
export const withPoll =
  (more: Partial<Poll>): Step =>
  (situation) => ({ ...situation, poll: { ...situation.poll, ...more } });
export const withContext =
  (more: Partial<DecisionContext>): Step =>
  (situation) => ({ ...situation, context: { ...situation.context, ...more } });
export const withClocks =
  (more: Partial<Poll['activeMs']>): Step =>
  (situation) =>
    withPoll({ activeMs: { ...situation.poll.activeMs, ...more } })(situation);
/** Beside the verdicts that are there, or in place of those with the same key. */
export const withVerdicts =
  (...verdicts: readonly Verdict[]): Step =>
  (situation) => {
    const keys = verdicts.map(({ key }) => key);
    const others = situation.poll.verdicts.filter(({ key }) => !keys.includes(key));
    const counts = { ...situation.poll.counts };
    for (const { key, reason, consecutive } of verdicts) if (reason === 'holds') counts[key] = consecutive;
    return withPoll({ verdicts: [...verdicts, ...others], counts })(situation);
  };
export const withContract =
  (...change: Parameters<typeof contractOf>): Step =>
  (situation) =>
    withRollout({ contract: contractOf(...change) })(situation);
export const withPolicy =
  (policy: Partial<Policy>): Step =>
  (situation) =>
    withRollout({ policy: { ...situation.rollout.policy, ...policy } })(situation);

export const pending: Step = withRollout({
  wedgeState: 'PENDING',
  phase: 'pending',
  visit: 0,
  epoch: 2,
  threshold: 0,
  grants: [],
  exposureChangedAtMs: null,
});
export const ramping: Step = withRollout({
  phase: 'ramp',
  visit: 0,
  threshold: 5_000,
  grants: [{ scope: EVERYONE, threshold: 5_000 }],
});
export const inLastStage: Step = withRollout({
  stageIndex: 2,
  visit: 3,
  threshold: 100_000,
  grants: [{ scope: EVERYONE, threshold: 100_000 }],
});

export const askOf = (more: Partial<Ask> = {}): Ask => ({
  kind: 'advance',
  subject: 'oskar',
  mayApprove: false,
  comment: null,
  ...more,
});

export const all =
  (...steps: readonly Step[]): Step =>
  (situation) =>
    steps.reduce((changed, step) => step(changed), situation);

/** The same, `ms` later, everything else equal: polls went on, active all the time, and found the same. */
export function later(situation: Situation, ms: number): Situation {
  const { poll } = situation;
  const { visit, observation, noProgress } = poll.activeMs;
  const activeMs = { visit: visit + ms, observation: observation + ms, noProgress };
  return { ...situation, nowMs: situation.nowMs + ms, poll: { ...poll, atMs: poll.atMs + ms, activeMs } };
}
