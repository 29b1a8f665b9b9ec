import type { Actor, EntryData, EntryDraft } from '../../domain/ledger/entry.ts';
import { OUTSIDE_ROLLOUTS } from '../../domain/ledger/outsideRollouts.ts';

type InstallationType = 'stopSet' | 'stopLifted' | 'policyChanged' | 'calendarSet' | 'calendarRemoved';

/** An entry about the installation, of no feature. */
export function installationDraft<T extends InstallationType>(
  said: { readonly atMs: number; readonly actor: Actor; readonly comment: string | null },
  what: { readonly type: T; readonly data: EntryData[T] },
): EntryDraft {
  // `type` and `data` belong together by T.
  return {
    ...OUTSIDE_ROLLOUTS,
    ...said,
    ...what,
    feature: null,
    contract: null,
    policyDigest: null,
    contractDigest: null,
  } as EntryDraft;
}
