import { timeOf, timeOrNull } from '../time.ts';
import type { AwaitApproval, RuledDecision } from './decision.ts';
import type { Poll } from './poll.ts';
import { endsAtMs, type RollingBack } from './rollingBack.ts';
import { standingApprovers } from './stageGate.ts';
import { isPending, isTerminal, type RolloutState } from './state.ts';

/** Why it stands where it stands. Times RFC 3339. */
export type DecisionView = {
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

type LastTick = { readonly poll: Poll; readonly decision: RuledDecision };

/** What was decided last, as it stands now: what has come of it since is in the state. */
export function decisionView(state: RolloutState, tick: LastTick | null): DecisionView | null {
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
  return { kind, reason, detail, row, at: timeOf(tick.poll.atMs), unblocksAt: timeOrNull(unblocksAtMs), ...waiting };
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
    since: timeOf(sinceMs ?? poll.atMs),
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
  const [at, unblocksAt] = [timeOf(state.lastEntryAtMs), timeOf(endsAtMs(rollingBack))];
  const detail = 'a person takes it back step by step';
  return { kind: 'hold', reason: 'rollingBack', detail, row: 4, at, unblocksAt, ...NOBODY_WAITS };
}

function ended(state: RolloutState): DecisionView {
  const by = state.supersededBy === null ? '' : ` by ${state.supersededBy}`;
  const detail = `the rollout is ${state.wedgeState}${by}`;
  const at = timeOf(state.endedAtMs ?? state.lastEntryAtMs);
  return { kind: 'hold', reason: 'terminal', detail, row: 1, at, unblocksAt: null, ...NOBODY_WAITS };
}
