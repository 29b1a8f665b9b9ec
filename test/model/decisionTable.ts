import { T0 } from '../support/ledgerStory.ts';
import type { Person } from './act.ts';
import type { Evidence } from './evidence.ts';
import { DWELL_MS, HOUR, MINUTE, type Plan, STAGES, WINDOW_MS } from './plan.ts';

export type WedgeState = 'PENDING' | 'ACTIVE' | 'PAUSED' | 'COMPLETE' | 'ROLLED_BACK';
/** A person who wants it to start or advance; without one the controller decides by itself. */
export type Ask = { readonly by: Person; readonly comment: string | null };
/** `untilMs`: when a hold ends that ends by itself. */
export type Decision = {
  readonly does: 'hold' | 'awaitApproval' | 'rollback' | 'pause' | 'start' | 'ramp' | 'advance' | 'complete';
  readonly why: string;
  readonly untilMs?: number;
};

/** All that a decision rests on. */
export type Standing = {
  readonly plan: Plan;
  readonly nowMs: number;
  readonly wedgeState: WedgeState;
  readonly ramping: boolean;
  readonly stage: number;
  readonly evidence: Evidence;
  readonly stopped: boolean;
  /** A rollback by hand that takes its time: when that is over. */
  readonly rollingBackUntilMs: number | null;
  readonly cooldownUntilMs: number;
  /** The last word of each approver on each stage. */
  readonly words: ReadonlyMap<string, 'approve' | 'reject'>;
  readonly cameBackFrom: ReadonlySet<number>;
};

/** Who proposed approves nothing, and operators do not approve. */
const APPROVERS: readonly Person[] = ['anna', 'emil'];
export const wordOf = (stage: number, by: Person) => `${stage} ${by}`;

export const spoken = ({ does, why, untilMs }: Decision): string =>
  untilMs === undefined ? `${does} ${why}` : `${does} ${why} until minute ${(untilMs - T0) / MINUTE}`;
const hold = (why: string): Decision => ({ does: 'hold', why });

/** The table of `domain.md` over a rollout that has not ended; first match wins. */
export function decided(at: Standing, ask: Ask | null): Decision {
  const { last, badLooks, acknowledged, isStuck } = at.evidence;
  const isActive = at.wedgeState === 'ACTIVE';
  if (last?.bad === true && badLooks >= at.plan.consecutive) return { does: 'rollback', why: 'criterion' };
  if (at.rollingBackUntilMs !== null) return goingDown(at, at.rollingBackUntilMs);
  if (at.wedgeState === 'PAUSED') return hold('paused');
  if (isActive && last?.slow === true && !acknowledged) return { does: 'pause', why: 'criterion' };
  if (at.stopped) return hold('globalStop');
  if (isActive && isStuck) return { does: 'pause', why: 'noProgress' };
  return (isActive ? unproven(at, ask) : null) ?? unfree(at, ask) ?? onward(at);
}

/** Row 4: whatever is not as it should be, and it goes at once. */
function goingDown({ nowMs, evidence: { last, acknowledged } }: Standing, untilMs: number): Decision {
  if (last?.slow === true && !acknowledged) return { does: 'rollback', why: 'criterion' };
  if (last?.lacks === 'sourceUnavailable') return { does: 'rollback', why: 'sourceUnavailable' };
  if (nowMs >= untilMs) return { does: 'rollback', why: 'operator' };
  return { ...hold('rollingBack'), untilMs };
}

/** Rows 10 to 14: what the release itself must show. */
function unproven(at: Standing, ask: Ask | null): Decision | null {
  const { last } = at.evidence;
  if (last === null) return hold('missingData');
  if (last.lacks !== null) return hold(last.lacks);
  const leftMs = windowLeftMs(at, ask);
  if (leftMs > 0) return { ...hold('window'), untilMs: at.nowMs + leftMs };
  if (at.ramping) return last.bad || last.slow ? hold('successCriteria') : null;
  if (last.good !== true) return hold('successCriteria');
  if (!at.evidence.isHealthy(at.plan.stabilizationHours * HOUR)) return hold('health');
  return at.stage === STAGES.length - 1 ? { does: 'complete', why: 'ready' } : null;
}

/** Only a reasoned wish stands in for the stage's duration, and for nothing else. */
function windowLeftMs({ plan, ramping, evidence }: Standing, ask: Ask | null): number {
  const { visitMs, observedMs } = evidence;
  if (ramping) return DWELL_MS - visitMs;
  const durationMs = ask !== null && ask.comment !== null ? 0 : plan.durationHours * HOUR - visitMs;
  const stabilizationMs = plan.stabilizationHours * HOUR - observedMs;
  return Math.max(DWELL_MS - visitMs, durationMs, WINDOW_MS - observedMs, stabilizationMs);
}

/** Rows 15 and 16: what must be over, and who must agree. */
function unfree(at: Standing, ask: Ask | null): Decision | null {
  if (at.nowMs < at.cooldownUntilMs) return { ...hold('cooldown'), untilMs: at.cooldownUntilMs };
  // The ramp ends at the stage whose gate the start has passed.
  return !at.ramping && isGateShut(at, ask) ? { does: 'awaitApproval', why: 'approval' } : null;
}

function isGateShut({ plan, wedgeState, stage, words, cameBackFrom }: Standing, ask: Ask | null): boolean {
  const isStart = wedgeState === 'PENDING';
  const next = isStart ? 0 : stage + 1;
  const isRejected = APPROVERS.some((by) => words.get(wordOf(next, by)) === 'reject');
  const approvers = APPROVERS.filter((by) => words.get(wordOf(next, by)) === 'approve');
  const counting = APPROVERS.filter((by) => approvers.includes(by) || ask?.by === by);
  const isApproved = !isRejected && counting.length >= (plan.critical ? 2 : 1);
  if ((plan.gates.includes(next) || cameBackFrom.has(next)) && !isApproved) return true;
  const somebodyAsks = isStart || ask !== null || (!isRejected && approvers.length > 0);
  return plan.manual && !somebodyAsks;
}

/** Row 17. */
function onward({ wedgeState, ramping }: Standing): Decision {
  if (wedgeState === 'PENDING') return { does: 'start', why: 'ready' };
  return { does: ramping ? 'ramp' : 'advance', why: 'ready' };
}
