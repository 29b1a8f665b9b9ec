import type { CheckId, CheckReport, Finding } from './report.ts';
import { MOST_FINDINGS } from './report.ts';

/** What one check has found so far. Keeps the first findings and counts the others, so that a rotten chain fills no memory. */
export class Findings {
  readonly check: CheckId;
  #examined = 0;
  #failed = 0;
  readonly #kept: Finding[] = [];

  constructor(check: CheckId) {
    this.check = check;
  }

  examine(): void {
    this.#examined += 1;
  }

  fail(seq: number, rollout: string | null, message: string): void {
    this.#failed += 1;
    if (this.#kept.length < MOST_FINDINGS) this.#kept.push({ check: this.check, seq, rollout, message });
  }

  /** `open`: what can't be told yet. It is told beside the failures, and decides only where there are none. */
  report(open: readonly Finding[]): CheckReport {
    const found = this.#failed + open.length;
    const findings = [...this.#kept, ...open].slice(0, MOST_FINDINGS);
    const { check } = this;
    return { check, verdict: this.#verdict(open), examined: this.#examined, found, findings };
  }

  #verdict(open: readonly Finding[]) {
    if (this.#failed > 0) return 'FAIL';
    return open.length > 0 ? 'INCONCLUSIVE' : 'PASS';
  }
}
