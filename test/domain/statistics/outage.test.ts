import { describe, expect, test } from 'vitest';
import { isOutage, outagePolls } from '../../../src/domain/statistics/outage.ts';
import { pollOf } from './sequentialReference.ts';

describe('an outage', () => {
  test.for([
    [20, 0],
    [10, 5],
    [16, 8],
    [20, 10],
  ])('is shown by %i bad of 20, with %i of 20 in the control', ([bt = 0, bc = 0]) => {
    expect(outagePolls(0, pollOf(bt, bc, 20, 20))).toBe(1);
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
    expect(outagePolls(0, poll)).toBe(0);
  });

  test('compares shares, whatever the sizes of the arms', () => {
    expect(outagePolls(0, pollOf(10, 500, 20, 2000))).toBe(1);
    expect(outagePolls(0, pollOf(10, 501, 20, 2000))).toBe(0);
    expect(outagePolls(0, pollOf(1000, 5, 2000, 20))).toBe(1);
    expect(outagePolls(0, pollOf(1000, 6, 2000, 20))).toBe(0);
  });

  test('needs two polls running, and a poll between begins anew', () => {
    const [down, up] = [pollOf(20, 0, 20, 20), pollOf(0, 0, 20, 20)];
    const runs = [down, up, down, down, down].map((_, k, polls) => polls.slice(0, k + 1).reduce(outagePolls, 0));
    expect(runs).toStrictEqual([1, 0, 1, 2, 3]);
    expect(runs.map(isOutage)).toStrictEqual([false, false, false, true, true]);
  });
});
