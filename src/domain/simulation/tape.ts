import type { ArmCounts } from '../statistics/armCounts.ts';

type Windows = ReadonlyArray<ArmCounts | null>;

/**
 * What everybody did over a stretch of the past, by windows of equal length one after the other: how much had been counted by any
 * instant, a window's counts spread evenly over it. Windows without data have counted nothing, and say so.
 */
export class Tape {
  readonly #windows: Windows;
  readonly #fromMs: number;
  readonly #windowMs: number;
  readonly #totals: Float64Array;
  readonly #bads: Float64Array;

  /** The first window begins at `fromMs`. */
  constructor(windows: Windows, fromMs: number, windowMs: number) {
    this.#windows = windows;
    this.#fromMs = fromMs;
    this.#windowMs = windowMs;
    this.#totals = summed(windows, (window) => window.total);
    this.#bads = summed(windows, (window) => window.bad);
  }

  /** Whether anything is known of an instant. */
  isKnown(atMs: number): boolean {
    // The instant at which a window ends belongs to it.
    return (this.#windows[Math.ceil((atMs - this.#fromMs) / this.#windowMs) - 1] ?? null) !== null;
  }

  totalBy = (atMs: number): number => this.#by(this.#totals, atMs);
  badBy = (atMs: number): number => this.#by(this.#bads, atMs);

  #by(sums: Float64Array, atMs: number): number {
    const place = Math.min(Math.max(0, (atMs - this.#fromMs) / this.#windowMs), this.#windows.length);
    const whole = Math.floor(place);
    const before = sums[whole] ?? 0;
    return before + (place - whole) * ((sums[whole + 1] ?? before) - before);
  }
}

/** Of the windows before each, and at the end of all. */
function summed(windows: Windows, part: (window: ArmCounts) => number): Float64Array {
  const sums = new Float64Array(windows.length + 1);
  for (const [index, window] of windows.entries()) {
    sums[index + 1] = (sums[index] ?? 0) + (window === null ? 0 : part(window));
  }
  return sums;
}
