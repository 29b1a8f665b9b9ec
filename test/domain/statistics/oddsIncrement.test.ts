import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ODDS_RATIOS } from '../../../src/domain/statistics/mixture.ts';
import { logIncrement } from '../../../src/domain/statistics/oddsIncrement.ts';
import { binomial } from './binomial.ts';
import { literalIncrement } from './literalIncrement.ts';
import { pollOf, REFERENCE } from './sequentialReference.ts';

type Increment = (poll: ReturnType<typeof pollOf>, ph: number, margin: number, r: number) => number;

type Null = {
  readonly nt: number;
  readonly nc: number;
  readonly margin: number;
  readonly ph: number;
  readonly r: number;
};

/** E[exp l] of one poll, every outcome of it weighed by its chance. */
function expectation(increment: Increment, { nt, nc, margin, ph, r }: Null, pt: number, pc: number): number {
  const treatment = binomial(nt, pt);
  const control = binomial(nc, pc);
  return treatment.reduce(
    (sum, chanceOfTreatment, bt) =>
      sum +
      control.reduce(
        (inner, chanceOfControl, bc) =>
          inner + chanceOfTreatment * chanceOfControl * Math.exp(increment(pollOf(bt, bc, nt, nc), ph, margin, r)),
        0,
      ),
    0,
  );
}

const arm = fc.integer({ min: 1, max: 9 });
const share = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const randomNull = fc.record({
  nt: arm,
  nc: arm,
  margin: fc.double({ min: 0.5, max: 3, noNaN: true }),
  ph: fc.oneof(fc.constantFrom(0, 0.98), fc.double({ min: 0, max: 0.98, noNaN: true })),
  r: fc.constantFrom(...ODDS_RATIOS),
});

describe('the increment of one poll', () => {
  test('is that of the reference', () => {
    for (const { badTreatment, badControl, nTreatment, nControl, ph, margin, l } of REFERENCE.increments) {
      const poll = pollOf(badTreatment, badControl, nTreatment, nControl);
      ODDS_RATIOS.forEach((r, j) => {
        expect(Math.abs(logIncrement(poll, ph, margin, r) - (l[j] ?? Number.NaN))).toBeLessThan(1e-9);
      });
    }
  });

  test('has an expectation of at most 1 under every null: all outcomes enumerated', () => {
    fc.assert(
      fc.property(randomNull, share, share, (given, controlRate, ofTheMargin) => {
        const treatmentRate = ofTheMargin * Math.min(1, given.margin * controlRate);
        expect(expectation(logIncrement, given, treatmentRate, controlRate)).toBeLessThanOrEqual(1 + 1e-9);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  test('would have one of thousands without the clip, as the same enumeration finds', () => {
    const given = { nt: 4, nc: 9, margin: 2.9, ph: 0.875, r: 8 };
    const unclipped: Increment = (poll, ph, margin, r) =>
      literalIncrement(poll, ph, margin, r, Number.POSITIVE_INFINITY);
    expect(expectation(unclipped, given, 0.3, 0.967)).toBeGreaterThan(1000);
    expect(expectation(logIncrement, given, 0.3, 0.967)).toBeLessThanOrEqual(1);
  });

  test('has one above 1 beyond the margin, where it is to grow', () => {
    expect(expectation(logIncrement, { nt: 9, nc: 9, margin: 1, ph: 0.1, r: 4 }, 0.3, 0.1)).toBeGreaterThan(1.5);
  });

  test('is the formula as it is written', () => {
    fc.assert(
      fc.property(randomNull, fc.nat(9), fc.nat(9), ({ nt, nc, margin, ph, r }, bt, bc) => {
        const poll = pollOf(Math.min(bt, nt), Math.min(bc, nc), nt, nc);
        expect(logIncrement(poll, ph, margin, r)).toBeCloseTo(literalIncrement(poll, ph, margin, r, 0.99), 6);
      }),
    );
  });

  test.for<readonly [number, number, number, number]>([
    [0, 0, 0, 0],
    [0, 3, 0, 30],
    [3, 0, 30, 0],
  ])('is no evidence where an arm has no requests: %j', (counts) => {
    for (const ph of [0, 0.2])
      for (const margin of [0.5, 1, 2]) expect(logIncrement(pollOf(...counts), ph, margin, 4)).toBe(0);
  });

  test('falls with every bad one of the control, and rises with every one of the treatment', () => {
    fc.assert(
      fc.property(randomNull, fc.nat(8), fc.nat(8), ({ nt, nc, margin, ph, r }, bt, bc) => {
        const [lessBadTreatment, lessBadControl] = [Math.min(bt, nt - 1), Math.min(bc, nc - 1)];
        const here = logIncrement(pollOf(lessBadTreatment, lessBadControl, nt, nc), ph, margin, r);
        expect(logIncrement(pollOf(lessBadTreatment + 1, lessBadControl, nt, nc), ph, margin, r)).toBeGreaterThan(here);
        expect(logIncrement(pollOf(lessBadTreatment, lessBadControl + 1, nt, nc), ph, margin, r)).toBeLessThan(here);
      }),
    );
  });

  test('is a number at the ends of what can be counted', () => {
    const total = fc.constantFrom(1, 3, 1e3, 1e9, 1e12);
    const rate = fc.constantFrom(0, 1e-8, 1e-7, 1e-3, 0.5, 0.98, 1);
    const margin = fc.constantFrom(0.25, 0.5, 1, 1.5, 4);
    fc.assert(
      fc.property(
        total,
        total,
        share,
        share,
        rate,
        margin,
        fc.constantFrom(...ODDS_RATIOS),
        (nt, nc, st, sc, ph, m, r) => {
          expect(logIncrement(pollOf(st * nt, sc * nc, nt, nc), ph, m, r)).toSatisfy(Number.isFinite);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
