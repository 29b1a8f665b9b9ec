import { describe, expect, test } from 'vitest';
import { argo } from '../../bench/decisions/argo.ts';
import { confidenceSequence, multiplier } from '../../bench/decisions/confidenceSequence.ts';
import { flagger } from '../../bench/decisions/flagger.ts';
import type { Judge } from '../../bench/decisions/judge.ts';
import { rankSum } from '../../bench/decisions/rankSum.ts';
import { threshold } from '../../bench/decisions/threshold.ts';
import type { PollCounts } from '../../src/domain/statistics/armCounts.ts';

const USUAL = 0.1;
/** Of 100 requests; the limit is 15. */
const poll = (bad: number): PollCounts => ({ treatment: { total: 100, bad }, control: { total: 100, bad: 10 } });

/** After how many polls it rolls back; null where it does not. */
function stop(judge: Judge, bads: readonly number[]): number | null {
  const index = bads.findIndex((bad) => judge(poll(bad)));
  return index < 0 ? null : index + 1;
}
const times = (polls: number, bad: number) => new Array<number>(polls).fill(bad);

describe('what others use', () => {
  test('a threshold goes off at the first full window above its limit', () => {
    expect(stop(threshold(USUAL), times(100, 16))).toBe(20);
    expect(stop(threshold(USUAL), times(100, 15))).toBeNull();
    expect(stop(threshold(USUAL), [...times(50, 15), 16])).toBe(51);
  });

  test('Argo Rollouts goes off at the fourth failed measurement, whatever lies between', () => {
    const [failed, passed] = [times(20, 16), times(20, 10)];
    expect(stop(argo(USUAL), times(200, 16))).toBe(80);
    expect(stop(argo(USUAL), [failed, passed, failed, passed, failed, passed, failed].flat())).toBe(140);
    expect(stop(argo(USUAL), [failed, failed, failed, times(400, 15)].flat())).toBeNull();
  });

  test('Flagger goes off at the run after the tenth failed check, whatever lies between', () => {
    const [failed, passed] = [times(4, 16), times(4, 10)];
    expect(stop(flagger(USUAL), times(200, 16))).toBe(44);
    expect(stop(flagger(USUAL), Array.from({ length: 10 }, () => [failed, passed].flat()).flat())).toBe(80);
    expect(stop(flagger(USUAL), [times(36, 16), times(400, 15)].flat())).toBeNull();
  });

  test("Mann and Whitney's test goes off where the treatment's shares are the higher ones", () => {
    expect(stop(rankSum(), times(100, 11))).toBe(30);
    expect(stop(rankSum(), times(100, 10))).toBeNull();
    expect(stop(rankSum(), times(100, 9))).toBeNull();
  });

  test.for([
    [100, 6.61],
    [500, 3.68],
    [1000, 3.15],
    [5000, 2.78],
    [20_000, 2.87],
    [100_000, 3.09],
  ])('the confidence sequence after %i observations is %f standard errors wide', ([n = 0, z = 0]) => {
    expect(Math.abs(multiplier(n) - z)).toBeLessThanOrEqual(0.005);
  });

  test('the confidence sequence goes off once the difference is more than that', () => {
    const bads = times(1000, 12);
    const stopped = stop(confidenceSequence(), bads) ?? 0;
    const isBeyond = (polls: number) => {
      const error = Math.sqrt((0.12 * 0.88 + 0.1 * 0.9) / (100 * polls));
      return 0.02 > multiplier(200 * polls) * error;
    };
    expect([isBeyond(stopped - 1), isBeyond(stopped)]).toStrictEqual([false, true]);
  });

  test('the confidence sequence says nothing before the first bad request', () => {
    const judge = confidenceSequence();
    const none = { total: 100, bad: 0 };
    expect(judge({ treatment: none, control: none })).toBe(false);
  });
});
