import { describeVerdict } from '../health/describeVerdict.ts';
import { decides, type Verdict, type VerdictReason } from '../health/verdict.ts';
import type { Hold } from './decision.ts';
import { refusedByHook } from './freeToRise.ts';
import { healthOf } from './healthTally.ts';
import { hold } from './hold.ts';
import { describeCounted, hasReachedLimit } from './limit.ts';
import type { Poll } from './poll.ts';
import type { HoldReason } from './reason.ts';
import type { DecisionInput, Row } from './row.ts';
import { isServed } from './served.ts';
import { approvalWanted } from './stageGate.ts';
import { auditorsVerdict, currentStage, isLastStage, isPending, type RolloutState } from './state.ts';
import { longestWait } from './waiting.ts';

/** The criteria that this phase needs: in the ramp the triggers alone, at a target all of them. */
function needed(rollout: RolloutState, poll: Poll): readonly Verdict[] {
  // What a guard can't see holds nothing up: nobody has asked for it.
  const deciding = poll.verdicts.filter((verdict) => decides(verdict) && verdict.role !== 'guard');
  return rollout.phase === 'ramp' ? deciding.filter((verdict) => verdict.role === 'trigger') : deciding;
}

const HOLD_FOR: Readonly<Partial<Record<VerdictReason, HoldReason>>> = {
  unavailable: 'sourceUnavailable',
  missing: 'missingData',
  stale: 'staleData',
  noTraffic: 'noTraffic',
  insufficientSamples: 'insufficientSamples',
};

/** Row 10: no proof, no opening. A window that is not full yet is row 11's. */
export const needsData: Row = ({ rollout, poll, context, nowMs }) => {
  if (isPending(rollout)) return null;
  if (!isServed(rollout, context)) return hold('missingData', 'the flag store does not serve this exposure yet');
  if (rollout.cappedByHand) return hold('missingData', 'capped by hand: a new contract lifts it');
  if (poll === null) return hold('missingData', 'not measured yet at this exposure');
  if (nowMs - poll.atMs > 2 * context.pollIntervalMs) return hold('staleData', 'the last poll is too old to rest on');
  const criteria = needed(rollout, poll);
  if (criteria.length === 0) return hold('missingData', 'nothing that decides was measured');
  for (const [reason, holdReason] of Object.entries(HOLD_FOR)) {
    const lacking = criteria.find((verdict) => verdict.reason === reason);
    if (lacking !== undefined) return hold(holdReason, describeVerdict(lacking));
  }
  return null;
};

/** Row 11: of all windows still open the one that ends last, so that its time is when the gate can move. */
export const windows: Row = ({ rollout, poll, context, nowMs }) => {
  if (isPending(rollout) || poll === null) return null;
  const wait = longestWait(rollout, poll, context.ask);
  if (wait !== null) return hold(wait.reason, `${Math.ceil(wait.leftMs / 1000)} s left`, nowMs + wait.leftMs);
  const notFull = needed(rollout, poll).find((verdict) => verdict.reason === 'windowNotFull');
  return notFull === undefined ? null : hold('observationWindow', `the window of ${notFull.sli} is not full yet`);
};

/** Row 12. */
export const success: Row = (input) => {
  const { rollout, poll } = input;
  if (isPending(rollout) || poll === null) return null;
  if (rollout.phase === 'ramp') return noneFailing(poll);
  return criteriaPassing(poll) ?? healthy(input, poll) ?? requiredMetrics(input, poll);
};

const isPassing = (poll: Poll) => (verdict: Verdict) => verdict.outcome === 'pass' && hasReachedLimit(poll, verdict);

function noneFailing(poll: Poll): Hold | null {
  const failing = poll.verdicts.find(
    (verdict) => verdict.role !== 'success' && decides(verdict) && verdict.outcome === 'fail',
  );
  return failing === undefined
    ? null
    : hold('successCriteria', `not while a trigger fails: ${describeVerdict(failing)}`);
}

