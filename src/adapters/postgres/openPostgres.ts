import type { Records } from '../../control/ports/records.ts';
import { Connection } from './connection.ts';
import { PostgresAcknowledgements } from './postgresAcknowledgements.ts';
import { PostgresContracts } from './postgresContracts.ts';
import { PostgresFeatures } from './postgresFeatures.ts';
import { PostgresIdempotency } from './postgresIdempotency.ts';
import { PostgresInstallation } from './postgresInstallation.ts';
import { PostgresLedger } from './postgresLedger.ts';
import { PostgresOutbox } from './postgresOutbox.ts';
import { PostgresProjections } from './postgresProjections.ts';
import { PostgresRollouts } from './postgresRollouts.ts';
import { PostgresTokens } from './postgresTokens.ts';
import { PostgresWaivers } from './postgresWaivers.ts';
import { Preparation } from './preparation.ts';
import { ReadOnly } from './readOnly.ts';

export type PostgresOptions = {
  readonly connectionString: string;
  /** Holds `<name>/migration.sql`. */
  readonly migrationsFolder: string;
  /** Stamped into every entry. */
  readonly environment: string;
  /** 10 unless told. */
  readonly maxConnections?: number;
};

export type Postgres = Records & {
  /** As `Preparation.run` has it. Until then everything else throws `LedgerUnreachable`. */
  prepare(): Promise<void>;
  /** Waits for what is under way. */
  close(): Promise<void>;
};

/** Connections for projections, beside those above. */
const READERS = 3;

/** Everything that is kept in PostgreSQL. It need not be there yet: it is first asked when it is prepared. */
export function openPostgres(options: PostgresOptions): Postgres {
  const { connectionString, environment, maxConnections = 10 } = options;
  const preparation = new Preparation(options);
  const readOnly = new ReadOnly({
    connectionString,
    maxConnections: READERS,
    readerRole: () => preparation.readerRole,
  });
  const connection = new Connection({ connectionString, maxConnections, preparation });
  return {
    prepare: () => preparation.run(),
    ledger: new PostgresLedger(connection, environment),
    features: new PostgresFeatures(connection),
    contracts: new PostgresContracts(connection),
    waivers: new PostgresWaivers(connection),
    rollouts: new PostgresRollouts(connection),
    installation: new PostgresInstallation(connection),
    tokens: new PostgresTokens(connection),
    idempotency: new PostgresIdempotency(connection),
    outbox: new PostgresOutbox(connection),
    projections: new PostgresProjections(readOnly),
    acknowledgements: new PostgresAcknowledgements(connection),
    close: async () => {
      await readOnly.close();
      await connection.close();
    },
  };
}
