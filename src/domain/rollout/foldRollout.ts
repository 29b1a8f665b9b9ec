import { exposedTo, noHigherThan } from '../feature/grants.ts';
import { percentageOf } from '../feature/threshold.ts';
import type { Entry, EntryOf } from '../ledger/entry.ts';
import { begunRollout } from './begunRollout.ts';
import { verifiedBy, watchAfter } from './healthWatchFold.ts';
import { removalBegun, removalConfirmed, removalSeen } from './removalFold.ts';
import { type Alert, currentStage, type RolloutState, stageAt } from './state.ts';

/** What changes what is allowed next; the other entries tell of something without changing it. */
type Change = Partial<RolloutState>;

/** The state after one more entry of this rollout. `created` begins it. */
export function foldRollout(state: RolloutState | null, entry: Entry): RolloutState {
  if (entry.type === 'created') return begunRollout(entry);
  if (state === null) throw new Error(`the chain of rollout ${entry.rollout} does not begin with \`created\``);
  const atMs = Date.parse(entry.at);
  const told = toldBy(state, entry, atMs);
  if (told !== null) return { ...state, ...told, lastEntryAtMs: atMs };
  const change = changeBy(state, entry, atMs);
  return { ...state, heldFor: null, heldSinceMs: null, ...change, version: state.version + 1, lastEntryAtMs: atMs };
}

/** Entries that only tell: they leave the version, so that an operator's `If-Match` outlives a change of the hold reason. */
function toldBy(state: RolloutState, entry: Entry, atMs: number): Change | null {
  switch (entry.type) {
    case 'held': {
      const heldFor = entry.reason as RolloutState['heldFor'];
      return { heldFor, heldSinceMs: heldFor === state.heldFor ? state.heldSinceMs : atMs };
    }
    case 'preflight':
    case 'incidentLinked':
      return {};
    case 'exposureRemoved':
      return { removal: removalSeen(entry) };
    case 'exposureConfirmed':
      return { removal: removalConfirmed(state.removal, entry) };
    case 'alerted':
      return { alerts: [...state.alerts, alertIn(entry, atMs)] };
    case 'alertResolved':
      return { alerts: state.alerts.filter(({ criterion }) => criterion !== entry.data.criterion) };
    case 'reviewed':
      return { alerts: state.alerts.map((alert) => reviewedBy(entry, alert, atMs)) };
    case 'healthVerified':
      return { healthWatch: verifiedBy(state, entry, atMs) };
    case 'falseAlarmMarked':
      return { falseAlarmBy: entry.actor.subject };
    case 'audited':
      // Sluice's own PASS stands beside the transition that it permits; an auditor's changes what is allowed.
      return entry.data.verdict === 'FAIL' || entry.actor.kind === 'person' ? null : {};
    default:
      return null;
  }
}

function changeBy(state: RolloutState, entry: Entry, atMs: number): Change {
  switch (entry.type) {
    case 'started':
      return started(state, entry, atMs);
    case 'ramped':
      return arrived(state, entry.data.exposure.grants, state.stageIndex, atMs);
    case 'advanced':
      return arrived(state, entry.data.exposure.grants, entry.data.stageIndex, atMs);
    case 'stageApproved':
      return { stageApprovals: [...state.stageApprovals, approvalIn(entry, atMs)] };
    case 'attested':
      return { attestations: [...state.attestations, attestationIn(entry, atMs)] };
    case 'paused':
      return { wedgeState: 'PAUSED' };
    case 'resumed':
      return { wedgeState: 'ACTIVE', ...newEpoch(state, atMs), acknowledged: entry.data.acknowledged };
    case 'rollbackStep':
      return stepped(state, entry, atMs);
    case 'rolledBack':
      return rolledBack(state, entry, atMs);
    case 'completed':
      return { ...ended('COMPLETE', atMs), healthWatch: null };
    case 'driftAdopted':
      return adopted(state, entry, atMs);
    case 'audited':
      return audited(state, entry, atMs);
    case 'superseded':
      return { ...ended('SUPERSEDED', atMs), healthWatch: null, supersededBy: entry.data.by };
    default:
      throw new Error(`a ${entry.type} entry does not belong to a rollout`);
  }
}

const ended = (wedgeState: RolloutState['wedgeState'], atMs: number): Change => ({
  ...{ wedgeState, phase: 'ended', alerts: [], endedAtMs: atMs },
});

function audited(state: RolloutState, entry: EntryOf<'audited'>, atMs: number): Change {
  const { subject, verdict } = entry.data;
  const failed = verdict === 'FAIL' ? { auditFailedVisit: state.visit } : {};
  if (entry.actor.kind !== 'person') return failed;
  const said = { subject, visit: state.visit, verdict, by: entry.actor.subject, atMs };
  return { ...failed, auditorsVerdicts: [...state.auditorsVerdicts, said] };
}

