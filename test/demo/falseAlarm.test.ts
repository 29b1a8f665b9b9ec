import { describe, expect, test } from 'vitest';
import { BAD_PAGE, HEALTHY } from '../../src/demo/shop/pages.ts';
import { polledUntilRollback, seededChance } from './simulatedRelease.ts';

const RUNS = 1500;
const SHOP = { users: 600, requestsPerUserAndSecond: 0.5, pollsPerExposure: 12 };

function takenBack(errorShare: number): readonly number[] {
  return Array.from({ length: RUNS }, (_, seed) =>
    polledUntilRollback({ ...SHOP, errorShare }, seededChance(seed)),
  ).filter((poll) => poll !== null);
}

describe('the rollback trigger of the demo', () => {
  test('takes back 0 of 1,500 releases that are as healthy as the shop', () => {
    expect(takenBack(HEALTHY.errorShare)).toEqual([]);
  });

  test('takes back 0 of 1,500 releases with twice the errors of a healthy one', () => {
    expect(takenBack(2 * HEALTHY.errorShare)).toEqual([]);
  });

  test('takes back all of 1,500 bad releases', () => {
    expect(takenBack(BAD_PAGE.fault?.errorShare ?? 0)).toHaveLength(RUNS);
  });
});
