/** A request to the one address that an exchange is for; `path` is appended to the path of that address. */
export type HttpRequest = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Where the answer is wanted sooner than the exchange's own limit. */
  readonly timeoutMs?: number;
};

/** `failed` tells people what went wrong, in words that hold neither credentials nor a query string. */
export type HttpAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly contentType: string; readonly text: string }
  | { readonly kind: 'failed'; readonly detail: string };

/**
 * HTTP with one outside address, bounded in time, size and concurrency, waiting for a free connection included.
 * Keeps the address's credentials to itself. Follows no redirect.
 */
export interface HttpExchange {
  /** Rejects with the signal's reason where `signal` is aborted, and for nothing else. */
  exchange(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}
