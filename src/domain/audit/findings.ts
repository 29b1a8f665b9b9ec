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

  /** `late`: failures of this moment. `open`: what can't be told yet; it decides only where nothing fails. */
  report(late: readonly Finding[], open: readonly Finding[]): CheckReport {
    const failed = this.#failed + late.length;
    const findings = [...this.#kept, ...late, ...open].slice(0, MOST_FINDINGS);
    const verdict = failed > 0 ? 'FAIL' : open.length > 0 ? 'INCONCLUSIVE' : 'PASS';
    return { check: this.check, verdict, examined: this.#examined, found: failed + open.length, findings };
  }
}
