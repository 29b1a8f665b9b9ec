import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FlagDocument } from '../../../src/domain/feature/flagDocument.ts';
import {
  editsOf,
  type HandFields,
  handFieldsOf,
  loweredByHand,
  UNTOUCHED,
} from '../../../src/domain/feature/handFields.ts';
import { isLowering } from '../../../src/domain/feature/lowering.ts';
import { INTERNAL } from '../../../src/domain/feature/scope.ts';
import { document, handFields, user } from './arbitraries.ts';
import { documentOf, grantOf } from './documents.ts';
import { isOn } from './lookups.ts';

const served = (flag: FlagDocument, hand: Partial<HandFields>) => loweredByHand(flag, { ...UNTOUCHED, ...hand });

describe('the hand fields that go with a document', () => {
  test('say what it exposes', () => {
    const shown = (given: Partial<FlagDocument>) => handFieldsOf(documentOf(given));
    expect(shown({})).toEqual({ enabled: true, internalOnly: false, rolloutPercent: 0, paused: false });
    expect(shown({ grants: [grantOf(12.345, { tiers: ['beta'] }), grantOf(5)] })).toMatchObject({
      rolloutPercent: 12.345,
    });
    expect(shown({ grants: [grantOf(100, INTERNAL)] })).toMatchObject({ internalOnly: true, rolloutPercent: 100 });
    expect(shown({ grants: [grantOf(100, INTERNAL), grantOf(0)] })).toMatchObject({ internalOnly: true });
    expect(shown({ grants: [grantOf(100, INTERNAL), grantOf(1)] })).toMatchObject({ internalOnly: false });
    expect(shown({ killed: true })).toMatchObject({ enabled: false });
  });

  test('lower nothing', () => {
    fc.assert(
      fc.property(document, (flag) => {
        expect(loweredByHand(flag, handFieldsOf(flag)).killed).toBe(flag.killed);
        expect(editsOf(flag, handFieldsOf(flag))).toEqual(UNTOUCHED);
      }),
    );
  });
});

describe('a field changed by hand', () => {
  const flag = documentOf({ grants: [grantOf(100, INTERNAL), grantOf(10), grantOf(40, { groups: ['beta'] })] });

  test('enabled false is a kill, a lower percentage caps every grant at once', () => {
    expect(served(flag, { enabled: false }).killed).toBe(true);
    expect(served(flag, { rolloutPercent: 12.5 }).grants.map(({ threshold }) => threshold)).toEqual([
      12_500, 10_000, 12_500,
    ]);
    expect(served(flag, { rolloutPercent: 0 }).grants.map(({ threshold }) => threshold)).toEqual([0, 0, 0]);
  });

  test('internal_only true narrows every grant to the internals among its people, in its place', () => {
    expect(served(flag, { internalOnly: true }).grants).toEqual([
      grantOf(100, INTERNAL),
      grantOf(10, INTERNAL),
      grantOf(0, { groups: ['beta'] }),
    ]);
  });

  test('that would raise is not served', () => {
    const killed = { ...flag, killed: true };
    expect(served(killed, { enabled: true })).toEqual(killed);
    expect(served(flag, { rolloutPercent: 250, internalOnly: false, paused: true })).toEqual(flag);
  });

  test('SLU-DOOR: whatever is typed, nobody is met whom the document does not meet', () => {
    fc.assert(
      fc.property(document, handFields, user, (any, hand, who) => {
        const lowered = loweredByHand(any, hand);
        expect(isLowering(lowered, any)).toBe(true);
        expect(lowered.grants).toHaveLength(any.grants.length);
        expect(!isOn({ ...lowered, prerequisites: [] }, who) || isOn({ ...any, prerequisites: [] }, who)).toBe(true);
      }),
    );
  });
});
