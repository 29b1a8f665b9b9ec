import { z } from 'zod';

const facetSchema = z.union([z.literal('all'), z.array(z.string().min(1).max(128)).min(1).max(100).readonly()]);

/** Which contexts a grant may meet: each facet a list of allowed values, or everyone. */
export const scopeSchema = z.strictObject({ groups: facetSchema, regions: facetSchema, tiers: facetSchema }).readonly();

export type Facet = z.infer<typeof facetSchema>;
export type Scope = z.infer<typeof scopeSchema>;

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
