import type { FlagDocument } from './flagDocument.ts';
import { exposedTo, isNoWider } from './grants.ts';
import { sameJson } from './sameJson.ts';
import { EVERYONE } from './scope.ts';
import { FULL_THRESHOLD } from './threshold.ts';
import { ofWorkspace } from './workspace.ts';

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
        raisesHold(next, stored) &&
        prerequisitesHold(next, stored)))
  );
}

/** True where `next` lowers something. The same exposure told again is no lowering of it. */
export function isStrictLowering(next: FlagDocument, stored: FlagDocument): boolean {
  return isLowering(next, stored) && !isLowering(stored, next);
}

/** True where `next` lowers something, behind a kill too: what that hides is met again once the feature is revived. */
export function lowers(next: FlagDocument, stored: FlagDocument): boolean {
  if (next.killed && !stored.killed) return true;
  return isStrictLowering({ ...next, killed: false }, { ...stored, killed: false });
}

const isSameFeature = (next: FlagDocument, stored: FlagDocument) =>
  next.feature === stored.feature &&
  next.environment === stored.environment &&
  next.salt === stored.salt &&
  next.bucketing === stored.bucketing &&
  sameJson(next.variants, stored.variants);

const capOf = (caps: FlagDocument['caps'], workspaceId: string) => ofWorkspace(caps, workspaceId) ?? FULL_THRESHOLD;

const capsHold = (next: FlagDocument['caps'], stored: FlagDocument['caps']) =>
  Object.keys(stored).every((workspaceId) => capOf(next, workspaceId) <= capOf(stored, workspaceId));

/** A workspace is met no further beyond the grants than it was, by a grant to everyone or by an override of its own. */
const raisesHold = (next: FlagDocument, stored: FlagDocument) =>
  Object.entries(next.raises).every(
    ([workspaceId, threshold]) =>
      threshold <= Math.max(ofWorkspace(stored.raises, workspaceId) ?? 0, exposedTo(stored.grants, EVERYONE)),
  );

const prerequisitesHold = (next: FlagDocument, stored: FlagDocument) =>
  stored.prerequisites.every((needed) => next.prerequisites.some((kept) => kept.feature === needed.feature));
