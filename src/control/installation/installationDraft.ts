import type { Actor, EntryData, EntryDraft } from '../../domain/ledger/entry.ts';

type InstallationType = 'stopSet' | 'stopLifted' | 'policyChanged' | 'calendarSet' | 'calendarRemoved';

/** An entry about the installation, of no feature. */
export function installationDraft<T extends InstallationType>(
  said: { readonly atMs: number; readonly actor: Actor; readonly comment: string | null },
  what: { readonly type: T; readonly data: EntryData[T] },
): EntryDraft {
  // `type` and `data` belong together by T.
  return {
    ...said,
    ...what,
    feature: null,
    contract: null,
    rollout: null,
    dryRun: false,
    stage: null,
    visit: null,
    percentageBefore: null,
    percentageAfter: null,
    reason: null,
    evidence: null,
    policyDigest: null,
    contractDigest: null,
  } as EntryDraft;
}
