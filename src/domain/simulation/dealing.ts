import type { CohortShares } from '../feature/cohort.ts';
import type { PollCounts } from '../statistics/armCounts.ts';
import { binomial } from './binomial.ts';
import type { Random } from './random.ts';
import type { Tape } from './tape.ts';

/**
 * Everybody's requests dealt at random into two cohorts that fare alike, poll by poll. Bad events are dealt in clumps of `clump`, as
 * they come: dealt one by one, they would scatter less than the service's own do, and the plan would look better than it is.
 */
export class Dealing {
  readonly #tape: Tape;
  readonly #clump: number;
  readonly #random: Random;
  /** By poll: what each cohort had counted by then. */
  readonly #treatmentTotal: Float64Array;
  readonly #treatmentBad: Float64Array;
  readonly #controlTotal: Float64Array;
  readonly #controlBad: Float64Array;

  constructor(tape: Tape, polls: number, clump: number, random: Random) {
    this.#tape = tape;
    this.#clump = Math.max(1, clump);
    this.#random = random;
    this.#treatmentTotal = new Float64Array(polls + 1);
    this.#treatmentBad = new Float64Array(polls + 1);
    this.#controlTotal = new Float64Array(polls + 1);
    this.#controlBad = new Float64Array(polls + 1);
  }

  /** Deals what came between two instants, of which the later is that of the poll `index`, above 0. */
  deal(index: number, fromMs: number, toMs: number, shares: CohortShares): void {
    const requests = Math.floor(this.#tape.totalBy(toMs)) - Math.floor(this.#tape.totalBy(fromMs));
    const clumps =
      Math.floor(this.#tape.badBy(toMs) / this.#clump) - Math.floor(this.#tape.badBy(fromMs) / this.#clump);
    const total = this.#split(requests, shares);
    const bad = this.#split(clumps, shares);
    this.#count(index, this.#treatmentTotal, this.#treatmentBad, total.treatment, bad.treatment);
    this.#count(index, this.#controlTotal, this.#controlBad, total.control, bad.control);
  }

  /** What was dealt after the poll `from` and up to the poll `to`. */
  between(from: number, to: number): PollCounts {
    const arm = (totals: Float64Array, bads: Float64Array) => {
      const total = (totals[to] ?? 0) - (totals[from] ?? 0);
      // A clump may come in one poll, with requests of several.
      return { total, bad: Math.min(total, (bads[to] ?? 0) - (bads[from] ?? 0)) };
    };
    return {
      treatment: arm(this.#treatmentTotal, this.#treatmentBad),
      control: arm(this.#controlTotal, this.#controlBad),
    };
  }

  isKnown = (atMs: number): boolean => this.#tape.isKnown(atMs);

  #split(count: number, { treatment, control }: CohortShares) {
    const first = binomial(count, treatment, this.#random);
    // Of those that are left, as many as are control's: a draw without putting back.
    const second = treatment >= 1 ? 0 : binomial(count - first, Math.min(1, control / (1 - treatment)), this.#random);
    return { treatment: first, control: second };
  }

  #count(index: number, totals: Float64Array, bads: Float64Array, total: number, clumps: number): void {
    totals[index] = (totals[index - 1] ?? 0) + total;
    bads[index] = (bads[index - 1] ?? 0) + clumps * this.#clump;
  }
}
