import { HEALTHY, type Page } from './pages.ts';

/** How one request goes. */
export type Course = { readonly latencyMs: number; readonly fails: boolean; readonly faulty: boolean };

/** The new variant of a page: counts what it has served, since its fault, if it has one, comes with use. */
export class NewVariant {
  readonly #page: Page;
  #served = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  /** @param chance gives numbers in [0, 1) */
  serve(chance: () => number): Course {
    const { fault } = this.#page;
    this.#served += 1;
    const healthy = serveOldVariant(chance);
    if (fault === null || this.#served <= fault.afterRequests) return healthy;
    return { latencyMs: healthy.latencyMs + fault.extraLatencyMs, fails: chance() < fault.errorShare, faulty: true };
  }
}

/** What the shop has always served. */
export function serveOldVariant(chance: () => number): Course {
  const { from, to } = HEALTHY.latencyMs;
  return { latencyMs: from + chance() * (to - from), fails: chance() < HEALTHY.errorShare, faulty: false };
}
