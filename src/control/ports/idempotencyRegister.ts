/** The answer to a create, kept for 24 h under its token and key. */
export type IdempotentAnswer = {
  readonly requestHash: string;
  readonly status: number;
  readonly location: string | null;
  readonly body: string;
};

/**
 * `fresh`: the key is yours, finish with `keep` or `abandon`; `busy`: the same request runs elsewhere;
 * `answered`: here is what was said; `mismatch`: the key was used with another body.
 */
export type Reservation =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'answered'; readonly answer: IdempotentAnswer };

/** How long a key stands for its request. */
export const KEPT_MS = 24 * 3_600_000;

/** Throws `LedgerUnreachable`. */
export interface IdempotencyRegister {
  /**
   * Reserves the key for this request. Of two equal requests at once exactly one finds it `fresh`. A reservation that a crash left
   * without an answer stays `busy` for as long as an answer would have stood: the create may have happened.
   */
  begin(tokenId: string, key: string, requestHash: string, nowMs: number): Promise<Reservation>;
  keep(tokenId: string, key: string, answer: IdempotentAnswer): Promise<void>;
  /** Frees a reservation; an answer that was kept stays. */
  abandon(tokenId: string, key: string): Promise<void>;
  forgetBefore(beforeMs: number): Promise<void>;
}
