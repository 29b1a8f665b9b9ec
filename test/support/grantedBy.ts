import { closedFeature, foldFeature } from '../../src/domain/feature/featureState.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';

/** What lookups may see by the ledger alone, after all entries. */
export function grantedBy(chain: readonly Entry[]) {
  const { exposure } = chain.reduce(foldFeature, closedFeature(0));
  return exposure.killed ? [] : exposure.grants;
}
