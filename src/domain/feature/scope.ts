/** The allowed values of one attribute, or everyone. */
export type Facet = 'all' | readonly string[];

/** Which contexts a grant may meet. */
export type Scope = { readonly groups: Facet; readonly regions: Facet; readonly tiers: Facet };

/** The part of an evaluation context that scopes look at. */
export type ScopedContext = {
  readonly groups: readonly string[];
  readonly region: string | null;
  readonly tier: string | null;
};

export const EVERYONE: Scope = { groups: 'all', regions: 'all', tiers: 'all' };
export const INTERNAL: Scope = { groups: ['internal'], regions: 'all', tiers: 'all' };

const admits = (facet: Facet, value: string | null) => facet === 'all' || (value !== null && facet.includes(value));

const admitsAny = (facet: Facet, values: readonly string[]) =>
  facet === 'all' || values.some((value) => facet.includes(value));

/** True where the context lies inside the scope on all three facets. */
export function matches(scope: Scope, context: ScopedContext): boolean {
  return (
    admitsAny(scope.groups, context.groups) &&
    admits(scope.regions, context.region) &&
    admits(scope.tiers, context.tier)
  );
}

const facetCovers = (wider: Facet, narrower: Facet): boolean => {
  if (wider === 'all') return true;
  return narrower !== 'all' && narrower.every((value) => wider.includes(value));
};

/** True where every context of `narrower` is surely one of `wider`. */
export function covers(wider: Scope, narrower: Scope): boolean {
  return (
    facetCovers(wider.groups, narrower.groups) &&
    facetCovers(wider.regions, narrower.regions) &&
    facetCovers(wider.tiers, narrower.tiers)
  );
}

/** Equal as sets: the order in which values were listed means nothing. */
export function sameScope(one: Scope, other: Scope): boolean {
  return covers(one, other) && covers(other, one);
}
