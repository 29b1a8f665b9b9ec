import type { InstallationRegister } from '../../control/ports/installationRegister.ts';
import { type InstallationState, NEW_INSTALLATION } from '../../domain/governance/installationState.ts';
import { INSTALLATION_CHAIN } from '../../domain/ledger/entry.ts';
import type { Connection } from './connection.ts';
import { documentIn } from './document.ts';

export class PostgresInstallation implements InstallationRegister {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(): Promise<InstallationState> {
    const where = { chain: INSTALLATION_CHAIN };
    const row = await this.#connection.query((prisma) => prisma.installation.findUnique({ where }));
    return row === null ? NEW_INSTALLATION : documentIn<InstallationState>(row.state);
  }
}
