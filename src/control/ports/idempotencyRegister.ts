/** The answer to a create, kept for 24 h under its token and key. */
export type IdempotentAnswer = {
  readonly requestHash: string;
  readonly status: number;
  readonly location: string | null;
  readonly body: string;
};

/** Throws `LedgerUnreachable`. */
export interface IdempotencyRegister {
  /**
   * Reserves the key for this request. `fresh`: it is yours, finish with `keep` or `abandon`; `busy`: the same request runs elsewhere;
   * `answered`: here is what was said; `mismatch`: the key was used with another body.
   */
  begin(
    tokenId: string,
    key: string,
    requestHash: string,
    nowMs: number,
  ): Promise<
    | { readonly kind: 'fresh' }
    | { readonly kind: 'busy' }
    | { readonly kind: 'mismatch' }
    | { readonly kind: 'answered'; readonly answer: IdempotentAnswer }
  >;
  keep(tokenId: string, key: string, answer: IdempotentAnswer): Promise<void>;
  abandon(tokenId: string, key: string): Promise<void>;
  forgetBefore(beforeMs: number): Promise<void>;
}
