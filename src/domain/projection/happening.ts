import type { EntryOf } from '../ledger/entry.ts';

/** The entries that tell whether an installation does what it is for. */
export const HAPPENINGS = [
  'proposed',
  'started',
  'ramped',
  'advanced',
  'rollbackStep',
  'rolledBack',
  'healthVerified',
  'exposureRemoved',
  'exposureConfirmed',
  'completed',
  'superseded',
  'killed',
  'incidentLinked',
  'falseAlarmMarked',
  'alerted',
  'reviewed',
  'waiverRequested',
  'waiverApproved',
  'waiverRejected',
  'waiverExpired',
] as const;
export type HappeningType = (typeof HAPPENINGS)[number];

/** Of a proposal the waivers that it makes use of are enough: its contract may be long. */
type DataOf<T extends HappeningType> = T extends 'proposed'
  ? Pick<EntryOf<'proposed'>['data'], 'waivers'>
  : EntryOf<T>['data'];

/** As much of such an entry as a report needs. */
export type Happening = {
  readonly [T in HappeningType]: Pick<
    EntryOf<T>,
    | 'seq'
    | 'chain'
    | 'at'
    | 'contract'
    | 'rollout'
    | 'dryRun'
    | 'stage'
    | 'percentageBefore'
    | 'percentageAfter'
    | 'reason'
  > & { readonly type: T; readonly data: DataOf<T> };
}[HappeningType];
export type HappeningOf<T extends HappeningType> = Extract<Happening, { type: T }>;

export function happeningsOf<T extends HappeningType>(
  happenings: readonly Happening[],
  type: T,
): readonly HappeningOf<T>[] {
  return happenings.filter((happening): happening is HappeningOf<T> => happening.type === type);
}
