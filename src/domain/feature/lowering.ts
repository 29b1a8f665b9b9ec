import type { FlagDocument } from './flagDocument.ts';
import { isNoWider } from './grants.ts';
import { sameJson } from './sameJson.ts';
import { FULL_THRESHOLD } from './threshold.ts';

/**
 * True where `next` exposes nobody whom `stored` does not: each grant covered by a stored one, no kill lifted, no cap
 * loosened, no prerequisite dropped, and salt and variants (which say who and what) as they were. Such a document may
 * always be stored, whatever its version: closing needs nothing. What `live` says is no exposure.
 */
export function isLowering(next: FlagDocument, stored: FlagDocument): boolean {
  return (
    isSameFeature(next, stored) &&
    (next.killed ||
      (!stored.killed &&
        isNoWider(next.grants, stored.grants) &&
        capsHold(next.caps, stored.caps) &&
        prerequisitesHold(next, stored)))
  );
}

/** True where `next` lowers something. The same exposure told again is no lowering of it. */
export function isStrictLowering(next: FlagDocument, stored: FlagDocument): boolean {
  return isLowering(next, stored) && !isLowering(stored, next);
}

const isSameFeature = (next: FlagDocument, stored: FlagDocument) =>
  next.feature === stored.feature &&
  next.environment === stored.environment &&
  next.salt === stored.salt &&
  next.bucketing === stored.bucketing &&
  sameJson(next.variants, stored.variants);

const capOf = (caps: FlagDocument['caps'], workspaceId: string) =>
  Object.hasOwn(caps, workspaceId) ? (caps[workspaceId] ?? FULL_THRESHOLD) : FULL_THRESHOLD;

const capsHold = (next: FlagDocument['caps'], stored: FlagDocument['caps']) =>
  Object.keys(stored).every((workspaceId) => capOf(next, workspaceId) <= capOf(stored, workspaceId));

const prerequisitesHold = (next: FlagDocument, stored: FlagDocument) =>
  stored.prerequisites.every((needed) => next.prerequisites.some((kept) => kept.feature === needed.feature));
