import type { Policy } from '../contract/policy.ts';
import type { Actor, Entry } from '../ledger/entry.ts';

/** What holds for the whole installation: the fold of its chain. */
export type InstallationState = {
  readonly stop: { readonly by: Actor; readonly comment: string | null; readonly atMs: number } | null;
  readonly policy: Policy | null;
  /** Since when that one is recorded. */
  readonly policySinceMs: number | null;
};

export const NEW_INSTALLATION: InstallationState = { stop: null, policy: null, policySinceMs: null };

export function foldInstallation(state: InstallationState, entry: Entry): InstallationState {
  switch (entry.type) {
    case 'stopSet':
      return { ...state, stop: { by: entry.actor, comment: entry.comment, atMs: Date.parse(entry.at) } };
    case 'stopLifted':
      return { ...state, stop: null };
    case 'policyChanged':
      return { ...state, policy: entry.data.policy, policySinceMs: Date.parse(entry.at) };
    default:
      return state;
  }
}
