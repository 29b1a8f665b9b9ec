import { raisedAbove } from '../../../domain/feature/override.ts';
import { percentageOf, thresholdOf } from '../../../domain/feature/threshold.ts';
import type { Finding } from '../../../domain/rollout/preflight.ts';
import type { PreflightSubject } from './subject.ts';

/** INV-RWG-BLAST: two people raised a workspace before anybody knew of this contract; a start must not bring that under its name. */
export function raisesWithinBlastRadius({ rollout, feature }: PreflightSubject): readonly Finding[] {
  const { maxBlastRadius } = rollout.contract.rolloutWedge;
  const above = raisedAbove(feature.state.exposure, thresholdOf(maxBlastRadius));
  if (above.length === 0) {
    return [{ item: 'workspaces', ok: true, detail: `none is raised above the blast radius of ${maxBlastRadius} %` }];
  }
  return above.map(([workspaceId, threshold]) => {
    const path = `/v1/features/${feature.definition.key}/overrides/${encodeURIComponent(workspaceId)}`;
    const found = `raised to ${percentageOf(threshold)} %, above the blast radius of ${maxBlastRadius} %`;
    const mend = `DELETE ${path}, or PUT there at most ${maxBlastRadius}: one person may`;
    return { item: `workspace ${workspaceId}`, ok: false, detail: `${found}; ${mend}` };
  });
}
