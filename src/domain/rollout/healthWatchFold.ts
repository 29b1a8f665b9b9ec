import type { EntryOf } from '../ledger/entry.ts';
import type { HealthWatch } from './healthWatch.ts';
import type { RolloutState } from './state.ts';

/** What begins with a rollback; null where the contract does not ask, or nobody had been exposed. */
export function watchAfter(state: RolloutState, { data }: EntryOf<'rolledBack'>, atMs: number): HealthWatch | null {
  const { verifyHealth } = state.contract.rolloutWedge.rollback;
  if (!verifyHealth || state.dryRun || data.fromStage === null) return null;
  const { stageIndex, visit } = state;
  return { sinceMs: atMs, stageIndex, visit, automatic: data.automatic, found: null };
}

/** Where the exposure has changed since, nobody waits for it any more. */
export function verifiedBy(
  { healthWatch }: RolloutState,
  { data }: EntryOf<'healthVerified'>,
  atMs: number,
): HealthWatch | null {
  const { outcome, detail } = data;
  return healthWatch === null ? null : { ...healthWatch, found: { outcome, detail, atMs } };
}
