import type { FlagDocument } from './flagDocument.ts';
import { exposedTo, leftOf } from './grants.ts';
import { EVERYONE } from './scope.ts';
import { ofWorkspace } from './workspace.ts';

/**
 * What a closing makes of the document that is out: of both the lower, workspace by workspace, so that it can be built from knowledge
 * that is old. What has been closed since stays closed, whatever the closing lowers is lowered, and who meets what stays as it is out:
 * so it is always a lowering of that. Grants keep their places, since `live.grant` counts on them.
 */
export function closedOver(closing: FlagDocument, published: FlagDocument): FlagDocument {
  const { variants, salt, bucketing } = published;
  return {
    ...closing,
    ...{ variants, salt, bucketing },
    killed: closing.killed || published.killed,
    grants: leftOf(closing.grants, published.grants),
    caps: tighterCaps(closing.caps, published.caps),
    raises: lowerRaises(closing.raises, published),
    prerequisites: [
      ...closing.prerequisites,
      ...published.prerequisites.filter(({ feature }) => closing.prerequisites.every((own) => own.feature !== feature)),
    ],
  };
}

type ByWorkspace = FlagDocument['caps'];

const tighterCaps = (one: ByWorkspace, other: ByWorkspace): ByWorkspace =>
  Object.fromEntries([
    ...Object.entries(one),
    ...Object.entries(other).map(([id, cap]) => [id, Math.min(cap, ofWorkspace(one, id) ?? cap)] as const),
  ]);

const lowerRaises = (raises: ByWorkspace, { raises: out, grants }: FlagDocument): ByWorkspace =>
  Object.fromEntries(
    Object.entries(raises).map(([id, threshold]) => [
      id,
      Math.min(threshold, Math.max(ofWorkspace(out, id) ?? 0, exposedTo(grants, EVERYONE))),
    ]),
  );
