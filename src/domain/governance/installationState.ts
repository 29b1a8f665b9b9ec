import type { NamedCalendar } from '../calendar/shutBy.ts';
import type { Policy } from '../contract/policy.ts';
import type { Actor, Entry } from '../ledger/entry.ts';

/** A calendar, and who has set it last. */
export type StandingCalendar = NamedCalendar & { readonly by: Actor; readonly atMs: number };

/** What holds for the whole installation: the fold of its chain. */
export type InstallationState = {
  readonly stop: { readonly by: Actor; readonly comment: string | null; readonly atMs: number } | null;
  readonly policy: Policy | null;
  /** Since when that one is recorded. */
  readonly policySinceMs: number | null;
  /** By name, in the order in which they were set. */
  readonly calendars: readonly StandingCalendar[];
};

export const NEW_INSTALLATION: InstallationState = { stop: null, policy: null, policySinceMs: null, calendars: [] };

export function foldInstallation(state: InstallationState, entry: Entry): InstallationState {
  switch (entry.type) {
    case 'stopSet':
      return { ...state, stop: { by: entry.actor, comment: entry.comment, atMs: Date.parse(entry.at) } };
    case 'stopLifted':
      return { ...state, stop: null };
    case 'policyChanged':
      return { ...state, policy: entry.data.policy, policySinceMs: Date.parse(entry.at) };
    case 'calendarSet': {
      const { name, calendar } = entry.data;
      const standing = { ...calendar, name, by: entry.actor, atMs: Date.parse(entry.at) };
      return { ...state, calendars: [...without(state.calendars, name), standing] };
    }
    case 'calendarRemoved':
      return { ...state, calendars: without(state.calendars, entry.data.name) };
    default:
      return state;
  }
}

const without = (calendars: readonly StandingCalendar[], name: string) =>
  calendars.filter((calendar) => calendar.name !== name);
