import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ArmCounters, countsBetween } from '../../../src/domain/statistics/counterIncrease.ts';

const SCRAPED = new Set(['a:80', 'b:80']);
const at = (total: Record<string, number>, bad: Record<string, number> = {}): ArmCounters => ({
  'a:80': { total, bad },
});

describe('counts between two instants', () => {
  test('are differences, series by series', () => {
    const before = { ...at({ get: 100, put: 40 }, { get: 5 }), 'b:80': { total: { get: 7 }, bad: { get: 7 } } };
    const after = { ...at({ get: 130, put: 41 }, { get: 6 }), 'b:80': { total: { get: 9 }, bad: { get: 9 } } };
    expect(countsBetween(before, after, SCRAPED)).toStrictEqual({ total: 33, bad: 3 });
  });

  test('count from 0 after a reset', () => {
    expect(countsBetween(at({ get: 1000 }, { get: 90 }), at({ get: 12 }, { get: 3 }), SCRAPED)).toStrictEqual({
      total: 12,
      bad: 3,
    });
    expect(countsBetween(at({ get: 1000 }), at({ get: 0 }), SCRAPED)).toStrictEqual({ total: 0, bad: 0 });
  });

  test('count a new series from 0 where its target was scraped before, also without any series of the arm', () => {
    expect(countsBetween({}, at({ get: 8 }, { get: 2 }), SCRAPED)).toStrictEqual({ total: 8, bad: 2 });
    expect(countsBetween(at({ get: 10 }), at({ get: 15 }, { get: 1 }), SCRAPED)).toStrictEqual({ total: 5, bad: 1 });
  });

  test('leave out a target that was not scraped before: both numerator and denominator', () => {
    const after = { ...at({ get: 15 }), 'new:80': { total: { get: 5000 }, bad: { get: 400 } } };
    expect(countsBetween(at({ get: 10 }), after, SCRAPED)).toStrictEqual({ total: 5, bad: 0 });
    expect(countsBetween({}, { 'new:80': { total: { get: 5000 }, bad: {} } }, SCRAPED)).toBeNull();
  });

  test('forget a series that has ended', () => {
    expect(countsBetween(at({ get: 10, put: 90 }), at({ get: 11 }), SCRAPED)).toStrictEqual({ total: 1, bad: 0 });
  });

  test.for([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1])(
    'are no data with %d among them',
    (odd) => {
      expect(countsBetween(at({ get: 1, put: odd }), at({ get: 2, put: 3 }), SCRAPED)).toBeNull();
      expect(countsBetween(at({ get: 1, put: 1 }), at({ get: 2, put: odd }), SCRAPED)).toBeNull();
      expect(countsBetween(at({ get: 1 }, { get: 0 }), at({ get: 2 }, { get: odd }), SCRAPED)).toBeNull();
      expect(countsBetween(at({ get: 1 }), at({ get: 2, put: odd }), SCRAPED)).toBeNull();
    },
  );

  test('are no data without any series of all requests', () => {
    expect(countsBetween({}, {}, SCRAPED)).toBeNull();
    expect(countsBetween(at({}, { get: 1 }), at({}, { get: 2 }), SCRAPED)).toBeNull();
  });

  test('never have more bad ones than requests', () => {
    expect(countsBetween(at({ get: 10 }, { get: 0 }), at({ get: 12 }, { get: 3 }), SCRAPED)).toStrictEqual({
      total: 2,
      bad: 2,
    });
  });

  test('find series whose names mean something to JavaScript', () => {
    const after: ArmCounters = { constructor: { total: { toString: 4 }, bad: {} } };
    expect(countsBetween({}, after, new Set(['constructor']))).toStrictEqual({ total: 4, bad: 0 });
  });

  test('add up from instant to instant to what was counted, resets or not', () => {
    const steps = fc.array(fc.record({ requests: fc.nat(50), restarts: fc.boolean() }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(steps, (all) => {
        let value = 0;
        let [truth, counted] = [0, 0];
        for (const { requests, restarts } of all) {
          // A restart within the span that is over before its counter is past the old value can't be seen by anybody.
          const isSeen = restarts && requests < value;
          const next = isSeen ? requests : value + requests;
          counted += countsBetween(at({ get: value }), at({ get: next }), SCRAPED)?.total ?? Number.NaN;
          truth += requests;
          value = next;
        }
        expect(counted).toBe(truth);
      }),
    );
  });
});
