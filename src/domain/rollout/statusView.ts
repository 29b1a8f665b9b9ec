import { leastStageHours } from '../contract/stageHours.ts';
import type { WedgeStage } from '../contract/wedge.ts';
import { hoursToMs } from '../hours.ts';
import type { CriterionPower } from '../power/criterionPower.ts';
import { measuredPower } from '../power/measuredPower.ts';
import type { AwaitApproval, RuledDecision } from './decision.ts';
import { exposedPercentage } from './foldRollout.ts';
import type { Poll } from './poll.ts';
import { endsAtMs, type RollingBack } from './rollingBack.ts';
import { type SliView, sliView } from './sliView.ts';
import { standingApprovers } from './stageGate.ts';
import {
  type Alert,
  currentStage,
  isLive,
  isPending,
  isTerminal,
  type RolloutState,
  type StageApproval,
} from './state.ts';
import { type HealthView, healthView, type RollingBackView, rollingBackView } from './wayBackView.ts';

/** All that answers "why is it not advancing?", as `api.md` has it on the wire. Times RFC 3339. */
export type RolloutStatus = {
  readonly rolloutId: string;
  readonly contractId: string;
  readonly feature: string;
  readonly wedgeState: RolloutState['wedgeState'];
  readonly phase: RolloutState['phase'];
  readonly dryRun: boolean;
  readonly version: number;
  readonly currentStage: WedgeStage;
  readonly stageIndex: number;
  readonly totalStages: number;
  readonly visit: number;
  readonly percentage: number;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Active time of the visit. */
  readonly elapsedSeconds: number;
  readonly minDurationSeconds: number;
  readonly remainingSeconds: number;
  readonly nextCheckAt: string | null;
  readonly decision: DecisionView | null;
  readonly slis: readonly SliView[];
  readonly approvals: readonly ApprovalView[];
  readonly attestations: readonly AttestationView[];
  /** What auditors said and no rollback has voided; Sluice's own check is told by the decision. */
  readonly audits: readonly AuditView[];
  /** What fails for its count and decides nothing. A review is asked for where nobody has given one. */
  readonly alerts: readonly AlertView[];
  /** A progressive rollback under way; null where there is none. */
  readonly rollingBack: RollingBackView | null;
  /** Whether the last rollback has helped; null where nobody looks. */
  readonly health: HealthView | null;
  readonly cooldownUntil: string | null;
  /** What the sequential criteria can notice at the traffic that they counted in this stage; null while nothing is exposed. */
  readonly power: readonly CriterionPower[] | null;
  /** The earliest end if nothing holds it up; null where a person is due or it is not running. */
  readonly eta: string | null;
};

type DecisionView = {
  readonly kind: string;
  readonly reason: string;
  readonly detail: string;
  readonly row: number;
  readonly at: string;
  readonly unblocksAt: string | null;
  /** Where it waits for a person: since when. */
  readonly since: string | null;
  /** Where it waits for a person: for whom. */
  readonly waitsFor: WaitsFor | null;
};
type WaitsFor = {
  readonly role: AwaitApproval['waitsFor'];
  readonly stageId: string;
  readonly missing: number;
  /** Who has approved the stage, ahead or since. */
  readonly approved: readonly string[];
  /** The proposer, whose word does not count; null where an operator's is enough, since anybody's is. */
  readonly mayNot: string | null;
};
type AttestationView = { readonly name: string; readonly subject: string; readonly at: string };
type ApprovalView = {
  readonly stageId: string;
  readonly subject: string;
  readonly decision: 'approve' | 'reject';
  readonly at: string;
};

type AuditView = {
  readonly subject: 'visit' | 'rollout';
  readonly visit: number;
  readonly verdict: 'PASS' | 'FAIL' | 'INCONCLUSIVE';
  readonly by: string;
  readonly at: string;
};

type AlertView = {
  readonly criterion: string;
  readonly sli: string;
  readonly detail: string;
  readonly since: string;
  /** null: asked for. */
  readonly review: { readonly by: string; readonly comment: string; readonly at: string } | null;
};

export type StatusInput = {
  readonly state: RolloutState;
  readonly tick: { readonly poll: Poll; readonly decision: RuledDecision } | null;
  readonly nextCheckAtMs: number | null;
};

const iso = (ms: number) => new Date(ms).toISOString();
const isoOrNull = (ms: number | null) => (ms === null ? null : iso(ms));

/** The status of a rollout; a tick of an earlier exposure is not shown as if it were of this one. */
export function statusOf(input: StatusInput, nowMs: number): RolloutStatus {
  const { state } = input;
  const tick = input.tick !== null && input.tick.poll.epoch === state.epoch ? input.tick : null;
  const minDurationMs = state.phase === 'stage' ? hoursToMs(currentStage(state).durationHours) : 0;
  const elapsedMs = tick?.poll.activeMs.visit ?? 0;
  return {
    rolloutId: state.id,
    contractId: state.contract.id,
    feature: state.feature,
    wedgeState: state.wedgeState,
    phase: state.phase,
    dryRun: state.dryRun,
    version: state.version,
    currentStage: currentStage(state),
    stageIndex: state.stageIndex,
    totalStages: state.contract.rolloutWedge.wedgeStages.length,
    visit: state.visit,
    percentage: exposedPercentage(state),
    createdAt: iso(state.createdAtMs),
    startedAt: isoOrNull(state.startedAtMs),
    endedAt: isoOrNull(state.endedAtMs),
    elapsedSeconds: Math.floor(elapsedMs / 1000),
    minDurationSeconds: Math.round(minDurationMs / 1000),
    remainingSeconds: Math.ceil(Math.max(0, minDurationMs - elapsedMs) / 1000),
    nextCheckAt: isTerminal(state.wedgeState) ? null : isoOrNull(input.nextCheckAtMs),
    decision: decisionView(input),
    slis: tick === null ? [] : tick.poll.verdicts.map((verdict) => sliView(verdict, tick.poll, joinedIn(state))),
    approvals: state.stageApprovals.map(approvalView),
    attestations: state.attestations.map(({ name, subject, atMs }) => ({ name, subject, at: iso(atMs) })),
    alerts: state.alerts.map(alertView),
    audits: state.auditorsVerdicts.map(({ atMs, ...said }) => ({ ...said, at: iso(atMs) })),
    rollingBack: rollingBackView(state),
    health: healthView(state),
    cooldownUntil: isoOrNull(state.cooldownUntilMs),
    power: measuredPower(state, tick?.poll.comparisons ?? {}),
    eta: isoOrNull(etaMs(state, elapsedMs, nowMs)),
  };
}

