/**
 * The value, frozen to its depth: a projection that tries to change what it was given throws (ROLLOUT-001).
 * For values as they come out of JSON: trees without cycles.
 */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
