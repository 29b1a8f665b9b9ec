import type { Grants } from '../feature/grants.ts';
import type { Scope } from '../feature/scope.ts';

const FACETS = ['groups', 'regions', 'tiers'] as const;

/** Whether whoever is in `inner` is surely in `outer`. */
function contains(outer: Scope, inner: Scope): boolean {
  return FACETS.every((facet) => {
    const [allowed, asked] = [outer[facet], inner[facet]];
    if (allowed === 'all') return true;
    return asked !== 'all' && asked.every((value) => allowed.includes(value));
  });
}

/** How many buckets of this scope are surely met. */
export function reachOf(grants: Grants, scope: Scope): number {
  return Math.max(0, ...grants.filter((grant) => contains(grant.scope, scope)).map((grant) => grant.threshold));
}

/** The first grant that meets somebody whom `before` did not surely meet; null where there is none. A threshold that is no number raises. */
export function raising(next: Grants, before: Grants): Grants[number] | null {
  return next.find((grant) => !(grant.threshold <= reachOf(before, grant.scope))) ?? null;
}

/** Percent to the thousandths that documents carry. */
export const bucketsOf = (percentage: number) => Math.round(percentage * 1000);

export const percentText = (buckets: number) => `${buckets / 1000} %`;

/** Whom both surely meet, in the scopes of the first. */
export function metByBoth(grants: Grants, others: Grants): Grants {
  return grants.map(({ scope, threshold }) => ({ scope, threshold: Math.min(threshold, reachOf(others, scope)) }));
}

export const highestOf = (grants: Grants) => Math.max(0, ...grants.map(({ threshold }) => threshold));
