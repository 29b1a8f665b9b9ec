import { setTimeout as sleep } from 'node:timers/promises';
import { Census } from './census.ts';
import type { CensusReport } from './censusReport.ts';
import type { Lookups } from './lookups.ts';
import type { Page } from './pages.ts';
import { ShopMetrics } from './shopMetrics.ts';
import { NewVariant, serveOldVariant } from './variant.ts';

/** Where time and chance come from. */
export type ShopWorld = {
  /** Epoch ms. */
  readonly now: () => number;
  /** Numbers in [0, 1). */
  readonly chance: () => number;
};

/** The answer to a visitor. */
export type Served = {
  readonly feature: string;
  readonly user: string;
  readonly variant: 'on' | 'off';
  readonly failed: boolean;
};

/** A shop with a new variant behind a flag on each page. What HTTP makes of it: `shopServer.ts`. */
export class Shop {
  readonly metrics: ShopMetrics;
  readonly #lookups: Lookups;
  readonly #world: ShopWorld;
  readonly #census: Census;
  readonly #pages: ReadonlyMap<string, { readonly page: Page; readonly newVariant: NewVariant }>;

  constructor(pages: readonly Page[], lookups: Lookups, world: ShopWorld) {
    const features = pages.map((page) => page.feature);
    this.metrics = new ShopMetrics(features);
    this.#census = new Census(features);
    this.#pages = new Map(pages.map((page) => [page.path, { page, newVariant: new NewVariant(page) }]));
    this.#lookups = lookups;
    this.#world = world;
  }

  /** null: there is no such page. */
  async visit(path: string, user: string): Promise<Served | null> {
    const found = this.#pages.get(path);
    if (found === undefined) return null;
    const { feature } = found.page;
    const startedAtMs = this.#world.now();
    const lookup = await this.#lookups.lookUp(feature, user);
    const { chance } = this.#world;
    const course = lookup.isOn ? found.newVariant.serve(chance) : serveOldVariant(chance);
    await sleep(course.latencyMs);
    const atMs = this.#world.now();
    const failed = course.fails;
    this.metrics.observe({ feature, cohort: lookup.cohort, failed, seconds: (atMs - startedAtMs) / 1000 });
    this.#census.add({ feature, user, lookup, failed, faulty: course.faulty, atMs });
    return { feature, user, variant: lookup.isOn ? 'on' : 'off', failed };
  }

  census(): CensusReport {
    return this.#census.report();
  }
}
