import { describe, expect, test } from 'vitest';
import { OUTAGE_POLLS, showsOutage } from '../../../src/domain/statistics/outage.ts';
import { pollOf } from './sequentialReference.ts';

describe('an outage', () => {
  test.for([
    [20, 0],
    [10, 5],
    [16, 8],
    [20, 10],
  ])('is shown by %i bad of 20, with %i of 20 in the control', ([bt = 0, bc = 0]) => {
    expect(showsOutage(pollOf(bt, bc, 20, 20))).toBe(true);
  });

  test.for([
    ['a bad one fewer than half', pollOf(9, 0, 20, 20)],
    ['half of 21, rounded down', pollOf(10, 0, 21, 20)],
    ['a control above half of the treatment', pollOf(10, 6, 20, 20)],
    ['a control above half of an outage of all', pollOf(20, 11, 20, 20)],
    ['both arms down', pollOf(20, 20, 20, 20)],
    ['19 requests in the treatment', pollOf(19, 0, 19, 20)],
    ['19 requests in the control', pollOf(20, 0, 20, 19)],
    ['no requests', pollOf(0, 0, 0, 0)],
    ['health', pollOf(0, 0, 100, 100)],
  ] as const)('is not shown by %s', ([, poll]) => {
    expect(showsOutage(poll)).toBe(false);
  });

  test('compares shares, whatever the sizes of the arms', () => {
    expect(showsOutage(pollOf(10, 500, 20, 2000))).toBe(true);
    expect(showsOutage(pollOf(10, 501, 20, 2000))).toBe(false);
    expect(showsOutage(pollOf(1000, 5, 2000, 20))).toBe(true);
    expect(showsOutage(pollOf(1000, 6, 2000, 20))).toBe(false);
  });

  test('needs two polls running: one alone may be a restart', () => {
    expect(OUTAGE_POLLS).toBe(2);
  });
});
