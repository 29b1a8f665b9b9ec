import type { Entry } from '../../domain/ledger/entry.ts';
import { INSTALLATION_CHAIN } from '../../domain/ledger/entry.ts';
import { exportHeader } from '../../domain/ledger/exportHeader.ts';
import type { LedgerDesk, LedgerExport } from '../application.ts';
import type { FeatureRegister } from '../ports/featureRegister.ts';
import type { Ledger } from '../ports/ledger.ts';
import { Refusal } from '../refusal.ts';

export type LedgerExportsDeps = {
  readonly features: FeatureRegister;
  readonly ledger: Ledger;
  readonly environment: string;
};

const PAGE = 200;

/** Whole chains, to take away. They are told as they lie: whether they hold is for the verifier to say, not for who keeps them. */
export class LedgerExports implements LedgerDesk {
  readonly #deps: LedgerExportsDeps;

  constructor(deps: LedgerExportsDeps) {
    this.#deps = deps;
  }

  /** Archived features too: what was done stays to be audited. */
  async ofFeature(key: string): Promise<LedgerExport> {
    if ((await this.#deps.features.get(key)) === null) throw new Refusal('NOT_FOUND', 'no such feature');
    return this.#export(key);
  }

  ofInstallation(): Promise<LedgerExport> {
    return this.#export(INSTALLATION_CHAIN);
  }

  async #export(chain: string): Promise<LedgerExport> {
    // Read first: what is appended meanwhile is no part of it.
    const head = await this.#deps.ledger.head(chain);
    // Before anything is answered: a ledger that is away is a refusal, not an answer that breaks off.
    const first = await this.#page(chain, 0, head.seq);
    const header = exportHeader(chain, this.#deps.environment, head);
    return { header, pages: this.#pages(chain, head.seq, first) };
  }

  async *#pages(chain: string, throughSeq: number, first: readonly Entry[]): AsyncGenerator<readonly Entry[]> {
    let [page, afterSeq] = [first, 0];
    // The second condition is for a ledger that was tampered with: numbers that do not grow would be read for ever.
    for (let last = page.at(-1); last !== undefined && last.seq > afterSeq; last = page.at(-1)) {
      yield page;
      afterSeq = last.seq;
      page = await this.#page(chain, afterSeq, throughSeq);
    }
  }

  async #page(chain: string, afterSeq: number, throughSeq: number): Promise<readonly Entry[]> {
    const entries = await this.#deps.ledger.entries(chain, { afterSeq, limit: PAGE });
    return entries.filter(({ seq }) => seq <= throughSeq);
  }
}
