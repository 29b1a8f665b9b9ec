import type { Hold, RuledDecision } from '../../../domain/rollout/decision.ts';
import { hold } from '../../../domain/rollout/hold.ts';
import { describeItem, failedItems, heldFor } from '../../../domain/rollout/preflight.ts';
import type { PreflightDraft } from '../../eligibility/preflight.ts';

/** The row that would have started it. */
const START_ROW = 17;

/** A start at an hour that fails its preflight waits and tries again; the tick says why, and the ledger is not filled with it. */
export function failedStart({ data }: PreflightDraft): Hold & RuledDecision {
  const failed = failedItems(data.items);
  return { ...hold(heldFor(failed), `preflight: ${failed.map(describeItem).join('; ')}`), row: START_ROW };
}
