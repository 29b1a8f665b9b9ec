import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cohortSharesAt } from '../../../src/domain/feature/cohort.ts';
import { Dealing } from '../../../src/domain/simulation/dealing.ts';
import { randomOf } from '../../../src/domain/simulation/random.ts';
import { Tape } from '../../../src/domain/simulation/tape.ts';

const POLL_MS = 15_000;
const WINDOW_MS = 600_000;

/** Dealt at one exposure from the first poll to the last. */
function dealt(tape: Tape, polls: number, threshold: number, { clump = 1, seed = 'seed' } = {}): Dealing {
  const dealing = new Dealing(tape, polls, clump, randomOf(seed));
  for (let index = 1; index <= polls; index += 1) {
    dealing.deal(index, (index - 1) * POLL_MS, index * POLL_MS, cohortSharesAt(threshold));
  }
  return dealing;
}

const steady = (total: number, bad: number, windows = 12) =>
  new Tape(
    Array.from({ length: windows }, () => ({ total, bad })),
    0,
    WINDOW_MS,
  );
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]) => mean(values.map((value) => (value - mean(values)) ** 2));

describe('an A/A split', () => {
  test('deals nobody twice, and everybody where treatment and control are all', () => {
    const threshold = fc.integer({ min: 1, max: 100_000 });
    const windows = fc.array(fc.record({ total: fc.nat({ max: 5000 }), badPercent: fc.nat({ max: 100 }) }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(threshold, windows, fc.string(), (at, some, seed) => {
        const counts = some.map(({ total, badPercent }) => ({ total, bad: Math.floor((total * badPercent) / 100) }));
        const polls = (some.length * WINDOW_MS) / POLL_MS;
        const tape = new Tape(counts, 0, WINDOW_MS);
        const { treatment, control } = dealt(tape, polls, at, { seed }).between(0, polls);
        const everybody = counts.reduce((sum, { total }) => sum + total, 0);
        expect(treatment.total + control.total).toBeLessThanOrEqual(everybody);
        if (at >= 50_000) expect(treatment.total + control.total).toBe(everybody);
        for (const { total, bad } of [treatment, control]) expect(bad).toBeLessThanOrEqual(total);
      }),
    );
  });

  test('is fair to the share, and scatters as single events do', () => {
    const shares = Array.from({ length: 400 }, (_, run) => {
      const { treatment } = dealt(steady(1000, 100), 40, 10_000, { seed: `run ${run}` }).between(0, 40);
      return treatment;
    });
    // Of 1,000 requests, 100 of them bad, a tenth: 100 ± 9.5, and 10 ± 3; the mean of 400 is known to a twentieth of that.
    expect(Math.abs(mean(shares.map(({ total }) => total)) - 100)).toBeLessThan(5 * (9.5 / 20));
    expect(Math.abs(mean(shares.map(({ bad }) => bad)) - 10)).toBeLessThan(5 * (3 / 20));
    expect(variance(shares.map(({ bad }) => bad))).toBeGreaterThan(9 * 0.65);
    expect(variance(shares.map(({ bad }) => bad))).toBeLessThan(9 * 1.4);
  });

  test('deals bad events in their clumps, so that they scatter as much as they do', () => {
    const bads = Array.from({ length: 400 }, (_, run) => {
      return dealt(steady(10_000, 1000), 40, 20_000, { clump: 5, seed: `run ${run}` }).between(0, 40).treatment.bad;
    });
    expect(bads.every((bad) => bad % 5 === 0)).toBe(true);
    const single = 1000 * 0.2 * 0.8;
    expect(variance(bads)).toBeGreaterThan(5 * single * 0.65);
    expect(variance(bads)).toBeLessThan(5 * single * 1.4);
  });

  test('is the same for the same seed, and another for another', () => {
    const of = (seed: string) => dealt(steady(1000, 100), 40, 10_000, { seed }).between(0, 40);
    expect(of('one')).toEqual(of('one'));
    expect(of('one')).not.toEqual(of('other'));
  });

  test('knows nothing of windows without data', () => {
    const tape = new Tape([{ total: 10, bad: 0 }, null, { total: 10, bad: 0 }], 0, WINDOW_MS);
    const known = [1, WINDOW_MS, WINDOW_MS + 1, 2 * WINDOW_MS, 2 * WINDOW_MS + 1, 3 * WINDOW_MS, 3 * WINDOW_MS + 1];
    expect(known.map((atMs) => tape.isKnown(atMs))).toEqual([true, true, false, false, true, true, false]);
    expect([0, WINDOW_MS / 2, WINDOW_MS, 2 * WINDOW_MS, 3 * WINDOW_MS, 9 * WINDOW_MS].map(tape.totalBy)).toEqual([
      0, 5, 10, 10, 20, 20,
    ]);
  });
});
