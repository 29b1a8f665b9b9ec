import type { DecisionContext } from './context.ts';
import type { RuledDecision } from './decision.ts';
import { featureIsFree } from './freeToRise.ts';
import * as permission from './permission.ts';
import type { Poll } from './poll.ts';
import * as protection from './protection.ts';
import type { Row } from './row.ts';
import type { RolloutState } from './state.ts';

/** The decision table, its rows by number. First match wins: protection before permission. */
const TABLE: readonly (readonly [number, Row])[] = [
  [1, protection.terminal],
  [2, protection.killedOrBreached],
  [3, protection.rollbackCriterion],
  [4, protection.rollingBack],
  [5, protection.pendingUnasked],
  [6, protection.paused],
  [7, protection.pauseCriterionOrAudit],
  [8, protection.stopped],
  [9, protection.noProgress],
  [10, permission.needsData],
  [11, permission.windows],
  [12, permission.success],
  [13, permission.audit],
  [14, permission.complete],
  [15, featureIsFree],
  [16, permission.approval],
  [17, permission.open],
];

/**
 * What happens next. Pure and total: the same input gives the same decision, whoever asks and whenever (SLU-REPLAY).
 */
export function decide(
  rollout: RolloutState,
  poll: Poll | null,
  context: DecisionContext,
  nowMs: number,
): RuledDecision {
  // A poll of another epoch speaks of another exposure: resting on it would roll back, or open, twice.
  const current = poll?.epoch === rollout.epoch ? poll : null;
  const input = { rollout, poll: current, context, nowMs };
  for (const [row, rule] of TABLE) {
    const decision = rule(input);
    if (decision !== null) return { ...decision, row };
  }
  throw new Error('the last row of the decision table always applies');
}
