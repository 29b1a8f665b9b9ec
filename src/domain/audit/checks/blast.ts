import type { Grants } from '../../feature/grants.ts';
import { exposureOf } from '../books/featureBook.ts';
import type { Life } from '../books/life.ts';
import { dataOf } from '../books/told.ts';
import { workspacesIn } from '../books/workspaceBook.ts';
import { bucketsOf, percentText, raising } from '../reach.ts';
import { type Look, when } from './look.ts';

/**
 * INV-RWG-BLAST: no exposure recorded while a rollout is live is above its blast radius, but for grants that were there before. What
 * raises a single workspace is never the feature's own: it has no before.
 */
export const blast: Look = (told, books) => {
  const exposure = exposureOf(told);
  if (exposure === null || told.dryRun) return null;
  const own = books.lifeOf(told.rollout);
  const started = dataOf(told, 'started');
  const live = started === null ? books.running() : own === null ? [] : [{ ...own, base: started.base }];
  if (live.length === 0) return null;
  return live.flatMap((life) => [...above(life, exposure.grants), ...raisedAbove(life, exposure.raises)]);
};

function above({ contract, base, id }: Life, grants: Grants): readonly string[] {
  const { maxBlastRadius } = contract.rolloutWedge;
  const most = bucketsOf(maxBlastRadius);
  const breach = raising(
    grants.filter(({ threshold }) => !(threshold <= most)),
    base,
  );
  return when(
    breach !== null,
    `exposes ${percentText(breach?.threshold ?? 0)}, and the blast radius of ${id} is ${maxBlastRadius} %`,
  );
}

function raisedAbove({ contract, id }: Life, raises: unknown): readonly string[] {
  const { maxBlastRadius } = contract.rolloutWedge;
  const breaches = [...workspacesIn(raises)].filter(([, threshold]) => !(threshold <= bucketsOf(maxBlastRadius)));
  return breaches.map(
    ([workspaceId, threshold]) =>
      `raises the workspace ${workspaceId} to ${percentText(threshold)}, and the blast radius of ${id} is ${maxBlastRadius} %`,
  );
}
