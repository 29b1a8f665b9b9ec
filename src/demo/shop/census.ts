import type { CensusReport, FeatureRecord } from './censusReport.ts';
import type { Lookup } from './lookups.ts';

/** One served request. */
export type Visit = {
  readonly feature: string;
  readonly user: string;
  readonly lookup: Lookup;
  readonly failed: boolean;
  /** The new variant's fault had shown. */
  readonly faulty: boolean;
  readonly atMs: number;
};

type Seen = { stage: string | null; percentage: number | null; on: Set<string>; off: Set<string> };

class FeatureCensus {
  readonly #exposures = new Map<number, Seen>();
  readonly #met = new Set<string>();
  readonly #hurt = new Set<string>();
  #faultAtMs: number | null = null;
  #lastMetAtMs: number | null = null;
  #failedLookups = 0;

  add(visit: Visit): void {
    const { lookup, user, atMs } = visit;
    if (lookup.failed) this.#failedLookups += 1;
    if (lookup.version !== null) this.#seenAt(lookup.version, lookup)[lookup.isOn ? 'on' : 'off'].add(user);
    if (!lookup.isOn) return;
    this.#met.add(user);
    this.#lastMetAtMs = atMs;
    if (!visit.faulty) return;
    this.#faultAtMs ??= atMs;
    if (visit.failed) this.#hurt.add(user);
  }

  report(): FeatureRecord {
    const exposures = [...this.#exposures].sort(([a], [b]) => a - b);
    return {
      exposures: exposures.map(([version, seen]) => ({ version, ...seen, on: sorted(seen.on), off: sorted(seen.off) })),
      met: sorted(this.#met),
      hurt: sorted(this.#hurt),
      faultAtMs: this.#faultAtMs,
      lastMetAtMs: this.#lastMetAtMs,
      failedLookups: this.#failedLookups,
    };
  }

  #seenAt(version: number, { stage, percentage }: Lookup): Seen {
    const known = this.#exposures.get(version);
    if (known !== undefined) return known;
    const seen: Seen = { stage, percentage, on: new Set(), off: new Set() };
    this.#exposures.set(version, seen);
    return seen;
  }
}

/** The shop's own count of who met what: the story holds Sluice's words against it. */
export class Census {
  readonly #features: ReadonlyMap<string, FeatureCensus>;

  constructor(features: readonly string[]) {
    this.#features = new Map(features.map((feature) => [feature, new FeatureCensus()]));
  }

  add(visit: Visit): void {
    this.#features.get(visit.feature)?.add(visit);
  }

  report(): CensusReport {
    return Object.fromEntries([...this.#features].map(([feature, census]) => [feature, census.report()]));
  }
}

const sorted = (users: ReadonlySet<string>) => [...users].sort();
