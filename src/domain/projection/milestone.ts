import type { EntryOf } from '../ledger/entry.ts';

/** The entries of a feature's chain by which exposure moves, and with it what customers are told. */
export const MILESTONES = [
  'started',
  'advanced',
  'rolledBack',
  'completed',
  'superseded',
  'killed',
  'revived',
] as const;
type MilestoneType = (typeof MILESTONES)[number];

/** As much of such an entry as is needed; evidence, which may be long, is not. */
export type Milestone = {
  readonly [T in MilestoneType]: Pick<EntryOf<T>, 'seq' | 'at' | 'type' | 'contract' | 'rollout' | 'dryRun' | 'data'>;
}[MilestoneType];
