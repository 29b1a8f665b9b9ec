import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareLevels } from '../../../src/domain/statistics/levelComparison.ts';
import { mannWhitney } from '../../../src/domain/statistics/mannWhitney.ts';
import { normalTail } from '../../../src/domain/statistics/normalTail.ts';
import { asymptoticPValue, exactPValue } from '../../../src/domain/statistics/rankSumTest.ts';
import { rankTogether, uStatistic } from '../../../src/domain/statistics/ranks.ts';

type Reference = {
  readonly name: string;
  readonly experiment: readonly number[];
  readonly control: readonly number[];
  readonly U: number;
  readonly p_asymptotic_cc: number;
  readonly p_exact?: number;
  readonly hodges_lehmann_exact: number;
  readonly cles: number;
};
const REFERENCE: readonly Reference[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'mann-whitney.json'), 'utf8'),
);

/** To twelve digits, whatever the scale. */
const near = (found: number, expected: number) =>
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected));

const level = fc.integer({ min: 0, max: 6 });
const sample = (most: number) => fc.array(level, { minLength: 1, maxLength: most });

/** Two-sided p by drawing every subset. */
function enumeratedP(treatment: readonly number[], control: readonly number[]): number {
  const all = [...treatment, ...control];
  const us: number[] = [];
  for (let chosen = 0; chosen < 2 ** all.length; chosen += 1) {
    const isIn = (i: number) => ((chosen >> i) & 1) === 1;
    const drawn = all.filter((_, i) => isIn(i));
    if (drawn.length === treatment.length)
      us.push(
        uByPairs(
          drawn,
          all.filter((_, i) => !isIn(i)),
        ),
      );
  }
  const u = uByPairs(treatment, control);
  const tail = Math.min(us.filter((one) => one <= u).length, us.filter((one) => one >= u).length);
  return Math.min(1, (2 * tail) / us.length);
}

function uByPairs(treatment: readonly number[], control: readonly number[]): number {
  return treatment.flatMap((x) => control.map((y) => (1 + Math.sign(x - y)) / 2)).reduce((sum, one) => sum + one, 0);
}

describe('Mann and Whitney', () => {
  test.for(REFERENCE)('finds what the reference has: $name', (reference) => {
    const { experiment, control } = reference;
    const found = mannWhitney(experiment, control);
    expect(found.u).toBe(reference.U);
    near(found.shift, reference.hodges_lehmann_exact);
    near(found.probabilityLarger, reference.cles);
    near(asymptoticPValue(rankTogether(experiment, control)), reference.p_asymptotic_cc);
    if (reference.p_exact !== undefined) near(found.pValue, reference.p_exact);
  });

  test('is exact with ties too: every way to draw, enumerated', () => {
    fc.assert(
      fc.property(sample(5), sample(5), (treatment, control) => {
        expect(uStatistic(rankTogether(treatment, control))).toBe(uByPairs(treatment, control));
        expect(exactPValue(rankTogether(treatment, control))).toBeCloseTo(enumeratedP(treatment, control), 12);
      }),
      { numRuns: 40 },
    );
  });

  test('is the same seen from the other side', () => {
    fc.assert(
      fc.property(sample(20), sample(20), (treatment, control) => {
        const [one, other] = [mannWhitney(treatment, control), mannWhitney(control, treatment)];
        expect(other.pValue).toBeCloseTo(one.pValue, 12);
        expect(other.shift).toBeCloseTo(-one.shift, 12);
        expect(other.probabilityLarger).toBeCloseTo(1 - one.probabilityLarger, 12);
      }),
      { numRuns: 30 },
    );
  });

  test('goes over to the normal approximation above fifty values, which is near by then', () => {
    const [treatment, control] = [
      Array.from({ length: 26 }, (_, i) => i + 4.5),
      Array.from({ length: 24 }, (_, i) => i),
    ];
    const exact = mannWhitney(treatment, control);
    expect(exact.method).toBe('exact');
    expect(Math.abs(asymptoticPValue(rankTogether(treatment, control)) / exact.pValue - 1)).toBeLessThan(0.1);
    expect(mannWhitney(treatment, [...control, 24]).method).toBe('asymptotic');
  });

  test('finds nothing where all is equal', () => {
    const flat = Array.from({ length: 30 }, () => 5);
    expect(mannWhitney(flat, flat)).toStrictEqual({
      u: 450,
      probabilityLarger: 0.5,
      shift: 0,
      pValue: 1,
      method: 'asymptotic',
    });
  });
});

describe('levels', () => {
  const LIMITS = { alpha: 0.02, toleranceShare: 0.1 };
  const CONTROL = Array.from({ length: 12 }, (_, i) => 100 + (i % 4));
  const raised = (by: number) => CONTROL.map((value) => value + by);

  test('differ beyond the tolerance, which is a share of the control’s median', () => {
    expect(compareLevels(raised(30), CONTROL, LIMITS)).toMatchObject({
      outcome: 'higher',
      controlMedian: 101.5,
      shift: 30,
    });
    expect(compareLevels(raised(-30), CONTROL, LIMITS).outcome).toBe('lower');
    expect(compareLevels(raised(10.1), CONTROL, LIMITS).outcome).toBe('alike');
    expect(compareLevels(raised(10.2), CONTROL, LIMITS).outcome).toBe('higher');
    expect(compareLevels(CONTROL, CONTROL, LIMITS).outcome).toBe('alike');
  });

  test('have the tolerance on their side of zero too', () => {
    const below = CONTROL.map((value) => -value);
    expect(
      compareLevels(
        below.map((value) => value + 30),
        below,
        LIMITS,
      ).outcome,
    ).toBe('higher');
    expect(
      compareLevels(
        below.map((value) => value + 5),
        below,
        LIMITS,
      ).outcome,
    ).toBe('alike');
  });

  test('differ at any scale or at none', () => {
    for (const unit of [1e-6, 1, 1e9]) {
      const [treatment, control] = [raised(20).map((value) => value * unit), CONTROL.map((value) => value * unit)];
      expect(compareLevels(treatment, control, LIMITS).outcome).toBe('higher');
    }
  });

  test('need eight values an arm that are numbers', () => {
    expect(compareLevels(raised(50).slice(0, 8), CONTROL.slice(0, 8), LIMITS).outcome).toBe('higher');
    expect(compareLevels([...raised(50).slice(0, 7), Number.NaN], CONTROL, LIMITS)).toStrictEqual({
      outcome: 'tooFew',
      treatment: 7,
      control: 12,
    });
    expect(compareLevels(CONTROL, [...CONTROL.slice(0, 7), Number.POSITIVE_INFINITY], LIMITS).outcome).toBe('tooFew');
  });
});

describe('the tail of the normal distribution', () => {
  test.for([
    [0, 0.5],
    [1, 0.15865525393145705],
    [1.959963984540054, 0.025],
    [2, 0.02275013194817921],
    [3, 0.0013498980316300946],
    [6, 9.865876450376981e-10],
    [10, 7.619853024160527e-24],
  ])('beyond %d is %d', ([z = 0, tail = 0]) => {
    expect(Math.abs(normalTail(z) / tail - 1)).toBeLessThan(1e-13);
  });
});
