import { isNoWider } from '../feature/grants.ts';
import type { DecisionContext } from './context.ts';
import { isLive, type RolloutState } from './state.ts';

/**
 * False while lookups are answered from less than the ledger grants: the store was away when a stage began, or a hand or a
 * closing that the ledger has not heard of has lowered it. Time that passes meanwhile proves nothing of this exposure.
 */
export function isServed(rollout: RolloutState, { found }: Pick<DecisionContext, 'found'>): boolean {
  if (rollout.dryRun || !isLive(rollout) || found === null) return true;
  return !found.killed && isNoWider(rollout.grants, found.grants);
}
