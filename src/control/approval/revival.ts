import { featureDraft } from '../../domain/feature/featureDraft.ts';
import { largestReach } from '../../domain/feature/flagDocument.ts';
import { hasRight, type Principal } from '../../domain/governance/role.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries } from '../appendEntries.ts';
import type { Publisher } from '../flags/publisher.ts';
import { exposureIn } from '../notices.ts';
import type { FeatureRecord } from '../ports/featureRegister.ts';
import { unchanged } from '../ports/ledger.ts';
import { Refusal } from '../refusal.ts';
import type { ApprovalDeps } from './contractApproval.ts';

export type RevivalDeps = ApprovalDeps & { readonly publisher: Publisher };

type Said = Parameters<typeof featureDraft<'revived' | 'reviveRequested'>>[2];

/** The end of a kill. Exposure that comes back takes a second person, an approver; where nothing was exposed before, nothing comes back. */
export async function revive(
  deps: RevivalDeps,
  who: Principal,
  feature: FeatureRecord,
  comment: string,
): Promise<'revived' | 'waiting'> {
  const { exposure, reviveRequestedBy } = feature.state;
  if (!exposure.killed) return 'revived';
  // Also a workspace that two people have raised meanwhile: they let it in to what was closed, not out of the kill.
  const comesBack = largestReach(exposure) > 0;
  if (comesBack && (reviveRequestedBy === null || reviveRequestedBy === who.subject)) {
    await record(deps, who, feature, comment, { type: 'reviveRequested', data: {} });
    return 'waiting';
  }
  if (comesBack && !hasRight(who, 'approve')) {
    throw new Refusal('FORBIDDEN', 'exposure would come back: the second person must be an approver');
  }
  const changedAtMs = deps.clock.nowMs();
  const revived = { ...exposure, killed: false, changedAtMs, documentVersion: exposure.documentVersion + 1 };
  const data = { exposure: revived, requestedBy: reviveRequestedBy };
  await record(deps, who, feature, comment, { type: 'revived', data });
  return 'revived';
}

async function record(
  deps: RevivalDeps,
  who: Principal,
  feature: FeatureRecord,
  comment: string,
  said: Said,
): Promise<void> {
  const saying = {
    atMs: deps.clock.nowMs(),
    actor: actorOf(who),
    reason: 'operator' as const,
    comment,
    evidence: null,
  };
  const expected = { feature: unchanged(feature) };
  const outcome = await appendEntries('approval', deps, [featureDraft(feature, saying, said)], expected);
  if (outcome.kind === 'conflict') throw new Refusal('CONFLICT', 'the feature was changed meanwhile');
  const exposure = exposureIn(outcome.entries);
  if (exposure !== null) await deps.publisher.publish(feature.definition, exposure);
}
