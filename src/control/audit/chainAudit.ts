import { ChainVerifier } from '../../domain/audit/chainVerifier.ts';
import { type AuditReport, type AuditVerdict, findingText, MOST_FINDINGS } from '../../domain/audit/report.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { type Ledger, LedgerUnreachable } from '../ports/ledger.ts';

/** INCONCLUSIVE: the ledger did not answer, or has not told all yet, so nothing may open. */
export type ChainVerdict = {
  readonly verdict: AuditVerdict;
  readonly throughSeq: number;
  /** What is wrong, or missing; none where the verdict is PASS. */
  readonly findings: readonly string[];
};

type Audited = Pick<RolloutState, 'id' | 'feature'>;

const PAGE = 500;
/** Rollouts whose last look is remembered; one that is forgotten is looked at again. */
const MOST_REMEMBERED = 10_000;
const AWAY: ChainVerdict = { verdict: 'INCONCLUSIVE', throughSeq: 0, findings: ['the ledger can not be reached'] };

/**
 * The audit of a rollout: its chain through the independent verifier, from the first entry to the last. Another rollout's failing
 * condemns nobody but that one; a broken chain, and a door that something else came through, condemn all.
 */
export class ChainAudit {
  readonly #ledger: Ledger;
  /** What was found, by rollout: good until its chain grows. */
  readonly #last = new Map<string, ChainVerdict>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Looks only where the chain has grown, or where the last look was no PASS. */
  async sinceLastLook(rollout: Audited, headSeq: number, nowMs: number): Promise<ChainVerdict> {
    const last = this.#last.get(rollout.id);
    if (last?.verdict === 'PASS' && last.throughSeq >= headSeq) return last;
    return this.fromTheBeginning(rollout, nowMs);
  }

  /** Everything: a tampered old entry must not be carried past by what was seen before. */
  async fromTheBeginning(rollout: Audited, nowMs: number): Promise<ChainVerdict> {
    try {
      return this.#remember(rollout, verdictOf(await this.report(rollout, nowMs)));
    } catch (error) {
      if (!(error instanceof LedgerUnreachable)) throw error;
      return AWAY;
    }
  }

  /** Page by page, so that it costs no more memory than what is live. Throws `LedgerUnreachable`. */
  async report({ id, feature }: Audited, nowMs: number): Promise<AuditReport> {
    // Read first: what is appended meanwhile only comes after it.
    const verifier = new ChainVerifier({ chain: feature, end: await this.#ledger.head(feature) });
    for (let afterSeq = 0; ; afterSeq += PAGE) {
      const page: readonly Entry[] = await this.#ledger.entries(feature, { afterSeq, limit: PAGE });
      for (const entry of page) verifier.take(entry);
      if (page.length < PAGE) return verifier.report(nowMs, id);
    }
  }

  #remember({ id }: Audited, verdict: ChainVerdict): ChainVerdict {
    this.#last.delete(id);
    this.#last.set(id, verdict);
    const [oldest] = this.#last.keys();
    if (this.#last.size > MOST_REMEMBERED && oldest !== undefined) this.#last.delete(oldest);
    return verdict;
  }
}

function verdictOf({ verdict, head, checks }: AuditReport): ChainVerdict {
  const telling = checks.filter((check) => check.verdict === verdict && verdict !== 'PASS');
  const findings = telling.flatMap((check) => check.findings.map(findingText)).slice(0, MOST_FINDINGS);
  return { verdict, throughSeq: head.seq, findings };
}
