import { LedgerUnfit, LedgerUnreachable } from '../../control/ports/ledger.ts';
import { refusal } from './databaseError.ts';
import { applyMigrations } from './migrations.ts';
import { prepareReaderRole } from './readerRole.ts';

/** Whether the database is as this Sluice needs it. Until then nothing is asked of it: it may lack the tables, or have older ones. */
export class Preparation {
  readonly #connectionString: string;
  readonly #migrationsFolder: string;
  #readerRole: string | null = null;
  #failure = new LedgerUnreachable('the database has not been looked at yet');

  constructor({ connectionString, migrationsFolder }: { connectionString: string; migrationsFolder: string }) {
    this.#connectionString = connectionString;
    this.#migrationsFolder = migrationsFolder;
  }

  /**
   * Brings the schema up to date and sees to the role of projections. May be tried again.
   *
   * @throws LedgerUnreachable where PostgreSQL does not answer, `LedgerUnfit` where it answers and a person has to mend something
   */
  async run(): Promise<void> {
    try {
      await applyMigrations(this.#connectionString, this.#migrationsFolder);
      this.#readerRole = await prepareReaderRole(this.#connectionString);
    } catch (error) {
      this.#failure = failureOf(error);
      throw this.#failure;
    }
  }

  /** @throws LedgerUnreachable while it is not prepared */
  get readerRole(): string {
    if (this.#readerRole === null) throw this.#failure;
    return this.#readerRole;
  }

  /** @throws LedgerUnreachable while it is not prepared */
  assertDone(): void {
    void this.readerRole;
  }
}

/** What PostgreSQL has refused by word is no outage, and nor is anything that Sluice itself could not do with it. */
function failureOf(error: unknown): LedgerUnreachable {
  const refused = refusal(error);
  if (refused !== null) return new LedgerUnfit(refused, { cause: error });
  if (error instanceof LedgerUnreachable) return error;
  return new LedgerUnfit(error instanceof Error ? error.message : String(error), { cause: error });
}
