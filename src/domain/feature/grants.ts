import { covers, type Scope, sameScope } from './scope.ts';

/** Who may be met, and how many of them. The exposure of a feature is its list of grants. */
export type Grant = { readonly scope: Scope; readonly threshold: number };
export type Grants = readonly Grant[];

/** The threshold that these grants already give to everyone of `scope` (0 where nobody is surely met). */
export function exposedTo(grants: Grants, scope: Scope): number {
  return grants.reduce(
    (highest, grant) => (covers(grant.scope, scope) ? Math.max(highest, grant.threshold) : highest),
    0,
  );
}

/** The same grants with `added`; of two grants of one scope the higher stays, so adding never takes anyone away. */
export function withGrant(grants: Grants, added: Grant): Grants {
  const twin = grants.find((grant) => sameScope(grant.scope, added.scope));
  if (twin === undefined) return added.threshold === 0 ? grants : [...grants, added];
  if (twin.threshold >= added.threshold) return grants;
  return grants.map((grant) => (grant === twin ? added : grant));
}

/** The largest threshold of any grant. */
export function largestThreshold(grants: Grants): number {
  return grants.reduce((highest, grant) => Math.max(highest, grant.threshold), 0);
}

/** True where every grant of `next` is covered by one of `stored`, of equal or wider scope: nobody new is met. */
export function isNoWider(next: Grants, stored: Grants): boolean {
  return next.every((grant) => exposedTo(stored, grant.scope) >= grant.threshold);
}

/** The same grants in their places, since `live.grant` counts on them, each no further than `held` meets its scope. */
export function noHigherThan(grants: Grants, held: Grants): Grants {
  return grants.map((grant) => ({ ...grant, threshold: Math.min(grant.threshold, exposedTo(held, grant.scope)) }));
}

/** The same grants, none above `cap`. */
export function cappedAt(grants: Grants, cap: number): Grants {
  return grants.map((grant) => ({ ...grant, threshold: Math.min(grant.threshold, cap) }));
}

/**
 * The same grants in their places, since `live.grant` counts on them, and of each what `other` leaves of it. One that is narrowed to a
 * part of its scope has nothing left for the whole of it, and stands in its place as that part.
 */
export function leftOf(grants: Grants, other: Grants): Grants {
  return grants.map(({ scope, threshold }, place) => {
    const whole = exposedTo(other, scope);
    const twin = other[place];
    const left = whole === 0 && twin !== undefined && covers(scope, twin.scope) ? twin : { scope, threshold: whole };
    return { scope: left.scope, threshold: Math.min(threshold, left.threshold) };
  });
}
