import { type FlagDocument, largestReach } from './flagDocument.ts';
import { cappedAt, type Grant } from './grants.ts';
import { covers, INTERNAL, matches } from './scope.ts';
import { percentageOf, thresholdOf } from './threshold.ts';

/** The four fields beside a stored document that a person may change with nothing but `redis-cli`. Null: says nothing. */
export type HandFields = {
  readonly enabled: boolean | null;
  readonly internalOnly: boolean | null;
  /** 0 to 100 in thousandths; more can be typed, and is never served. */
  readonly rolloutPercent: number | null;
  /** Holds the controller; exposes and closes nothing. */
  readonly paused: boolean | null;
};

export const UNTOUCHED: HandFields = { enabled: null, internalOnly: null, rolloutPercent: null, paused: null };

/** The fields that go with a document when Sluice writes it. */
export function handFieldsOf(document: FlagDocument): HandFields {
  const largest = largestReach(document);
  const insideInternal = (grant: Grant) => grant.threshold === 0 || covers(INTERNAL, grant.scope);
  return {
    enabled: !document.killed,
    internalOnly: largest > 0 && document.grants.every(insideInternal) && Object.keys(document.raises).length === 0,
    rolloutPercent: percentageOf(largest),
    paused: false,
  };
}

export function sameHandFields(one: HandFields, other: HandFields): boolean {
  return (
    one.enabled === other.enabled &&
    one.internalOnly === other.internalOnly &&
    one.rolloutPercent === other.rolloutPercent &&
    one.paused === other.paused
  );
}

/** What was changed by hand: the fields that differ from those that go with the document, all others null. */
export function editsOf(document: FlagDocument, hand: HandFields): HandFields {
  const written = handFieldsOf(document);
  return {
    enabled: hand.enabled === written.enabled ? null : hand.enabled,
    internalOnly: hand.internalOnly === written.internalOnly ? null : hand.internalOnly,
    rolloutPercent: hand.rolloutPercent === written.rolloutPercent ? null : hand.rolloutPercent,
    paused: hand.paused === written.paused ? null : hand.paused,
  };
}

/**
 * The lower of field and document, which is what lookups get: `enabled` false kills, `internalOnly` true narrows every
 * grant to internals, a lower `rolloutPercent` caps every grant. What would raise is never served. Grants keep their places,
 * since `live.grant` counts on them.
 */
export function loweredByHand(document: FlagDocument, hand: HandFields): FlagDocument {
  const killed = document.killed || hand.enabled === false;
  const narrows = hand.internalOnly === true;
  const caps = hand.rolloutPercent !== null && thresholdOf(hand.rolloutPercent) < largestReach(document);
  if (killed === document.killed && !narrows && !caps) return document;
  const cap = hand.rolloutPercent === null ? Number.POSITIVE_INFINITY : thresholdOf(hand.rolloutPercent);
  const grants = cappedAt(narrows ? document.grants.map(toInternals) : document.grants, cap);
  return { ...document, killed, grants, raises: narrows ? {} : raisesAt(document.raises, cap) };
}

/** What a workspace has beyond the grants counts as a grant: a lower value by hand caps it like all others. */
const raisesAt = (raises: FlagDocument['raises'], cap: number) =>
  Object.fromEntries(Object.entries(raises).map(([id, threshold]) => [id, Math.min(threshold, cap)]));

/** The part of a grant that internals have. A scope can't ask for two groups at once: a grant for other groups has none. */
function toInternals(grant: Grant): Grant {
  const { groups } = grant.scope;
  const meetsInternals = groups === 'all' || matches(INTERNAL, { groups, region: null, tier: null });
  if (!meetsInternals) return { ...grant, threshold: 0 };
  return { ...grant, scope: { ...grant.scope, groups: INTERNAL.groups } };
}
