import type { Clock } from '../../src/control/ports/clock.ts';

/** A clock that stands still until it is told to go on, or back. */
export class HeldClock implements Clock {
  #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Negative: somebody sets it back. */
  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
