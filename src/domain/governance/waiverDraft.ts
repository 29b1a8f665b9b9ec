import type { Actor, EntryData, EntryDraft } from '../ledger/entry.ts';
import { OUTSIDE_ROLLOUTS } from '../ledger/outsideRollouts.ts';

type WaiverType = 'waiverRequested' | 'waiverApproved' | 'waiverRejected' | 'waiverExpired';

/** An entry about a waiver, on the chain of its feature. `policyDigest`: of the policy that judged it, where one did. */
export function waiverDraft<T extends WaiverType>(
  about: { readonly feature: string; readonly policyDigest: string | null },
  saying: { readonly atMs: number; readonly actor: Actor; readonly comment: string | null },
  said: { readonly type: T; readonly data: EntryData[T] },
): EntryDraft {
  // `type` and `data` belong together by T.
  return {
    ...OUTSIDE_ROLLOUTS,
    ...about,
    ...saying,
    ...said,
    contract: null,
    contractDigest: null,
  } as EntryDraft;
}