function criteriaPassing(poll: Poll): Hold | null {
  const criteria = poll.verdicts.filter((verdict) => verdict.role === 'success' && decides(verdict));
  const failing = criteria.find((verdict) => !isPassing(poll)(verdict));
  if (failing !== undefined) return hold('successCriteria', describeCounted(poll, failing));
  return criteria.length === 0 ? hold('successCriteria', 'no success criterion can be judged here') : null;
}

function healthy({ rollout }: DecisionInput, poll: Poll): Hold | null {
  const { healthThreshold } = currentStage(rollout).stabilization;
  const health = healthOf(poll.health);
  if (health !== null && health >= healthThreshold) return null;
  return hold('health', `health is ${health === null ? 'unknown' : health.toFixed(4)}, needed ${healthThreshold}`);
}

function requiredMetrics({ rollout }: DecisionInput, poll: Poll): Hold | null {
  const judged = poll.verdicts.filter((verdict) => verdict.role === 'success' && verdict.reason !== 'notApplicable');
  const lacking = currentStage(rollout).stabilization.requiredMetrics.find((sli) => {
    const criteria = judged.filter((verdict) => verdict.sli === sli);
    return criteria.length > 0 && !criteria.some(isPassing(poll));
  });
  return lacking === undefined ? null : hold('requiredMetrics', `${lacking} does not pass`);
}

/** Row 13. Where the contract says so, an auditor's word is needed beside Sluice's own check. */
export const audit: Row = ({ rollout, context }) => {
  if (isPending(rollout) || rollout.phase === 'ramp') return null;
  if (context.audit !== 'PASS') return hold('audit', `the audit of this visit is ${context.audit}`);
  return rollout.contract.audit === 'external' ? auditorsWord(rollout) : null;
};

/** What was said holds unless it is PASS; due is a word on the visit where the next stage comes, on the whole rollout where it is to complete. */
function auditorsWord(rollout: RolloutState): Hold | null {
  const due = isLastStage(rollout) ? 'rollout' : 'visit';
  for (const subject of ['visit', due] as const) {
    const verdict = auditorsVerdict(rollout, subject) ?? 'PASS';
    if (verdict !== 'PASS') return hold('audit', `the auditor's verdict on ${named(subject, rollout)} is ${verdict}`);
  }
  // A dry run waits for nobody's word.
  if (rollout.dryRun || auditorsVerdict(rollout, due) !== null) return null;
  return hold('audit', `waits for an auditor's verdict on ${named(due, rollout)}`);
}

const named = (subject: 'visit' | 'rollout', { visit }: RolloutState) =>
  subject === 'visit' ? `visit ${visit}` : 'the rollout';

/** Row 14. */
export const complete: Row = ({ rollout, context }) => {
  if (isPending(rollout) || rollout.phase === 'ramp' || !isLastStage(rollout)) return null;
  if (context.gateHook !== null) return refusedByHook(context.gateHook);
  return { kind: 'complete', reason: 'ready', detail: 'the last stage has passed' };
};

/** Row 16. The ramp ends at the stage whose gate the start has passed. */
export const approval: Row = ({ rollout, context }) => {
  if (rollout.dryRun || rollout.phase === 'ramp') return null;
  if (isPending(rollout) && !context.contractApproved) {
    const stageId = currentStage(rollout).stageId;
    const detail = 'the approval of the contract has expired';
    return { kind: 'awaitApproval', reason: 'approval', detail, stageId, waitsFor: 'approver', missing: 1 };
  }
  const wanted = approvalWanted(rollout, context.ask);
  return wanted === null ? null : { kind: 'awaitApproval', reason: 'approval', ...wanted };
};

/** Row 17: always applies. */
export const open: Row = ({ rollout }) => {
  if (isPending(rollout)) return { kind: 'start', reason: 'ready', detail: 'asked to start' };
  if (rollout.phase === 'ramp') return { kind: 'ramp', reason: 'ready', detail: 'no trigger fails' };
  return { kind: 'advance', reason: 'ready', detail: 'every criterion of the stage passes' };
};
