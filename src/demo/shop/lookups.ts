import { type Cohort, isCohort } from './cohort.ts';
import { type FlagDetails, OFREPProvider, OpenFeature } from './openFeature.ts';

/** What Sluice answered for one user and feature; everything but `isOn` and `cohort` only where a rollout is live. */
export type Lookup = {
  readonly isOn: boolean;
  readonly cohort: Cohort;
  /** Of the flag document that the answer rests on. */
  readonly version: number | null;
  readonly stage: string | null;
  readonly percentage: number | null;
  /** No answer: the shop served what it always served. */
  readonly failed: boolean;
};

export interface Lookups {
  lookUp(feature: string, user: string): Promise<Lookup>;
  close(): Promise<void>;
}

/** Asks Sluice at every request, by the OpenFeature SDK as any service would. */
export async function openLookups(sluiceUrl: string, token: string): Promise<Lookups> {
  const headers = [['Authorization', `Bearer ${token}`]] as const;
  await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: sluiceUrl, headers }));
  const client = OpenFeature.getClient();
  return {
    lookUp: async (feature, user) => toLookup(await client.getBooleanDetails(feature, false, { targetingKey: user })),
    close: () => OpenFeature.close(),
  };
}

function toLookup(details: FlagDetails): Lookup {
  const { cohort, version, stage, percentage } = details.flagMetadata;
  return {
    isOn: details.value,
    cohort: isCohort(cohort) ? cohort : 'none',
    version: typeof version === 'number' ? version : null,
    stage: typeof stage === 'string' ? stage : null,
    percentage: typeof percentage === 'number' ? percentage : null,
    failed: details.errorCode !== undefined,
  };
}
