import type { Policy } from '../../domain/contract/policy.ts';
import { firstAdmin } from '../access/admin.ts';
import type { TokenDirectory } from '../access/tokenDirectory.ts';
import type { TokenDesk } from '../application.ts';
import { LedgerUnfit, LedgerUnreachable } from '../ports/ledger.ts';
import { announcePolicy, type PolicyAnnouncementDeps, PolicyUnapproved } from './policyAnnouncement.ts';

export type LedgerBeginningDeps = PolicyAnnouncementDeps & {
  /** Makes the ledger what this Sluice can work with. Throws `LedgerUnreachable`, or `LedgerUnfit`. */
  readonly prepare: () => Promise<void>;
  readonly policy: Policy;
  readonly directory: TokenDirectory;
  /** Null where an administrator is configured. */
  readonly tokens: TokenDesk | null;
  /** Told the token of the first administrator, once. */
  readonly tellAdminToken: (token: string) => void;
};

/**
 * What is done once before the ledger is worked with, in this order: its tables, the tokens, the law, somebody who can begin. With the
 * ledger away Sluice starts all the same, and does this when it is back: until then everything that needs it finds it out of reach, and
 * until the law is announced nothing is judged by it, so nothing opens.
 */
export class LedgerBeginning {
  readonly #deps: LedgerBeginningDeps;
  #isPrepared = false;
  #isDone = false;
  /** What was said last of why it waits: once is enough. */
  #said: string | null = null;

  constructor(deps: LedgerBeginningDeps) {
    this.#deps = deps;
  }

  /**
   * Whether the ledger is there. Nothing happens once it was.
   *
   * @throws LedgerUnfit, PolicyUnapproved: a person has to mend it
   */
  async run(): Promise<boolean> {
    if (this.#isDone) return true;
    try {
      await this.#begin();
    } catch (error) {
      if (!(error instanceof LedgerUnreachable) || error instanceof LedgerUnfit) throw error;
      this.#say(
        'warn',
        'the ledger is out of reach: lookups are served, closing works, all else begins when it is back',
      );
      return false;
    }
    this.#isDone = true;
    if (this.#said !== null) this.#deps.log.info({}, 'the ledger is there: everything has begun');
    return true;
  }

  /** The same for a process that serves already: what a person has to mend is told, and does not end it. */
  async retry(): Promise<void> {
    try {
      await this.run();
    } catch (error) {
      if (!(error instanceof LedgerUnfit) && !(error instanceof PolicyUnapproved)) throw error;
      this.#say('error', error.message);
    }
  }

  async #begin(): Promise<void> {
    const { prepare, directory, policy, tokens, tellAdminToken } = this.#deps;
    if (!this.#isPrepared) await prepare();
    this.#isPrepared = true;
    await directory.refresh();
    await announcePolicy(policy, this.#deps);
    const made = tokens === null ? null : await firstAdmin(tokens);
    if (made !== null) tellAdminToken(made);
  }

  #say(level: 'warn' | 'error', message: string): void {
    if (message === this.#said) return;
    this.#said = message;
    this.#deps.log[level]({}, message);
  }
}
