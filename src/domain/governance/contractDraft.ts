import type { Contract } from '../contract/contract.ts';
import { contractDigest } from '../contract/digest.ts';
import type { Policy } from '../contract/policy.ts';
import { digestOf } from '../ledger/digest.ts';
import type { Actor, EntryData, EntryDraft } from '../ledger/entry.ts';
import { OUTSIDE_ROLLOUTS } from '../ledger/outsideRollouts.ts';

type ContractType = 'proposed' | 'approved' | 'rejected';

/** An entry about a contract, before it has a rollout. */
export function contractDraft<T extends ContractType>(
  { contract, policy }: { readonly contract: Contract; readonly policy: Policy },
  saying: { readonly atMs: number; readonly actor: Actor; readonly comment: string | null },
  said: { readonly type: T; readonly data: EntryData[T] },
): EntryDraft {
  // `type` and `data` belong together by T.
  return {
    ...OUTSIDE_ROLLOUTS,
    ...said,
    ...saying,
    feature: contract.feature,
    contract: contract.id,
    policyDigest: digestOf(policy),
    contractDigest: contractDigest(contract),
  } as EntryDraft;
}
