import { describe, expect, test } from 'vitest';
import type { ArmCounts } from '../../../src/domain/statistics/armCounts.ts';
import { dispersionOf } from '../../../src/domain/statistics/dispersion.ts';
import { seededChance } from '../../demo/simulatedRelease.ts';

const windowOf = (bad: number, total = 1000): ArmCounts => ({ total, bad });
const pairs = (count: number, ...windows: readonly ArmCounts[]) => Array.from({ length: count }, () => windows).flat();

/** A day of 10-minute windows in which users come with a cycle, and each of them brings so many bad requests. */
function day(badPerUser: number, chance: () => number): readonly ArmCounts[] {
  return Array.from({ length: 144 }, (_, k) => {
    const users = Math.round(600 + 500 * Math.sin((2 * Math.PI * k) / 144));
    let hit = 0;
    for (let user = 0; user < users; user += 1) if (chance() < 0.02) hit += 1;
    return { total: users * 10, bad: hit * badPerUser };
  });
}

describe('dispersion', () => {
  test('is the formula: two windows of equal size that differ by 2 d have d² / (b/4)', () => {
    // s = ½, b = 20, b₁ − s b = 4: 16 / (¼ · 20) = 3.2, of 16 pairs: times 1 + 2/4.
    expect(dispersionOf(pairs(16, windowOf(14), windowOf(6)), null)).toStrictEqual({
      phi: 3.2 * 1.5,
      pairsWithEvents: 16,
      source: 'measured',
    });
  });

  test('takes unequal traffic into account', () => {
    // s = ¾, b = 40, b₁ − s b = 0: as even as can be.
    expect(dispersionOf(pairs(25, windowOf(30, 3000), windowOf(10, 1000)), null).phi).toBeCloseTo(1 + 2 / 5, 12);
  });

  test('is never below 1, and near 1 where every bad request is of another user', () => {
    expect(dispersionOf(pairs(400, windowOf(10), windowOf(10)), null).phi).toBeCloseTo(1.1, 12);
    expect(dispersionOf(day(1, seededChance(1)), null).phi).toBeLessThan(1.7);
  });

  test('finds the size of the bursts, whatever the daily cycle', () => {
    const { phi } = dispersionOf(day(8, seededChance(2)), null);
    expect(phi).toBeGreaterThan(6);
    expect(phi).toBeLessThan(14);
  });

  test('leaves out pairs without events, with a window missing, or without requests in one', () => {
    const silent = [...pairs(9, windowOf(14), windowOf(6)), ...pairs(50, windowOf(0), windowOf(0))];
    const broken = [...silent, windowOf(5), null, null, windowOf(5), windowOf(5), windowOf(0, 0), windowOf(3)];
    expect(dispersionOf(broken, 4)).toStrictEqual({ phi: 4, pairsWithEvents: 9, source: 'contract' });
  });

  test('is assumed with fewer than ten pairs: at least 10 and the largest count of a window', () => {
    expect(dispersionOf([], null)).toStrictEqual({ phi: 10, pairsWithEvents: 0, source: 'assumed' });
    expect(dispersionOf(pairs(9, windowOf(2), windowOf(2)), null).phi).toBe(10);
    expect(dispersionOf([windowOf(25), windowOf(25)], null).phi).toBe(25);
    expect(dispersionOf([null, windowOf(40)], null).phi).toBe(40);
    expect(dispersionOf([windowOf(30), windowOf(0)], null).phi).toBe(30 * 3);
    expect(dispersionOf(pairs(10, windowOf(2), windowOf(2)), null).source).toBe('measured');
  });

  test('takes what the contract says where there are too few, never below 1, and not where there are enough', () => {
    expect(dispersionOf([], 0.3)).toMatchObject({ phi: 1, source: 'contract' });
    expect(dispersionOf(pairs(16, windowOf(14), windowOf(6)), 2).source).toBe('measured');
  });
});
