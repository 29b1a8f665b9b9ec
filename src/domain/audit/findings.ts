import { type CheckId, type CheckReport, type Finding, MOST_FINDINGS } from './report.ts';

/** Failures of the moment, and what can't be told yet: the latter decides only where nothing fails. */
export type AtTheEnd = { readonly failed: readonly Finding[]; readonly open: readonly Finding[] };

/** What one check has found so far. Keeps the first findings, and of each rollout at least one; the others are counted. */
export class Findings {
  readonly check: CheckId;
  #examined = 0;
  #more = 0;
  readonly #kept: Finding[] = [];
  readonly #told = new Set<string | null>();

  constructor(check: CheckId) {
    this.check = check;
  }

  examine(): void {
    this.#examined += 1;
  }

  fail(seq: number, rollout: string | null, message: string): void {
    const isKept = this.#kept.length < MOST_FINDINGS || !this.#told.has(rollout);
    this.#told.add(rollout);
    if (isKept) this.#kept.push({ check: this.check, seq, rollout, message });
    else this.#more += 1;
  }

  report(end: AtTheEnd, concerns: (finding: Finding) => boolean): CheckReport {
    const failed = [...this.#kept, ...end.failed].filter(concerns);
    const open = end.open.filter(concerns);
    const findings = [...failed, ...open].slice(0, MOST_FINDINGS);
    const verdict = failed.length > 0 ? 'FAIL' : open.length > 0 ? 'INCONCLUSIVE' : 'PASS';
    const found = failed.length + open.length + (failed.length > 0 ? this.#more : 0);
    return { check: this.check, verdict, examined: this.#examined, found, findings };
  }
}
