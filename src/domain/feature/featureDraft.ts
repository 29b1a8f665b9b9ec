import type { EntryData, EntryDraft, EntryType } from '../ledger/entry.ts';
import type { Saying } from '../rollout/draft.ts';
import type { FeatureState } from './featureState.ts';
import { largestThreshold } from './grants.ts';
import { percentageOf } from './threshold.ts';

/** An entry about a feature as such, outside any rollout. */
export function featureDraft<T extends EntryType>(
  feature: { readonly definition: { readonly key: string }; readonly state: FeatureState },
  saying: Saying,
  said: { readonly type: T; readonly data: EntryData[T] },
): EntryDraft {
  const { exposure } = feature.state;
  const after = 'exposure' in said.data ? said.data.exposure : exposure;
  // `type` and `data` belong together by T; the mapped union can't be built generically without saying so.
  return {
    ...saying,
    type: said.type,
    data: said.data,
    feature: feature.definition.key,
    contract: null,
    rollout: null,
    dryRun: false,
    stage: null,
    visit: null,
    percentageBefore: shownPercentage(exposure),
    percentageAfter: shownPercentage(after),
    policyDigest: null,
    contractDigest: null,
  } as EntryDraft;
}

const shownPercentage = (exposure: FeatureState['exposure']) =>
  exposure.killed ? 0 : percentageOf(largestThreshold(exposure.grants));
