import type { EntryDraft } from '../ledger/entry.ts';
import type { Saying } from '../rollout/draft.ts';
import { featureDraft } from './featureDraft.ts';
import type { FeatureState } from './featureState.ts';
import { type OverrideWish, raisesAbove, withOverride } from './override.ts';

export type OverrideChange = {
  readonly workspaceId: string;
  /** null: there is to be none. */
  readonly wish: OverrideWish | null;
  readonly cause: 'asked' | 'expired';
  /** Who asked first, where it took two. */
  readonly requestedBy: string | null;
};

/** The entry of an override that was set or removed. `documentVersion`: at least this, where the flag store has it already. */
export function overrideDraft(
  feature: { readonly definition: { readonly key: string }; readonly state: FeatureState },
  saying: Saying,
  { workspaceId, wish, cause, requestedBy }: OverrideChange,
  documentVersion = 0,
): EntryDraft {
  const { exposure } = feature.state;
  const after = {
    ...exposure,
    ...withOverride(exposure, workspaceId, wish),
    documentVersion: Math.max(exposure.documentVersion + 1, documentVersion),
    changedAtMs: saying.atMs,
  };
  const common = { exposure: after, workspaceId, requestedBy };
  if (wish === null) return featureDraft(feature, saying, { type: 'overrideRemoved', data: { ...common, cause } });
  const raises = raisesAbove(exposure, wish.threshold);
  return featureDraft(feature, saying, { type: 'overrideSet', data: { ...common, ...wish, raises } });
}