/** A cap by hand lasts: it rises no more, and of what the feature exposed before there is left what the hand has left, in its scopes. */
function adopted(state: RolloutState, entry: EntryOf<'driftAdopted'>, atMs: number): Change {
  const { grants } = entry.data.exposure;
  const threshold = exposedTo(grants, currentStage(state).scope);
  const base = noHigherThan(grants, state.base);
  return { grants, threshold, base, cappedByHand: true, exposureChangedAtMs: atMs };
}

const approvalIn = (entry: EntryOf<'stageApproved'>, atMs: number) => ({
  stageId: entry.data.stageId,
  subject: entry.actor.subject,
  decision: entry.data.decision,
  atMs,
});

const attestationIn = (entry: EntryOf<'attested'>, atMs: number) => ({
  name: entry.data.name,
  subject: entry.actor.subject,
  atMs,
});

const alertIn = (entry: EntryOf<'alerted'>, atMs: number): Alert => ({ ...entry.data, atMs, review: null });

/** The first word stands: a second one at the same moment says the same. */
function reviewedBy(entry: EntryOf<'reviewed'>, alert: Alert, atMs: number): Alert {
  if (alert.criterion !== entry.data.criterion || alert.review !== null) return alert;
  return { ...alert, review: { by: entry.actor.subject, comment: entry.comment ?? '', atMs } };
}

const newEpoch = (state: RolloutState, atMs: number): Change => ({ epoch: state.epoch + 1, epochBeganAtMs: atMs });

function started(state: RolloutState, entry: EntryOf<'started'>, atMs: number): Change {
  const { base, exposure, phase, stageIndex, supersedes } = entry.data;
  const inherited = supersedes === null ? null : exposure.grants;
  const threshold = exposedTo(exposure.grants, currentStage(state).scope);
  const opened: Change = { wedgeState: 'ACTIVE', startedAtMs: atMs, base, inherited };
  if (phase === 'stage') return { ...opened, ...arrived(state, exposure.grants, stageIndex, atMs) };
  return { ...opened, ...newEpoch(state, atMs), phase, threshold, grants: exposure.grants, exposureChangedAtMs: atMs };
}

/** A visit begins: at the target, with fresh clocks. */
function arrived(state: RolloutState, grants: RolloutState['grants'], stageIndex: number, atMs: number): Change {
  return {
    ...newEpoch(state, atMs),
    phase: 'stage',
    stageIndex,
    visit: state.visit + 1,
    threshold: exposedTo(grants, stageAt(state, stageIndex).scope),
    grants,
    acknowledged: [],
    alerts: [],
    visitBeganAtMs: atMs,
    exposureChangedAtMs: atMs,
    healthWatch: null,
  };
}

/** The same visit with fewer people: what was counted so far still counts, and windows begin at the step. */
function stepped(state: RolloutState, { data }: EntryOf<'rollbackStep'>, atMs: number): Change {
  const { exposure, step, begins } = data;
  const { grants } = exposure;
  const threshold = exposedTo(grants, currentStage(state).scope);
  const rollingBack = begins === null ? state.rollingBack : { ...begins, from: state.grants, beganAtMs: atMs, step };
  if (rollingBack === null) throw new Error(`rollout ${state.id} is not being rolled back: there is no step ${step}`);
  return { grants, threshold, exposureChangedAtMs: atMs, rollingBack: { ...rollingBack, step } };
}

function rolledBack(state: RolloutState, entry: EntryOf<'rolledBack'>, atMs: number): Change {
  const { exposure, toStageIndex, fromStage, automatic, cooldownUntilMs } = entry.data;
  const after: Change = {
    grants: exposure.grants,
    inherited: null,
    rollingBack: null,
    stageApprovals: [],
    auditorsVerdicts: state.auditorsVerdicts.filter(
      ({ subject, verdict }) => subject === 'visit' || verdict !== 'PASS',
    ),
    automaticRollbacks: state.automaticRollbacks + (automatic ? 1 : 0),
    cooldownUntilMs,
    removal: removalBegun(entry),
  };
  const watched = { healthWatch: watchAfter(state, entry, atMs) };
  if (toStageIndex === null) {
    return {
      ...after,
      ...watched,
      ...ended('ROLLED_BACK', atMs),
      threshold: exposure.killed ? 0 : exposedTo(exposure.grants, currentStage(state).scope),
      exposureChangedAtMs: atMs,
    };
  }
  const rolledBackFrom = fromStage === null ? state.rolledBackFrom : [...state.rolledBackFrom, fromStage];
  return { ...after, ...arrived(state, exposure.grants, toStageIndex, atMs), ...watched, rolledBackFrom };
}

/** The percentage of the current stage's scope that the rollout exposes. */
export function exposedPercentage(state: RolloutState): number {
  return percentageOf(state.threshold);
}
