import type { Verdict, VerdictReason } from '../../health/verdict.ts';
import type { Poll } from '../../rollout/poll.ts';
import type { HoldReason } from '../../rollout/reason.ts';
import { isAtEnd, stageOf } from '../judgedRollout.ts';
import { raising } from '../reach.ts';
import { msOfHours, msOfMinutes } from '../spans.ts';
import { counts, hasPassed, healthIn, successCriteria } from './criteria.ts';
import { type Answer, holds, type Question } from './question.ts';

/** Rows 10 to 14: what a running rollout must have proven. A pending one has nothing to prove. */
export function prove(question: Question): Answer | null {
  const { rollout, poll, context } = question;
  const unknown = unknownYet(question);
  if (unknown !== null) return holds(unknown);
  // Row 10 has held where there was no poll.
  if (poll === null) return holds('missingData');
  const early = stillOpen(question, poll);
  if (early !== null) return holds(early);
  const unmet = rollout.phase === 'ramp' ? failingInRamp(poll) : unmetAtTarget(question, poll);
  if (unmet !== null) return holds(unmet);
  if (rollout.phase === 'ramp') return null;
  if (context.audit !== 'PASS' || !isAuditorContent(question)) return holds('audit');
  if (!isAtEnd(rollout)) return null;
  return context.gateHook === null ? { kind: 'complete', reason: 'ready' } : holds('gateHook');
}

/** In the ramp the triggers alone; a guard is needed by nobody. */
function neededOf({ rollout }: Question, poll: Poll): readonly Verdict[] {
  const wanted = rollout.phase === 'ramp' ? ['trigger'] : ['trigger', 'success'];
  return poll.verdicts.filter((verdict) => counts(verdict) && wanted.includes(verdict.role));
}

/** By weight: a source that is away says more than samples that are few. */
const LACKS: readonly (readonly [VerdictReason, HoldReason])[] = [
  ['unavailable', 'sourceUnavailable'],
  ['missing', 'missingData'],
  ['stale', 'staleData'],
  ['noTraffic', 'noTraffic'],
  ['insufficientSamples', 'insufficientSamples'],
];

/** Row 10. */
function unknownYet(question: Question): HoldReason | null {
  const { rollout, poll, context, nowMs } = question;
  if (isServedLess(question) || rollout.cappedByHand || poll === null) return 'missingData';
  if (poll.atMs + 2 * context.pollIntervalMs < nowMs) return 'staleData';
  const needed = neededOf(question, poll);
  if (needed.length === 0) return 'missingData';
  const lack = LACKS.find(([reason]) => needed.some((verdict) => verdict.reason === reason));
  return lack === undefined ? null : lack[1];
}

/** Lookups are answered from less than was granted, so what is measured is not of this exposure. */
function isServedLess({ rollout, context: { found } }: Question): boolean {
  if (rollout.dryRun || found === null) return false;
  return found.killed || raising(rollout.grants, found.grants) !== null;
}

/** Row 11: the clock that ends last gives the reason; of two that end together the first one here. */
function stillOpen(question: Question, poll: Poll): HoldReason | null {
  const clocks = clocksOf(question, poll).filter(({ leftMs }) => leftMs > 0);
  const longest = Math.max(...clocks.map(({ leftMs }) => leftMs));
  const last = clocks.find(({ leftMs }) => leftMs === longest);
  if (last !== undefined) return last.reason;
  return neededOf(question, poll).some(({ reason }) => reason === 'windowNotFull') ? 'observationWindow' : null;
}

function clocksOf({ rollout, context: { ask } }: Question, poll: Poll) {
  const { visit, observation } = poll.activeMs;
  const dwell = { reason: 'minimumDwell' as const, leftMs: msOfMinutes(rollout.policy.minDwellMinutes) - visit };
  if (rollout.phase === 'ramp') return [dwell];
  const { durationHours, stabilization } = stageOf(rollout, rollout.stageIndex);
  const { observationWindowHours } = rollout.contract.rolloutWedge;
  const wished = ask !== null && ask.kind === 'advance' && ask.comment !== null;
  return [
    dwell,
    ...(wished ? [] : [{ reason: 'stageDuration' as const, leftMs: msOfHours(durationHours) - visit }]),
    { reason: 'observationWindow' as const, leftMs: msOfHours(observationWindowHours) - observation },
    { reason: 'stabilizationWindow' as const, leftMs: msOfHours(stabilization.minimumDurationHours) - observation },
  ];
}

function failingInRamp(poll: Poll): HoldReason | null {
  const fails = poll.verdicts.some(
    (verdict) => verdict.role !== 'success' && counts(verdict) && verdict.outcome === 'fail',
  );
  return fails ? 'successCriteria' : null;
}

/** Row 12. */
function unmetAtTarget({ rollout }: Question, poll: Poll): HoldReason | null {
  const { healthThreshold, requiredMetrics } = stageOf(rollout, rollout.stageIndex).stabilization;
  const deciding = successCriteria(poll).filter(counts);
  if (deciding.length === 0 || deciding.some((verdict) => !hasPassed(poll, verdict))) return 'successCriteria';
  const health = healthIn(poll);
  if (health === null || health < healthThreshold) return 'health';
  const applicable = successCriteria(poll).filter(({ reason }) => reason !== 'notApplicable');
  const isLacking = (metric: string) => {
    const ofIt = applicable.filter(({ sli }) => sli === metric);
    return ofIt.length > 0 && ofIt.every((verdict) => !hasPassed(poll, verdict));
  };
  return requiredMetrics.some(isLacking) ? 'requiredMetrics' : null;
}

/** Row 13, where the contract asks for an auditor: whose word is due of the visit, on the last stage of the rollout, and of the visit not against it. */
function isAuditorContent({ rollout }: Question): boolean {
  const { auditorsVerdicts, contract, dryRun, visit } = rollout;
  if (contract.audit !== 'external') return true;
  const onVisit = auditorsVerdicts.find((said) => said.subject === 'visit' && said.visit === visit)?.verdict;
  const onAll = auditorsVerdicts.find((said) => said.subject === 'rollout')?.verdict;
  const spoken = isAtEnd(rollout) ? [onVisit, onAll] : [onVisit];
  const isAgainst = spoken.some((verdict) => verdict !== undefined && verdict !== 'PASS');
  // A dry run waits for nobody's word.
  return !isAgainst && (dryRun || spoken.at(-1) !== undefined);
}
