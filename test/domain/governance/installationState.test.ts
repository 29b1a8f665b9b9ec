import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/domain/contract/policy.ts';
import {
  foldInstallation,
  type InstallationState,
  NEW_INSTALLATION,
} from '../../../src/domain/governance/installationState.ts';
import { EMPTY_CHAIN, link } from '../../../src/domain/ledger/chain.ts';
import { type EntryDraft, INSTALLATION_CHAIN } from '../../../src/domain/ledger/entry.ts';
import { calendarDraft, stopDraft, T0 } from '../../support/ledgerStory.ts';

const OPTIONS = { chain: INSTALLATION_CHAIN, environment: 'test', recordedAtMs: T0 };
const folded = (...drafts: readonly EntryDraft[]): InstallationState =>
  drafts.map((said) => link(EMPTY_CHAIN, said, OPTIONS)).reduce(foldInstallation, NEW_INSTALLATION);

const policyChanged = (minDwellMinutes: number): EntryDraft =>
  ({
    ...stopDraft('stopSet'),
    type: 'policyChanged',
    data: { policy: { ...DEFAULT_POLICY, minDwellMinutes }, approvedBy: ['anna', 'emil'] },
  }) as EntryDraft;

const calendarRemoved = (name: string): EntryDraft =>
  ({ ...stopDraft('stopSet'), type: 'calendarRemoved', data: { name } }) as EntryDraft;

describe('what holds for the whole installation', () => {
  it('begins without stop and policy', () => {
    expect(folded()).toEqual({ stop: null, policy: null, policySinceMs: null, calendars: [] });
  });

  it('a stop stands until it is lifted, and says who set it', () => {
    expect(folded(stopDraft('stopSet')).stop).toMatchObject({ by: { kind: 'person', subject: 'olga' }, atMs: T0 });
    expect(folded(stopDraft('stopSet'), stopDraft('stopLifted')).stop).toBeNull();
  });

  it('the last policy stands, and leaves the stop', () => {
    const state = folded(stopDraft('stopSet'), policyChanged(1), policyChanged(2));
    expect(state.policy?.minDwellMinutes).toBe(2);
    expect(state.stop).not.toBeNull();
  });

  it('a calendar stands until another takes its place or it is removed, and says who set it', () => {
    const [fridays, other] = folded(calendarDraft('fridays'), calendarDraft('other')).calendars;
    expect(fridays).toMatchObject({
      name: 'fridays',
      timeZone: 'UTC',
      by: { kind: 'person', subject: 'olga' },
      atMs: T0,
    });
    expect(other?.name).toBe('other');
    const again = folded(calendarDraft('fridays'), calendarDraft('fridays', { effect: 'open' })).calendars;
    expect(again.map(({ effect }) => effect)).toEqual(['open']);
    expect(folded(calendarDraft('fridays'), calendarDraft('other'), calendarRemoved('fridays')).calendars).toEqual([
      other,
    ]);
  });
});
