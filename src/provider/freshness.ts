/** How old the documents are at most, by a clock that is never set. Unheard, they are infinitely old. */
export class Freshness {
  readonly #monotonicMs: () => number;
  #asOfMs = Number.NEGATIVE_INFINITY;
  #staleAfterMs = 0;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** For how long documents may be trusted; told by every snapshot. */
  trustFor(staleAfterMs: number): void {
    this.#staleAfterMs = staleAfterMs;
  }

  /** A server told its documents' age at this time or later. An older word, heard late, makes nothing younger or older. */
  heard(ageMs: number, atMs: number): void {
    this.#asOfMs = Math.max(this.#asOfMs, atMs - ageMs);
  }

  /** 0 where the deadline has passed. */
  msLeft(): number {
    return Math.max(0, this.#asOfMs + this.#staleAfterMs - this.#monotonicMs());
  }

  isStale(): boolean {
    return this.msLeft() === 0;
  }
}
