/** What goes wrong with a release: a leak that empties a pool, so that a small canary alone would not show it. */
type Fault = {
  /** Requests that the new variant serves well before it shows. */
  readonly afterRequests: number;
  readonly errorShare: number;
  readonly extraLatencyMs: number;
};

/** A page of the shop with a new variant behind a feature flag. */
export type Page = {
  readonly path: string;
  readonly feature: string;
  readonly title: string;
  /** null: the new variant is as good as the old one. */
  readonly fault: Fault | null;
};

/** How both variants behave as long as nothing is wrong. */
export const HEALTHY = { errorShare: 0.01, latencyMs: { from: 5, to: 25 } } as const;

export const GOOD_PAGE: Page = { path: '/checkout', feature: 'checkout-v2', title: 'One-page checkout', fault: null };

/** It takes a connection per request and gives none back: after 600 the pool is empty. */
export const BAD_PAGE: Page = {
  path: '/search',
  feature: 'search-v2',
  title: 'Search with suggestions',
  fault: { afterRequests: 600, errorShare: 0.4, extraLatencyMs: 150 },
};

export const PAGES: readonly Page[] = [GOOD_PAGE, BAD_PAGE];
