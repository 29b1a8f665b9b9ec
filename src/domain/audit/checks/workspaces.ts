import type { Exposure } from '../../feature/flagDocument.ts';
import type { Books } from '../books/books.ts';
import { isByPerson, type Told } from '../books/told.ts';
import { workspacesIn } from '../books/workspaceBook.ts';
import { percentText, reachOf } from '../reach.ts';

const EVERYONE = { groups: 'all', regions: 'all', tiers: 'all' } as const;

/** Of single workspaces: none is met further than before, but at the end that was said of its cap, or by two people. */
export function widenedWorkspaces(told: Told, books: Books, { caps, raises }: Exposure): readonly string[] {
  const { workspaces, shown } = books.feature;
  const after = { caps: workspacesIn(caps), raises: workspacesIn(raises) };
  const ids = new Set([...workspaces.caps.keys(), ...after.raises.keys()]);
  return [...ids].flatMap((id) => {
    const cap = [workspaces.caps.get(id) ?? Infinity, after.caps.get(id) ?? Infinity] as const;
    const raise = [workspaces.raises.get(id) ?? 0, after.raises.get(id) ?? 0] as const;
    const isMetFurther = cap[1] > cap[0] || raise[1] > Math.max(raise[0], reachOf(shown, EVERYONE));
    if (!isMetFurther || isAtItsEnd(told, id, books) || isByTwo(told, id, books)) return [];
    return [`lets in more of the workspace ${id}: to ${percentText(Math.min(cap[1], Math.max(raise[1], 100_000)))}`];
  });
}

function isAtItsEnd(told: Told, id: string, { feature }: Books): boolean {
  if (told.type !== 'overrideRemoved' || told.data['workspaceId'] !== id) return false;
  const endMs = feature.workspaces.endOf(id);
  return told.data['cause'] === 'expired' && typeof endMs === 'number' && told.atMs >= endMs;
}

/** Somebody asked for the very same, and somebody else did it. */
function isByTwo(told: Told, id: string, { feature }: Books): boolean {
  const asked = feature.workspaces.askedFor(id);
  if (asked === null || !isByPerson(told) || told.data['workspaceId'] !== id) return false;
  const same =
    told.type === 'overrideRemoved'
      ? asked.threshold === null
      : asked.threshold === told.data['threshold'] && asked.expiresAtMs === told.data['expiresAtMs'];
  return same && told.data['requestedBy'] === asked.by && asked.by !== told.actor.subject;
}
