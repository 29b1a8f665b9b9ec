export type FreshnessOptions = {
  /** Milliseconds of a clock that is never set: one set back would keep a view from ever growing stale. */
  readonly monotonicMs: () => number;
  /** The rollback deadline: unrefreshed for so long, a view may have missed a rollback. */
  readonly staleAfterMs: number;
};

/** How long ago a view was last known to be up to date. Stale, it may have missed a rollback. */
export class ViewFreshness {
  /** As old as this it is stale. */
  readonly staleAfterMs: number;
  readonly #monotonicMs: () => number;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;
  #isConfirmed = false;

  constructor({ monotonicMs, staleAfterMs }: FreshnessOptions) {
    this.#monotonicMs = monotonicMs;
    this.staleAfterMs = staleAfterMs;
  }

  /** Of the clock by which `confirmed` counts. */
  nowMs(): number {
    return this.#monotonicMs();
  }

  /** Milliseconds since the view last knew to be up to date; infinite before the first time. */
  ageMs(): number {
    return this.nowMs() - this.#refreshedAtMs;
  }

  /** Also where it has begun with a state that was known before, however young that is: a rollback may have followed it. */
  isStale(): boolean {
    return !this.#isConfirmed || this.ageMs() >= this.staleAfterMs;
  }

  /**
   * For evaluators elsewhere, who go by nothing but this: infinite until somebody has confirmed the view. What it began with may be young,
   * and a rollback may have followed it all the same.
   */
  confirmedAgeMs(): number {
    return this.#isConfirmed ? this.ageMs() : Number.POSITIVE_INFINITY;
  }

  /** Up to date at `asOfMs`, by whoever feeds the view. */
  confirmed(asOfMs: number): void {
    this.#isConfirmed = true;
    this.#refreshedAtMs = Math.max(this.#refreshedAtMs, asOfMs);
  }

  /** What it begins with was up to date so long ago: old news, and no confirmation. */
  restored(ageMs: number): void {
    this.#refreshedAtMs = this.nowMs() - ageMs;
  }
}
