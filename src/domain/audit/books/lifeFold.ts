import type { EntryData } from '../../ledger/entry.ts';
import { metByBoth } from '../reach.ts';
import { activeMsOf, type Life } from './life.ts';
import { dataOf, isByPerson, type Told } from './told.ts';

/** Entries that tell of a rollout without changing what is allowed next: they leave its version. */
const TELLING: readonly string[] = [
  'held',
  'preflight',
  'exposureRemoved',
  'exposureConfirmed',
  'incidentLinked',
  'healthVerified',
  'falseAlarmMarked',
  'reviewed',
];

export function bornOf(told: Told): Life {
  const created = dataOf(told, 'created');
  if (created === null) throw new Error('a rollout begins with `created`');
  const { contract, policy, proposer, startAtMs, waivers } = created;
  return {
    id: told.rollout ?? '',
    contractId: told.contract ?? '',
    contract,
    policy,
    proposer,
    planDigest: told.digests?.plan ?? '',
    waivers,
    dryRun: told.dryRun,
    startAtMs,
    version: 1,
    wedgeState: 'PENDING',
    phase: 'pending',
    stageIndex: 0,
    visit: 0,
    epoch: 0,
    base: [],
    grants: [],
    inherited: null,
    cappedByHand: false,
    stageApprovals: [],
    rolledBackFrom: [],
    automaticRollbacks: 0,
    auditFailedVisit: null,
    auditorsVerdicts: [],
    cooldownUntilMs: null,
    rollingBack: null,
    epochSinceMs: told.atMs,
    activeBeforeMs: 0,
    activeSinceMs: null,
    visitPassed: false,
    visitFailed: false,
    alerts: {},
  };
}

/** The rollout after one more of its entries. */
export function livedThrough(life: Life, told: Told): Life {
  if (TELLING.includes(told.type)) return life;
  const alert = dataOf(told, 'alerted', 'alertResolved');
  if (alert !== null) return afterAlert(life, told, alert.criterion);
  const audited = dataOf(told, 'audited');
  if (audited !== null) return afterAudit(life, told, audited);
  return { ...life, ...changeBy(life, told), version: life.version + 1 };
}

function changeBy(life: Life, told: Told): Partial<Life> {
  const started = dataOf(told, 'started');
  if (started !== null) return begun(life, told, started);
  const opened = dataOf(told, 'ramped', 'advanced');
  if (opened !== null) {
    const stageIndex = 'stageIndex' in opened ? opened.stageIndex : life.stageIndex;
    return arrival(life, told, stageIndex, opened.exposure.grants);
  }
  const step = dataOf(told, 'rollbackStep');
  if (step !== null) return stepped(life, told, step);
  const rolledBack = dataOf(told, 'rolledBack');
  if (rolledBack !== null) return fallen(life, told, rolledBack);
  const adopted = dataOf(told, 'driftAdopted');
  if (adopted !== null) return lowered(life, adopted.exposure.grants);
  const word = dataOf(told, 'stageApproved');
  if (word !== null) {
    const said = { stageId: word.stageId, decision: word.decision, subject: told.actor.subject, atMs: told.atMs };
    return { stageApprovals: [...life.stageApprovals, said] };
  }
  return turn(life, told);
}

/** What changes the state and nothing else. */
function turn(life: Life, told: Told): Partial<Life> {
  switch (told.type) {
    case 'paused':
      return { wedgeState: 'PAUSED', activeBeforeMs: activeMsOf(life, told.atMs), activeSinceMs: null };
    case 'resumed':
      return { wedgeState: 'ACTIVE', epoch: life.epoch + 1, epochSinceMs: told.atMs, activeSinceMs: told.atMs };
    case 'completed':
      return { wedgeState: 'COMPLETE', phase: 'ended' };
    case 'superseded':
      return { wedgeState: 'SUPERSEDED', phase: 'ended' };
    default:
      return {};
  }
}

