import type { Principal } from '../../domain/governance/role.ts';
import { waiverDraft } from '../../domain/governance/waiverDraft.ts';
import { type WaiverState, waiverWordRefused } from '../../domain/governance/waiverState.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries } from '../appendEntries.ts';
import type { WaiverRegister } from '../ports/waiverRegister.ts';
import { Refusal } from '../refusal.ts';
import type { ApprovalDeps } from './contractApproval.ts';

export type WaiverWord = { readonly decision: 'approve' | 'reject'; readonly comment: string | null };

/** Two approvers of one waiver are the most that the law needs; more that speak at one moment are as many tries. */
const TRIES = 5;

/**
 * An approver's word on a waiver; whoever asked for it has none. Where somebody else speaks at the same moment both words count:
 * the later one is said again on what the earlier one left. The same yes said twice stands once.
 */
export async function sayOnWaiver(
  deps: ApprovalDeps & { readonly waivers: WaiverRegister },
  who: Principal,
  id: string,
  word: WaiverWord,
): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const state = await deps.waivers.get(id);
    if (state === null) throw new Refusal('NOT_FOUND', 'no such waiver');
    if (await said(deps, who, state, word)) return;
  }
  throw new Refusal('CONFLICT', 'many speak at once; look again');
}

/** False where somebody else was first. */
async function said(deps: ApprovalDeps, who: Principal, state: WaiverState, word: WaiverWord): Promise<boolean> {
  const nowMs = deps.clock.nowMs();
  const refusal = waiverWordRefused(state, who.subject, nowMs);
  if (refusal !== null) throw new Refusal(refusal, REFUSED[refusal]);
  if (word.decision === 'approve' && state.approvals.some(({ subject }) => subject === who.subject)) return true;
  const { waiverId, version, feature } = state;
  const type = word.decision === 'approve' ? 'waiverApproved' : 'waiverRejected';
  const saying = { atMs: nowMs, actor: actorOf(who), comment: word.comment };
  const draft = waiverDraft({ feature, policyDigest: null }, saying, { type, data: { waiverId } });
  const outcome = await appendEntries('approval', deps, [draft], { waivers: [{ id: waiverId, version }] });
  return outcome.kind === 'appended';
}

const REFUSED = {
  FOUR_EYES: 'whoever asked for a waiver has no say in it, whatever the token',
  WAIVER_NOT_OPEN: 'the waiver was rejected or its time is over',
} as const;
