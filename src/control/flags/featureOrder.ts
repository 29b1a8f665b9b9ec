import type { FlagView } from './flagView.ts';

/** The keys of all features that a view serves, in order. Sorted anew only where one has come or gone, not at every lookup. */
export class FeatureOrder {
  readonly #view: FlagView;
  #known: ReadonlySet<string> = new Set();
  #keys: readonly string[] | null = null;
  #among = new WeakMap<readonly string[], readonly string[]>();

  constructor(view: FlagView) {
    this.#view = view;
    view.watch((feature) => {
      if (this.#known.has(feature) !== (view.document(feature) !== undefined)) this.#keys = null;
    });
  }

  /** Those of them that are listed; null: all. The same list is looked through once. */
  keys(listed: readonly string[] | null): readonly string[] {
    const all = this.#keys ?? this.#sort();
    if (listed === null) return all;
    const known = this.#among.get(listed);
    if (known !== undefined) return known;
    const wanted = new Set(listed);
    const keys = all.filter((key) => wanted.has(key));
    this.#among.set(listed, keys);
    return keys;
  }

  #sort(): readonly string[] {
    this.#known = new Set(this.#view.features());
    this.#among = new WeakMap();
    const keys = [...this.#known].sort();
    this.#keys = keys;
    return keys;
  }
}