function begun(life: Life, told: Told, started: EntryData['started']): Partial<Life> {
  const { base, exposure, phase, stageIndex, supersedes } = started;
  const inherited = supersedes === null ? null : exposure.grants;
  const open = { wedgeState: 'ACTIVE' as const, base, inherited };
  if (phase === 'stage') return { ...arrival({ ...life, ...open }, told, stageIndex, exposure.grants), ...open };
  return {
    ...open,
    phase: 'ramp',
    grants: exposure.grants,
    epoch: life.epoch + 1,
    epochSinceMs: told.atMs,
    activeBeforeMs: 0,
    activeSinceMs: told.atMs,
  };
}

/** A visit begins with clocks that stand at nothing. */
function arrival(life: Life, told: Told, stageIndex: number, grants: Life['grants']): Partial<Life> {
  return {
    phase: 'stage',
    stageIndex,
    visit: life.visit + 1,
    grants,
    epoch: life.epoch + 1,
    epochSinceMs: told.atMs,
    activeBeforeMs: 0,
    activeSinceMs: life.wedgeState === 'PAUSED' ? null : told.atMs,
    visitPassed: false,
    visitFailed: false,
    alerts: {},
  };
}

function fallen(life: Life, told: Told, rolledBack: EntryData['rolledBack']): Partial<Life> {
  const { automatic, cooldownUntilMs, exposure, fromStage, toStageIndex } = rolledBack;
  const after: Partial<Life> = {
    inherited: null,
    rollingBack: null,
    stageApprovals: [],
    // Who passed the whole has not seen what comes after; a word against it lasts.
    auditorsVerdicts: life.auditorsVerdicts.filter((said) => said.subject !== 'rollout' || said.verdict !== 'PASS'),
    cooldownUntilMs,
    automaticRollbacks: life.automaticRollbacks + (automatic ? 1 : 0),
  };
  if (toStageIndex === null) return { ...after, wedgeState: 'ROLLED_BACK', phase: 'ended', grants: exposure.grants };
  const rolledBackFrom = fromStage === null ? life.rolledBackFrom : [...life.rolledBackFrom, fromStage];
  return { ...after, rolledBackFrom, ...arrival(life, told, toStageIndex, exposure.grants) };
}

/** The visit goes on with fewer people. */
function stepped(life: Life, told: Told, { exposure, step, begins }: EntryData['rollbackStep']): Partial<Life> {
  const underWay = begins === null ? life.rollingBack : { ...begins, from: life.grants, beganAtMs: told.atMs };
  return { grants: exposure.grants, rollingBack: underWay === null ? null : { ...underWay, step } };
}

/** Nothing of this contract lifts what a hand has lowered, and no rollback brings back what was there before it. */
function lowered(life: Life, grants: Life['grants']): Partial<Life> {
  return { grants, base: metByBoth(grants, life.base), cappedByHand: true };
}

/** An alert tells, and changes nothing of what is allowed. */
function afterAlert(life: Life, told: Told, criterion: string): Life {
  const state = told.type === 'alerted' ? ('standing' as const) : ('over' as const);
  return { ...life, alerts: { ...life.alerts, [criterion]: state } };
}

/** Sluice's own PASS changes nothing by itself; a FAIL, and whatever an auditor says, does. */
function afterAudit(life: Life, told: Told, { subject, verdict }: EntryData['audited']): Life {
  const passed = verdict === 'PASS' && subject === 'visit' ? { visitPassed: true } : {};
  if (verdict !== 'FAIL' && !isByPerson(told)) return { ...life, ...passed };
  const failed = verdict === 'FAIL' ? { auditFailedVisit: life.visit, visitFailed: true } : {};
  const spoken = { subject, visit: life.visit, verdict, by: told.actor.subject, atMs: told.atMs };
  const said = isByPerson(told) ? { auditorsVerdicts: [...life.auditorsVerdicts, spoken] } : {};
  return { ...life, ...passed, ...failed, ...said, version: life.version + 1 };
}
