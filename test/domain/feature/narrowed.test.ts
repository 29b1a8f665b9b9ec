import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLowering } from '../../../src/domain/feature/lowering.ts';
import { narrowedTo } from '../../../src/domain/feature/narrowed.ts';
import { document, threshold } from './arbitraries.ts';
import { documentOf, grantOf } from './documents.ts';

const wishOf = (percentage: number) => ({ threshold: percentage * 1000, expiresAtMs: null });
const TEN = documentOf({ grants: [grantOf(10)], caps: { globex: 5_000 } });

describe('one workspace met less', () => {
  test('SLU-DOOR: whatever is wished for, nobody is met who was not', () => {
    const wish = fc.option(threshold.map((most) => ({ threshold: most, expiresAtMs: null })));
    fc.assert(
      fc.property(document, wish, (served, asked) => {
        const narrowed = { ...served, ...narrowedTo(served, 'acme', asked) };
        expect(isLowering(narrowed, served)).toBe(true);
        expect(isLowering({ ...narrowed, killed: false }, { ...served, killed: false })).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('a wish above what a hand has left is a cap, and raises nobody', () => {
    expect(narrowedTo(TEN, 'acme', wishOf(30))).toEqual({ caps: { globex: 5_000, acme: 30_000 }, raises: {} });
  });

  test('a tighter cap stays, be it one that the ledger has not heard of', () => {
    expect(narrowedTo(TEN, 'globex', wishOf(7)).caps).toEqual({ globex: 5_000 });
    expect(narrowedTo(TEN, 'globex', null).caps).toEqual({ globex: 5_000 });
    expect(narrowedTo(TEN, 'globex', wishOf(2)).caps).toEqual({ globex: 2_000 });
  });

  test('what raises is lowered, becomes a cap, or goes', () => {
    const raised = { ...TEN, raises: { acme: 40_000 } };
    expect(narrowedTo(raised, 'acme', wishOf(30)).raises).toEqual({ acme: 30_000 });
    expect(narrowedTo(raised, 'acme', wishOf(60)).raises).toEqual({ acme: 40_000 });
    expect(narrowedTo(raised, 'acme', wishOf(9))).toEqual({ caps: { globex: 5_000, acme: 9_000 }, raises: {} });
    expect(narrowedTo(raised, 'acme', null)).toEqual({ caps: { globex: 5_000 }, raises: {} });
  });
});
