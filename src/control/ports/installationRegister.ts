import type { InstallationState } from '../../domain/governance/installationState.ts';

/** The installation as its chain has made it; written by `Ledger.append` alone. Throws `LedgerUnreachable`. */
export interface InstallationRegister {
  get(): Promise<InstallationState>;
}
