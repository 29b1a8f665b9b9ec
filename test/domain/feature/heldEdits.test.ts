import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editsOf, type HandFields, loweredByHand, UNTOUCHED } from '../../../src/domain/feature/handFields.ts';
import { heldEdits } from '../../../src/domain/feature/heldEdits.ts';
import { isLowering } from '../../../src/domain/feature/lowering.ts';
import { INTERNAL } from '../../../src/domain/feature/scope.ts';
import { document, handFields } from './arbitraries.ts';
import { documentOf, grantOf } from './documents.ts';

const HALF = documentOf({ grants: [grantOf(50)] });
const held = (seen: Partial<HandFields>, told: Partial<HandFields> = {}, flag = HALF) =>
  heldEdits(flag, { ...UNTOUCHED, ...seen }, { ...UNTOUCHED, ...told });

describe('what a hand was seen to change', () => {
  test('holds where it lowers, whatever is told afterwards', () => {
    expect(held({ rolloutPercent: 10 })).toMatchObject({ rolloutPercent: 10 });
    expect(held({ rolloutPercent: 10 }, { rolloutPercent: 80 })).toMatchObject({ rolloutPercent: 10 });
    expect(held({ rolloutPercent: 10 }, { rolloutPercent: 3 })).toMatchObject({ rolloutPercent: 3 });
    expect(held({ enabled: false })).toMatchObject({ enabled: false });
    expect(held({ internalOnly: true })).toMatchObject({ internalOnly: true });
  });

  test('is over where it lowers nothing of the document, or would raise it', () => {
    expect(held({ rolloutPercent: 50 })).toEqual(UNTOUCHED);
    expect(held({ rolloutPercent: 80 })).toEqual(UNTOUCHED);
    expect(held({ enabled: false }, {}, { ...HALF, killed: true })).toEqual(UNTOUCHED);
    expect(held({ enabled: true }, {}, { ...HALF, killed: true })).toEqual(UNTOUCHED);
    expect(held({ internalOnly: true }, {}, documentOf({ grants: [grantOf(50, INTERNAL)] }))).toEqual(UNTOUCHED);
  });

  test('of `paused` is what was said last', () => {
    expect(held({ paused: true })).toMatchObject({ paused: null });
    expect(held({ paused: true }, { paused: false })).toMatchObject({ paused: false });
  });

  test('SLU-DOOR: is never served wider than it was, nor than what is told', () => {
    fc.assert(
      fc.property(document, handFields, handFields, (flag, seenHand, toldHand) => {
        const [seen, told] = [editsOf(flag, seenHand), editsOf(flag, toldHand)];
        const now = loweredByHand(flag, heldEdits(flag, seen, told));
        expect(isLowering(now, loweredByHand(flag, seen))).toBe(true);
        expect(isLowering(now, loweredByHand(flag, told))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
