import { featureDraft } from '../../domain/feature/featureDraft.ts';
import type { OverrideRequest, OverrideWish } from '../../domain/feature/override.ts';
import { raisesAbove } from '../../domain/feature/override.ts';
import { overrideDraft } from '../../domain/feature/overrideDraft.ts';
import { percentageOf, thresholdOf } from '../../domain/feature/threshold.ts';
import { ofWorkspace } from '../../domain/feature/workspace.ts';
import { hasRight, type Principal } from '../../domain/governance/role.ts';
import { endsAtMs } from '../../domain/rollout/rollingBack.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries } from '../appendEntries.ts';
import type { Publisher } from '../flags/publisher.ts';
import { liveRollout } from '../liveRollout.ts';
import { exposureIn } from '../notices.ts';
import type { FeatureRecord } from '../ports/featureRegister.ts';
import { unchanged } from '../ports/ledger.ts';
import type { RolloutRegister } from '../ports/rolloutRegister.ts';
import { Refusal } from '../refusal.ts';
import type { ApprovalDeps } from './contractApproval.ts';

export type OverrideApprovalDeps = ApprovalDeps & {
  readonly rollouts: RolloutRegister;
  readonly publisher: Publisher;
};

export type WideningWish = {
  readonly workspaceId: string;
  /** null: the cap is to be lifted. */
  readonly wish: OverrideWish | null;
  readonly comment: string | null;
};

/**
 * An override that lets somebody of the workspace in who is out. One person asks; an approver who is somebody else asks for the very
 * same, and then it holds. `waiting` until then.
 */
export async function askToWiden(
  deps: OverrideApprovalDeps,
  who: Principal,
  feature: FeatureRecord,
  asked: WideningWish,
): Promise<'waiting' | 'set'> {
  const live = await liveRollout(deps.rollouts, feature);
  assertNotGoingDown(live);
  assertWithinBlastRadius(live, feature, asked.wish);
  const request = ofWorkspace(feature.state.overrideRequests, asked.workspaceId);
  if (request !== null && isSame(request, asked.wish)) {
    if (request.requestedBy === who.subject) return 'waiting';
    if (hasRight(who, 'approve')) return widen(deps, who, feature, asked, request.requestedBy);
  }
  const { threshold, expiresAtMs } = asked.wish ?? { threshold: null, expiresAtMs: null };
  const data = { workspaceId: asked.workspaceId, threshold, expiresAtMs };
  const draft = featureDraft(feature, sayingOf(deps, who, asked), { type: 'overrideRequested', data });
  await append(deps, feature, draft);
  return 'waiting';
}

async function widen(
  deps: OverrideApprovalDeps,
  who: Principal,
  feature: FeatureRecord,
  asked: WideningWish,
  requestedBy: string,
): Promise<'set'> {
  const change = { workspaceId: asked.workspaceId, wish: asked.wish, cause: 'asked' as const, requestedBy };
  const entries = await append(deps, feature, overrideDraft(feature, sayingOf(deps, who, asked), change));
  const exposure = exposureIn(entries);
  if (exposure !== null) await deps.publisher.publish(feature.definition, exposure);
  return 'set';
}

/** Nothing opens while what is live is being taken back, be it for one workspace. */
function assertNotGoingDown(live: RolloutState | null): void {
  if (live === null || live.rollingBack === null) return;
  const unblocksAt = new Date(endsAtMs(live.rollingBack)).toISOString();
  throw new Refusal('HELD', 'a rollback is under way', { reason: 'rollingBack', unblocksAt });
}

/** INV-RWG-BLAST: no second person can let more in than the contract of the live rollout ever allows. */
function assertWithinBlastRadius(live: RolloutState | null, feature: FeatureRecord, wish: OverrideWish | null): void {
  if (wish === null || !raisesAbove(feature.state.exposure, wish.threshold)) return;
  const most = live?.contract.rolloutWedge.maxBlastRadius ?? 100;
  if (wish.threshold <= thresholdOf(most)) return;
  throw new Refusal('ABOVE_BLAST_RADIUS', `${percentageOf(wish.threshold)} % lies above the blast radius of ${most} %`);
}

async function append(deps: ApprovalDeps, feature: FeatureRecord, draft: ReturnType<typeof overrideDraft>) {
  const expected = { feature: unchanged(feature) };
  const outcome = await appendEntries('approval', deps, [draft], expected);
  if (outcome.kind === 'conflict') throw new Refusal('CONFLICT', 'the feature was changed meanwhile; look again');
  return outcome.entries;
}

const isSame = (request: OverrideRequest, wish: OverrideWish | null) =>
  request.threshold === (wish?.threshold ?? null) && request.expiresAtMs === (wish?.expiresAtMs ?? null);

const sayingOf = ({ clock }: ApprovalDeps, who: Principal, { comment }: WideningWish) => ({
  atMs: clock.nowMs(),
  actor: actorOf(who),
  reason: 'operator' as const,
  comment,
  evidence: null,
});
