import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alarmEpisodes, lowestThresholds } from '../../../src/domain/suggestion/alarmEpisodes.ts';
import { seededChance } from '../../demo/simulatedRelease.ts';
import { errorShares } from './process.ts';

const severities = fc.array(fc.option(fc.integer({ min: 0, max: 30 }), { nil: null, freq: 6 }), {
  minLength: 1,
  maxLength: 200,
});
const reach = fc.integer({ min: 1, max: 8 });

/** By definition, and slowly. */
function lowestByDefinition(given: ReadonlyArray<number | null>, within: number, most: number): number | undefined {
  const known = given.filter((severity) => severity !== null).toSorted((a, b) => a - b);
  const cut = known[Math.floor(0.9 * known.length)] ?? Number.POSITIVE_INFINITY;
  let lowest: number | undefined;
  for (const threshold of new Set(known.filter((severity) => severity >= cut).toReversed())) {
    if (alarmEpisodes(given, within, threshold) > most) return lowest;
    lowest = threshold;
  }
  return lowest;
}

describe('episodes of alarm', () => {
  test('are runs of looks above the threshold: those within reach of one another are one', () => {
    const looks = [5, 0, 0, 5, 0, 0, 0, 5, null, 5];
    expect(alarmEpisodes(looks, 3, 4)).toBe(2);
    expect(alarmEpisodes(looks, 2, 4)).toBe(3);
    expect(alarmEpisodes(looks, 4, 4)).toBe(1);
    expect(alarmEpisodes(looks, 1, 5)).toBe(0);
    expect(alarmEpisodes([null, null], 1, 0)).toBe(0);
  });

  test('give the lowest threshold with so many at most, as by its definition', () => {
    fc.assert(
      fc.property(severities, reach, (given, within) => {
        const lowest = lowestThresholds(given, within, 20);
        for (let most = 0; most <= 20; most += 1) {
          expect(lowest[most]).toBe(lowestByDefinition(given, within, most));
        }
      }),
    );
  });

  test.for([3, 10, 40])('do so for a service too, whose looks come in runs that grow together: reach %i', (within) => {
    const given = errorShares(3000, 10, seededChance(within));
    const lowest = lowestThresholds(given, within, 20);
    for (let most = 0; most <= 20; most += 1) expect(lowest[most]).toBe(lowestByDefinition(given, within, most));
  });

  test('are one again where the runs between two peaks meet', () => {
    const calm = Array<number>(100).fill(0);
    const hill = [9, 5, 5, 5, 5, 9];
    // One peak is 9, the other too; between them 5: two episodes above 8, one above 4.
    const lowest = lowestThresholds([...calm, ...hill, ...calm, 7, ...calm], 2, 2);
    expect(alarmEpisodes([...calm, ...hill], 2, 8)).toBe(2);
    expect(alarmEpisodes([...calm, ...hill], 2, 4)).toBe(1);
    // With no more than two: not three, though 7, the third peak, comes in before the first two are one.
    expect(lowest).toEqual([9, 9, 7]);
  });

  test('of nothing known have no threshold', () => {
    expect(lowestThresholds([null, null], 3, 5)).toEqual([]);
    expect(lowestThresholds([], 3, 5)).toEqual([]);
  });
});
