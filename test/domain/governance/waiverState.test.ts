import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldWaiver, waiverStanding, waiverWordRefused } from '../../../src/domain/governance/waiverState.ts';
import { EMPTY_CHAIN, link } from '../../../src/domain/ledger/chain.ts';
import { T0 } from '../../support/ledgerStory.ts';
import {
  approvedWaiver,
  DAY,
  expiredDraft,
  requestedDraft,
  waiverAfter,
  wordDraft,
} from '../../support/waiverStory.ts';

const yes = (subject: string) => wordDraft('waiverApproved', subject);
const no = (subject: string) => wordDraft('waiverRejected', subject);

describe('a waiver', () => {
  it('says who asked, why, for which plan and rules, and until when', () => {
    expect(waiverAfter(requestedDraft())).toMatchObject({
      waiverId: 'w1',
      feature: 'checkout-v2',
      requester: 'olga',
      rationale: 'two stages are enough',
      rules: ['STAGES_MINIMUM'],
      expiresAtMs: T0 + DAY,
      version: 1,
    });
  });

  it('takes two people, neither the one who asked, whatever their tokens', () => {
    const standing = (...subjects: readonly string[]) =>
      waiverStanding(waiverAfter(requestedDraft(), ...subjects.map(yes)), T0);
    expect(standing()).toBe('requested');
    expect(standing('anna')).toBe('requested');
    expect(standing('anna', 'anna')).toBe('requested');
    expect(standing('anna', 'olga')).toBe('requested');
    expect(standing('anna', 'emil')).toBe('approved');
  });

  it('is over at its time to the millisecond, whether its end is recorded or not', () => {
    const state = approvedWaiver();
    expect(waiverStanding(state, T0 + DAY - 1)).toBe('approved');
    expect(waiverStanding(state, T0 + DAY)).toBe('expired');
    const recorded = waiverAfter(requestedDraft(), yes('anna'), yes('emil'), expiredDraft());
    expect(waiverStanding(recorded, T0)).toBe('expired');
  });

  it('a rejection is final, before and after it was approved, and outlives its time', () => {
    const after = waiverAfter(requestedDraft(), yes('anna'), yes('emil'), no('anna'));
    expect(waiverStanding(after, T0)).toBe('rejected');
    expect(waiverStanding(waiverAfter(requestedDraft(), no('anna'), yes('emil'), yes('peter')), T0 + DAY)).toBe(
      'rejected',
    );
  });

  it('begins with `waiverRequested`', () => {
    const entry = link(EMPTY_CHAIN, yes('anna'), { chain: 'checkout-v2', environment: 'test', recordedAtMs: T0 });
    expect(() => foldWaiver(null, entry)).toThrow(/waiver w1 do not begin with `waiverRequested`/);
  });

  it('SLU-WAIVER: stands exactly where a slow reading of its entries says so', () => {
    const word = fc.record({
      subject: fc.constantFrom('olga', 'anna', 'emil', 'peter'),
      type: fc.constantFrom('waiverApproved' as const, 'waiverApproved' as const, 'waiverRejected' as const),
    });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), fc.integer({ min: 0, max: 2 * DAY }), (words, laterMs) => {
        const state = waiverAfter(requestedDraft(), ...words.map(({ subject, type }) => wordDraft(type, subject)));
        const said = new Set(words.filter(({ type }) => type === 'waiverApproved').map(({ subject }) => subject));
        said.delete('olga');
        const rejected = words.some(({ type }) => type === 'waiverRejected');
        const open = said.size >= 2 ? 'approved' : 'requested';
        const expected = rejected ? 'rejected' : laterMs >= DAY ? 'expired' : open;
        expect(waiverStanding(state, T0 + laterMs)).toBe(expected);
        expect(state.version).toBe(1 + words.length);
      }),
    );
  });
});

describe('whose word on a waiver counts', () => {
  it('not that of the one who asked', () => {
    expect(waiverWordRefused(waiverAfter(requestedDraft()), 'olga', T0)).toBe('FOUR_EYES');
    expect(waiverWordRefused(waiverAfter(requestedDraft()), 'anna', T0)).toBeNull();
  });

  it("nobody's once it is rejected or over", () => {
    expect(waiverWordRefused(waiverAfter(requestedDraft(), no('emil')), 'anna', T0)).toBe('WAIVER_NOT_OPEN');
    expect(waiverWordRefused(waiverAfter(requestedDraft()), 'anna', T0 + DAY)).toBe('WAIVER_NOT_OPEN');
    expect(waiverWordRefused(waiverAfter(requestedDraft()), 'anna', T0 + DAY - 1)).toBeNull();
  });

  it('an approved one may still be rejected: that closes', () => {
    expect(waiverWordRefused(approvedWaiver(), 'peter', T0)).toBeNull();
  });
});