const joinedIn = (state: RolloutState) => state.contract.catalogue?.criteria[currentStage(state).stageId] ?? [];

function decisionView({ state, tick }: StatusInput): DecisionView | null {
  // The last tick may know nothing of it yet; its steps go on whatever that one was waiting for.
  const isGoingDown = state.rollingBack !== null && tick?.decision.reason !== 'rollingBack';
  if (state.rollingBack !== null && isGoingDown) return goingDown(state, state.rollingBack);
  if (tick === null) return null;
  const waited = tick.decision.kind === 'hold' || tick.decision.kind === 'awaitApproval';
  // The last tick still held or waited, and then a person ended it: what for is no reason any more.
  if (isTerminal(state.wedgeState) && waited) return ended(state);
  const { kind, reason, detail, row } = tick.decision;
  const unblocksAtMs = tick.decision.kind === 'hold' ? tick.decision.unblocksAtMs : null;
  const waiting = tick.decision.kind === 'awaitApproval' ? waitOf(state, tick.decision, tick.poll) : NOBODY_WAITS;
  return { kind, reason, detail, row, at: iso(tick.poll.atMs), unblocksAt: isoOrNull(unblocksAtMs), ...waiting };
}

const NOBODY_WAITS = { since: null, waitsFor: null };

/** A live rollout has recorded since when it waits; a start waits since its hour. */
function waitOf(state: RolloutState, { stageId, waitsFor, missing }: AwaitApproval, poll: Poll) {
  const recordedMs = state.heldFor === 'approval' ? state.heldSinceMs : null;
  const sinceMs = isPending(state) ? state.startAtMs : recordedMs;
  const approved = standingApprovers(state, stageId);
  // The tick has not seen what was said since; whoever has just approved must not read that as many are missing as before.
  const given = approved.filter((subject) => saidSince(state, stageId, subject, poll.atMs)).length;
  return {
    since: iso(sinceMs ?? poll.atMs),
    waitsFor: {
      role: waitsFor,
      stageId,
      missing: Math.max(0, missing - given),
      approved,
      mayNot: waitsFor === 'approver' ? state.proposer : null,
    },
  };
}

const saidSince = (state: RolloutState, stageId: string, subject: string, atMs: number) =>
  state.stageApprovals
    .filter((said) => said.stageId === stageId && said.subject === subject)
    .every((said) => said.atMs > atMs);

function goingDown(state: RolloutState, rollingBack: RollingBack): DecisionView {
  const [at, unblocksAt] = [iso(state.lastEntryAtMs), iso(endsAtMs(rollingBack))];
  const detail = 'a person takes it back step by step';
  return { kind: 'hold', reason: 'rollingBack', detail, row: 4, at, unblocksAt, ...NOBODY_WAITS };
}

function ended(state: RolloutState): DecisionView {
  const by = state.supersededBy === null ? '' : ` by ${state.supersededBy}`;
  const detail = `the rollout is ${state.wedgeState}${by}`;
  const at = iso(state.endedAtMs ?? state.lastEntryAtMs);
  return { kind: 'hold', reason: 'terminal', detail, row: 1, at, unblocksAt: null, ...NOBODY_WAITS };
}

const approvalView = (approval: StageApproval): ApprovalView => ({
  stageId: approval.stageId,
  subject: approval.subject,
  decision: approval.decision,
  at: iso(approval.atMs),
});

const alertView = ({ atMs, review, ...said }: Alert): AlertView => ({
  ...said,
  since: iso(atMs),
  review: review === null ? null : { by: review.by, comment: review.comment, at: iso(review.atMs) },
});

const needsPerson = (state: RolloutState, stage: WedgeStage) =>
  stage.requiresApproval || state.rolledBackFrom.includes(stage.stageId);

/** What is left of this stage and of those to come, by their own clocks. */
function etaMs(state: RolloutState, elapsedMs: number, nowMs: number): number | null {
  const { rolloutWedge } = state.contract;
  const { incrementPolicy, wedgeStages } = rolloutWedge;
  const toCome = wedgeStages.slice(state.stageIndex + 1);
  const personIsDue = incrementPolicy === 'manual' || toCome.some((stage) => needsPerson(state, stage));
  if (!isLive(state) || state.wedgeState === 'PAUSED' || personIsDue) return null;
  const lasting = (stage: WedgeStage) => hoursToMs(leastStageHours(stage, rolloutWedge));
  const here = Math.max(0, lasting(currentStage(state)) - (state.phase === 'stage' ? elapsedMs : 0));
  return nowMs + here + toCome.reduce((sum, stage) => sum + lasting(stage), 0);
}
