import { isNoWider } from '../feature/grants.ts';
import { percentageOf, thresholdOf } from '../feature/threshold.ts';
import { describeVerdict } from '../health/describeVerdict.ts';
import { decides, type Verdict } from '../health/verdict.ts';
import { hoursToMs } from '../hours.ts';
import type { Rollback } from './decision.ts';
import { hold } from './hold.ts';
import { describeCounted, hasReachedLimit } from './limit.ts';
import { endsAtMs } from './rollingBack.ts';
import type { DecisionInput, Row } from './row.ts';
import { isLive, isTerminal } from './state.ts';

/** Row 1. */
export const terminal: Row = ({ rollout }) =>
  isTerminal(rollout.wedgeState) ? hold('terminal', `the rollout is ${rollout.wedgeState}`) : null;

/** Row 2: killed, or more exposed than the contract ever allows. */
export const killedOrBreached: Row = (input) => {
  const { rollout, context } = input;
  if (!isLive(rollout) || context.found === null) return null;
  if (context.found.killed) return toZero('killed', 'the feature is killed');
  const breach = breachedThreshold(input);
  if (breach === null) return null;
  const found = `${percentageOf(breach)} % is exposed, above the blast radius of ${blastRadius(input)} %`;
  return toZero('blastRadius', found);
};

/** INV-RWG-BLAST. What was exposed before this rollout is not its doing. */
function breachedThreshold({ rollout, context }: DecisionInput): number | null {
  const allowed = thresholdOf(rollout.contract.rolloutWedge.maxBlastRadius);
  const breach = context.found?.grants.find((grant) => grant.threshold > allowed && !isNoWider([grant], rollout.base));
  return breach?.threshold ?? null;
}

const blastRadius = ({ rollout }: DecisionInput) => rollout.contract.rolloutWedge.maxBlastRadius;

const toZero = (reason: 'killed' | 'blastRadius', detail: string): Rollback => ({
  kind: 'rollback',
  reason,
  to: 'zero',
  detail,
});

/** A trigger of this severity that decides, fails now, and has failed for its count. */
function failing({ poll }: DecisionInput, severity: 'rollback' | 'pause'): readonly Verdict[] {
  if (poll === null) return [];
  return poll.verdicts.filter(
    (verdict) =>
      verdict.severity === severity && decides(verdict) && verdict.outcome === 'fail' && hasReachedLimit(poll, verdict),
  );
}

/** Row 3. It stands before every hold: stop, pause and missing data never keep a bad release open. */
export const rollbackCriterion: Row = (input) => {
  if (!isLive(input.rollout)) return null;
  const [verdict] = failing(input, 'rollback');
  if (verdict === undefined || input.poll === null) return null;
  const detail = describeCounted(input.poll, verdict);
  const there = input.poll.targetVerdicts.find((judged) => decides(judged) && judged.outcome === 'fail');
  if (there === undefined) return { kind: 'rollback', reason: 'criterion', to: 'plan', detail };
  const worse = `${detail}; the stage before is no better: ${describeVerdict(there)}`;
  return { kind: 'rollback', reason: 'criterion', to: 'zero', detail: worse };
};

/** Row 4. Progressive is for no emergency: with the first sign of one what is left goes at once. */
export const rollingBack: Row = (input) => {
  const { rollingBack: underWay } = input.rollout;
  if (underWay === null) return null;
  const hurry = hurryOf(input);
  if (hurry !== null) return { kind: 'rollback', to: 'underWay', ...hurry };
  const untilMs = endsAtMs(underWay);
  if (input.nowMs < untilMs) return hold('rollingBack', 'a person takes it back step by step', untilMs);
  return {
    kind: 'rollback',
    to: 'underWay',
    reason: 'operator',
    detail: 'the time of the progressive rollback is over',
  };
};

function hurryOf(input: DecisionInput): Pick<Rollback, 'reason' | 'detail'> | null {
  const verdict = unmutedPause(input);
  if (verdict !== undefined) return { reason: 'criterion', detail: describeVerdict(verdict) };
  const away = input.poll?.verdicts.find((one) => decides(one) && one.reason === 'unavailable');
  if (away !== undefined) return { reason: 'sourceUnavailable', detail: describeVerdict(away) };
  return input.context.ledgerAway ? { reason: 'operator', detail: 'its steps can not be recorded' } : null;
}

const unmutedPause = (input: DecisionInput) =>
  failing(input, 'pause').find((failed) => !input.poll?.muted.includes(failed.key));

/** Row 5. */
export const pendingUnasked: Row = ({ rollout, context, nowMs }) => {
  if (rollout.wedgeState !== 'PENDING' || context.ask?.kind === 'start') return null;
  if (rollout.startAtMs !== null && rollout.startAtMs <= nowMs) return null;
  return hold('pending', 'nobody asked it to start', rollout.startAtMs);
};

/** Row 6. */
export const paused: Row = ({ rollout }) =>
  rollout.wedgeState === 'PAUSED' ? hold('paused', 'only resume ends a pause') : null;

/** Row 7. An operator's own pause needs no weighing: the command records it. */
export const pauseCriterionOrAudit: Row = (input) => {
  const { rollout, poll, context } = input;
  const auditFailed = context.audit === 'FAIL' || rollout.auditFailedVisit === rollout.visit;
  if (rollout.wedgeState === 'PENDING' && auditFailed) return hold('audit', 'the ledger does not verify');
  if (rollout.wedgeState !== 'ACTIVE') return null;
  const verdict = unmutedPause(input);
  if (verdict !== undefined && poll !== null)
    return { kind: 'pause', reason: 'criterion', detail: describeCounted(poll, verdict) };
  if (!auditFailed) return null;
  return { kind: 'pause', reason: 'auditFailed', detail: 'the ledger of this visit does not verify' };
};

/** Row 8. Holds that end by themselves. */
export const stopped: Row = ({ context }) => {
  if (context.globalStop) return hold('globalStop', 'the global stop is set');
  if (context.storePaused) return hold('storePaused', '`paused` is set in the flag store');
  return null;
};

/** Row 9: bounded waiting. Without it, missing data would keep users in an unproven release for ever. */
export const noProgress: Row = ({ rollout, poll }) => {
  if (rollout.wedgeState !== 'ACTIVE' || poll === null) return null;
  const windowMs = hoursToMs(rollout.contract.rolloutWedge.observationWindowHours);
  if (poll.activeMs.noProgress < rollout.policy.pauseAfterWindows * windowMs) return null;
  const windows = `${rollout.policy.pauseAfterWindows} observation windows`;
  return { kind: 'pause', reason: 'noProgress', detail: `no poll with all success criteria passing for ${windows}` };
};
