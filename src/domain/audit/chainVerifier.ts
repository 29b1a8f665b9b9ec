import { ChainLinks } from './chainLinks.ts';
import { Findings } from './findings.ts';
import { Malformed } from './read.ts';
import { type AuditReport, CHECK_IDS, type CheckId, worstOf } from './report.ts';

/**
 * The independent verifier: holds each law against a chain, entry by entry, by reckoning of its own. It shares no code with what
 * writes the chain, so that one mistake does not prove itself right. Keeps what is live, not what has been.
 */
export class ChainVerifier {
  readonly #links: ChainLinks;
  readonly #findings = new Map(CHECK_IDS.map((check) => [check, new Findings(check)]));
  #entries = 0;
  /** The number of the first entry that does not follow: nothing after it proves anything. */
  #brokenAt: number | null = null;

  constructor(options: { readonly chain?: string }) {
    this.#links = new ChainLinks(options.chain);
  }

  /** The next entry. Never throws, whatever it is given: what can't be read is a finding. */
  take(entry: unknown): void {
    this.#entries += 1;
    if (this.#brokenAt !== null) return;
    const chain = this.#of('SLU-CHAIN');
    chain.examine();
    const fault = faultOf(() => this.#links.follow(entry));
    if (fault === null) return;
    this.#brokenAt = this.#links.head.seq + 1;
    chain.fail(this.#brokenAt, null, fault);
  }

  /** `nowMs`: the time by which what is still missing is judged. */
  report(_nowMs: number): AuditReport {
    const checks = [...this.#findings.values()].map((findings) => findings.report(this.#open(findings.check)));
    const verdict = worstOf(checks.map((check) => check.verdict));
    return { verdict, entries: this.#entries, head: this.#links.head, checks };
  }

  #open(check: CheckId) {
    if (this.#brokenAt === null || check === 'SLU-CHAIN') return [];
    const message = 'the chain is broken here: what follows proves nothing';
    return [{ check, seq: this.#brokenAt, rollout: null, message }];
  }

  #of(check: CheckId): Findings {
    const findings = this.#findings.get(check);
    if (findings === undefined) throw new Error(`there is no check ${check}`);
    return findings;
  }
}

function faultOf(look: () => string | null): string | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof Malformed) return error.message;
    return error instanceof Error ? `can not be read: ${error.message}` : 'can not be read';
  }
}
