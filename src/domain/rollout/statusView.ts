import { leastStageHours } from '../contract/stageHours.ts';
import type { WedgeStage } from '../contract/wedge.ts';
import { hoursToMs } from '../hours.ts';
import type { CriterionPower } from '../power/criterionPower.ts';
import { measuredPower } from '../power/measuredPower.ts';
import { timeOf, timeOrNull } from '../time.ts';
import type { RuledDecision } from './decision.ts';
import { type DecisionView, decisionView } from './decisionView.ts';
import { exposedPercentage } from './foldRollout.ts';
import type { Poll } from './poll.ts';
import { type RemovalView, removalView } from './removalView.ts';
import { type SliView, sliView } from './sliView.ts';
import { type Alert, currentStage, isLive, isTerminal, type RolloutState, type StageApproval } from './state.ts';
import { type HealthView, healthView, type RollingBackView, rollingBackView } from './wayBackView.ts';

/** How a rollout stands, as the wire has it. Times RFC 3339. */
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
  /** Whether the last rollback has reached everybody; null where there was none. */
  readonly removal: RemovalView | null;
  /** Whether the last rollback has helped; null where nobody looks. */
  readonly health: HealthView | null;
  readonly cooldownUntil: string | null;
  /** What the sequential criteria can notice at the traffic that they counted in this stage; null while nothing is exposed. */
  readonly power: readonly CriterionPower[] | null;
  /** The earliest end if nothing holds it up; null where a person is due or it is not running. */
  readonly eta: string | null;
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
    createdAt: timeOf(state.createdAtMs),
    startedAt: timeOrNull(state.startedAtMs),
    endedAt: timeOrNull(state.endedAtMs),
    elapsedSeconds: Math.floor(elapsedMs / 1000),
    minDurationSeconds: Math.round(minDurationMs / 1000),
    remainingSeconds: Math.ceil(Math.max(0, minDurationMs - elapsedMs) / 1000),
    nextCheckAt: isTerminal(state.wedgeState) ? null : timeOrNull(input.nextCheckAtMs),
    decision: decisionView(state, input.tick),
    slis: tick === null ? [] : tick.poll.verdicts.map((verdict) => sliView(verdict, tick.poll, joinedIn(state))),
    approvals: state.stageApprovals.map(approvalView),
    attestations: state.attestations.map(({ name, subject, atMs }) => ({ name, subject, at: timeOf(atMs) })),
    alerts: state.alerts.map(alertView),
    audits: state.auditorsVerdicts.map(({ atMs, ...said }) => ({ ...said, at: timeOf(atMs) })),
    rollingBack: rollingBackView(state),
    removal: removalView(state),
    health: healthView(state),
    cooldownUntil: timeOrNull(state.cooldownUntilMs),
    power: measuredPower(state, tick?.poll.comparisons ?? {}),
    eta: timeOrNull(etaMs(state, elapsedMs, nowMs)),
  };
}

const joinedIn = (state: RolloutState) => state.contract.catalogue?.criteria[currentStage(state).stageId] ?? [];

const approvalView = (approval: StageApproval): ApprovalView => ({
  stageId: approval.stageId,
  subject: approval.subject,
  decision: approval.decision,
  at: timeOf(approval.atMs),
});

const alertView = ({ atMs, review, ...said }: Alert): AlertView => ({
  ...said,
  since: timeOf(atMs),
  review: review === null ? null : { by: review.by, comment: review.comment, at: timeOf(review.atMs) },
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
