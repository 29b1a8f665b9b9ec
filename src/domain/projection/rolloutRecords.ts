import type { ContractState } from '../governance/contractState.ts';
import type { Entry } from '../ledger/entry.ts';
import type { RolloutState } from '../rollout/state.ts';

/** The entries that lineage and completion rest on. */
export const LINEAGE = [
  'proposed',
  'approved',
  'rejected',
  'created',
  'started',
  'ramped',
  'stageApproved',
  'advanced',
  'paused',
  'resumed',
  'rolledBack',
  'completed',
  'superseded',
  'audited',
] as const satisfies readonly Entry['type'][];

/** What is recorded of one rollout, at one moment. */
export type RolloutRecords = {
  readonly rollout: RolloutState;
  /** null where the record of its contract is not there: the lineage then says so. */
  readonly contract: ContractState | null;
  /** Of the types above, about this rollout or its contract as such, in the order of the chain. */
  readonly entries: readonly Entry[];
};
