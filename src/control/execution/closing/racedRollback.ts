import { rollbackStage } from '../../../domain/rollout/rollbackTarget.ts';
import type { RolloutState } from '../../../domain/rollout/state.ts';
import type { RollbackRequest } from '../../ports/closingRequest.ts';

/**
 * Where it went when it was carried out, from where the rollout was seen then: told to the ledger later, it must not come out
 * higher than lookups have been since.
 */
export function targetAsSeen(state: RolloutState, request: RollbackRequest): number | null {
  if (request.seen === null) return Number.POSITIVE_INFINITY;
  const { visit, stageIndex } = request.seen;
  return rollbackStage({ ...state, stageIndex, phase: visit === 0 ? 'ramp' : 'stage' }, request);
}

/**
 * Somebody else has taken the same exposure back, or an answer was lost: to do it again would take more than was asked for. A person
 * who wants it at zero gets it there all the same.
 */
export function wasClosedSince(state: RolloutState, request: RollbackRequest): boolean {
  const { seen, automatic } = request;
  if (seen === null || (!automatic && rollbackStage(state, request) === null)) return false;
  return state.visit > seen.visit && state.stageIndex < seen.stageIndex;
}

/** Null is zero. What a lost race has published already is not to be raised again. */
export const lowerOf = (one: number | null, other: number | null) =>
  one === null || other === null ? null : Math.min(one, other);
