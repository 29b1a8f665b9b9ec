import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alphaAfterRollbacks, combineEvidence } from '../../../src/domain/statistics/combinedEvidence.ts';

const of = (key: string, weight: number, evidence: number) => ({ key, weight, logEvidence: Math.log(evidence) });

describe('evidence of several criteria', () => {
  test('is their weighted mean, never their product', () => {
    const combined = combineEvidence([of('errors', 0.75, 4), of('latency', 0.25, 16)], 0.1);
    expect(Math.exp(combined?.logEvidence ?? 0)).toBeCloseTo(7, 12);
    expect(combined).toMatchObject({ leadingKey: 'latency', fails: false });
    expect(combined?.leadingShare).toBeCloseTo(4 / 7, 12);
  });

  test('fails at 1/α and not below', () => {
    expect(combineEvidence([of('errors', 1, 1 / 0.05)], 0.05)?.fails).toBe(true);
    expect(combineEvidence([of('errors', 1, 20 - 1e-9)], 0.05)?.fails).toBe(false);
    expect(combineEvidence([of('errors', 0.5, 40), of('latency', 0.5, 0.01)], 0.05)?.fails).toBe(true);
    expect(combineEvidence([of('errors', 0.5, 39.9), of('latency', 0.5, 0.01)], 0.05)?.fails).toBe(false);
  });

  test('names the criterion that most of it is of, of equals the first', () => {
    expect(combineEvidence([of('errors', 0.9, 10), of('latency', 0.1, 50)], 0.05)?.leadingKey).toBe('errors');
    expect(combineEvidence([of('errors', 0.5, 10), of('latency', 0.5, 10)], 0.05)?.leadingKey).toBe('errors');
  });

  test('is none without a criterion', () => {
    expect(combineEvidence([], 0.05)).toBeNull();
  });

  test('can be beyond all numbers', () => {
    const criteria = [
      { key: 'errors', weight: 0.5, logEvidence: 5000 },
      { key: 'latency', weight: 0.5, logEvidence: -5000 },
    ];
    expect(combineEvidence(criteria, 0.05)).toStrictEqual({
      logEvidence: 5000 + Math.log(0.5),
      leadingKey: 'errors',
      leadingShare: 1,
      fails: true,
    });
  });

  test('lies between the least and the most of them', () => {
    const log = fc.double({ min: -50, max: 50, noNaN: true });
    fc.assert(
      fc.property(fc.array(log, { minLength: 1, maxLength: 6 }), (logs) => {
        const criteria = logs.map((logEvidence, i) => ({ key: String(i), weight: 1 / logs.length, logEvidence }));
        const combined = combineEvidence(criteria, 0.05)?.logEvidence;
        expect(combined).toBeGreaterThanOrEqual(Math.min(...logs) - 1e-9);
        expect(combined).toBeLessThanOrEqual(Math.max(...logs) + 1e-9);
      }),
    );
  });

  test('begins anew with half the α after every rollback', () => {
    expect([0, 1, 2, 3].map((rollbacks) => alphaAfterRollbacks(0.08, rollbacks))).toStrictEqual([
      0.08, 0.04, 0.02, 0.01,
    ]);
  });
});
