import type { Clock } from '../ports/clock.ts';
import type { Timer } from '../ports/timer.ts';

/** Of every one else's time: a tick that is due meanwhile, or a rollback under way, waits no longer at any of its steps. */
const MOST_AT_A_STRETCH_MS = 5;
/** About as long, where a clock that stands still does not tell. */
const MOST_POLLS_AT_A_STRETCH = 64;
const REPORT_EVERY_MS = 500;

/** Lets everybody else have their turn, again and again: a simulation must never delay a rollback. */
export class Pacer {
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #signal: AbortSignal;
  #restedAtMs: number;
  #polls = 0;
  #reportedAtMs: number;

  constructor({ clock, timer }: { readonly clock: Clock; readonly timer: Timer }, signal: AbortSignal) {
    this.#clock = clock;
    this.#timer = timer;
    this.#signal = signal;
    this.#restedAtMs = clock.nowMs();
    this.#reportedAtMs = this.#restedAtMs;
  }

  /** Rejects with the signal's reason once it is aborted. True where it is time to say how far it is. */
  async breathe(): Promise<boolean> {
    this.#signal.throwIfAborted();
    this.#polls += 1;
    const nowMs = this.#clock.nowMs();
    // A clock that was set back must not make this one go on without a rest.
    const isRested = Math.abs(nowMs - this.#restedAtMs) < MOST_AT_A_STRETCH_MS;
    if (isRested && this.#polls < MOST_POLLS_AT_A_STRETCH) return false;
    this.#polls = 0;
    await this.#timer.sleep(0, this.#signal);
    this.#restedAtMs = this.#clock.nowMs();
    if (Math.abs(nowMs - this.#reportedAtMs) < REPORT_EVERY_MS) return false;
    this.#reportedAtMs = nowMs;
    return true;
  }
}
