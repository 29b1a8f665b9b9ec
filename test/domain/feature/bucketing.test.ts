import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketOf, unitOf } from '../../../src/domain/feature/bucketing.ts';
import { textOf } from './arbitraries.ts';
import { userCalled } from './lookups.ts';

/** The definition, word by word, with integers of any size. */
function slowBucket(salt: string, unit: string): number {
  const digest = createHash('sha256')
    .update(Buffer.from(`${salt}:${unit}`, 'utf8'))
    .digest();
  return Number((BigInt(digest.readUInt32BE(0)) * 100_000n) / 2n ** 32n);
}

/** Σ (seen − expected)² ÷ expected. */
const chiSquare = (counts: readonly number[], expected: number) =>
  counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);

describe('the bucket', () => {
  test('equals its slow twin for any text', () => {
    const text = textOf({ lone: false });
    fc.assert(
      fc.property(text, text, (salt, unit) => {
        expect(bucketOf(salt, unit)).toBe(slowBucket(salt, unit));
      }),
    );
  });

  test('spreads units evenly: chi-square over 100 bins', () => {
    const counts = Array.from({ length: 100 }, () => 0);
    for (let user = 0; user < 100_000; user += 1) {
      const bin = Math.floor(bucketOf('9f2c1d', `user-${user}`) / 1000);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    // 99 degrees of freedom: one sample in 10,000 lies above 161.
    expect(chiSquare(counts, 1000)).toBeLessThan(161);
  });

  test('of one feature says nothing about that of another: chi-square over 10 × 10 cells', () => {
    const counts = Array.from({ length: 100 }, () => 0);
    for (let user = 0; user < 100_000; user += 1) {
      const one = Math.floor(bucketOf('salt-of-one', `user-${user}`) / 10_000);
      const other = Math.floor(bucketOf('salt-of-other', `user-${user}`) / 10_000);
      counts[one * 10 + other] = (counts[one * 10 + other] ?? 0) + 1;
    }
    expect(chiSquare(counts, 1000)).toBeLessThan(161);
  });
});

describe('the unit', () => {
  test('is the targeting key, within its workspace where one is named', () => {
    expect(unitOf(userCalled('u-1'))).toBe('u-1');
    expect(unitOf(userCalled('u-1', { workspaceId: 'acme' }))).toBe('acme:u-1');
    expect(unitOf({ ...userCalled('u-1', { workspaceId: 'acme' }), targetingKey: null })).toBeNull();
  });
});
