import type { ContractState } from '../../domain/governance/contractState.ts';
import type { Cursor } from './featureRegister.ts';

/** The contracts, as their entries have made them; written by `Ledger.append` alone. Throws `LedgerUnreachable`. */
export interface ContractRegister {
  get(id: string): Promise<ContractState | null>;
  /** Newest first. */
  list(filter: { readonly feature?: string }, cursor: Cursor): Promise<readonly ContractState[]>;
}
