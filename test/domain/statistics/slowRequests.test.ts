import { describe, expect, test } from 'vitest';
import { type ArmHistogram, slowCounts } from '../../../src/domain/statistics/slowRequests.ts';

const SCRAPED = new Set(['a:80', 'b:80']);
type Counts = Readonly<Record<string, number>>;
const at = (counts: Counts, target = 'a:80'): ArmHistogram => ({ [target]: { get: counts } });
const since = (before: Counts, after: Counts) => ({ before: at(before), after: at(after) });
const begun = (after: ArmHistogram) => ({ before: {}, after });

const CONTROL = since({ '0.25': 10, '0.5': 20, '+Inf': 20 }, { '0.25': 60, '0.5': 110, '+Inf': 120 });

describe('slow requests', () => {
  test('are all but those in the bucket of the threshold', () => {
    const treatment = since({ '0.25': 0, '0.5': 5, '+Inf': 9 }, { '0.25': 1, '0.5': 25, '+Inf': 59 });
    expect(slowCounts(treatment, CONTROL, 0.5, SCRAPED)).toStrictEqual({
      edge: 0.5,
      poll: { treatment: { total: 50, bad: 30 }, control: { total: 100, bad: 10 } },
    });
  });

  test.for([
    [0.4, 0.25],
    [0.5, 0.5],
    [0.499999, 0.25],
    [7, 0.5],
  ])('are counted above the largest edge at or below the threshold %d, which is %d', ([threshold = 0, edge = 0]) => {
    expect(slowCounts(CONTROL, CONTROL, threshold, SCRAPED)?.edge).toBe(edge);
  });

  test('have an edge that both arms have', () => {
    const treatment = begun(at({ '0.1': 4, '0.25': 5, '0.4': 6, '+Inf': 8 }));
    expect(slowCounts(treatment, CONTROL, 0.5, SCRAPED)).toMatchObject({
      edge: 0.25,
      poll: { treatment: { total: 8, bad: 3 }, control: { total: 100, bad: 50 } },
    });
    expect(slowCounts(begun(at({ '0.4': 6, '+Inf': 8 })), CONTROL, 0.5, SCRAPED)).toBeNull();
    expect(slowCounts(CONTROL, CONTROL, 0.2, SCRAPED)).toBeNull();
  });

  test('have an edge that every process of an arm has: requests of one without it are not slow for that', () => {
    const mixed = begun({ ...at({ '0.25': 9, '0.5': 10, '+Inf': 10 }), ...at({ '0.25': 8, '+Inf': 10 }, 'b:80') });
    expect(slowCounts(mixed, CONTROL, 0.5, SCRAPED)).toMatchObject({
      edge: 0.25,
      poll: { treatment: { total: 20, bad: 3 } },
    });
    const idle = { before: mixed.after, after: { ...mixed.after, ...at({ '0.25': 9, '0.5': 11, '+Inf': 12 }) } };
    expect(slowCounts(idle, CONTROL, 0.5, SCRAPED)).toMatchObject({
      edge: 0.5,
      poll: { treatment: { total: 2, bad: 1 } },
    });
  });

  test.for(['0.5', '5e-1', '0.50', '.5'])('read an edge as a number: %s', (le) => {
    expect(slowCounts(begun(at({ [le]: 3, '+Inf': 4 })), CONTROL, 0.5, SCRAPED)).toMatchObject({
      edge: 0.5,
      poll: { treatment: { total: 4, bad: 1 } },
    });
  });

  test('go on where Prometheus begins to write an edge otherwise, and old and new stand side by side for a while', () => {
    const written = since({ '1': 10, '+Inf': 12 }, { '1': 10, '1.0': 15, '+Inf': 20 });
    expect(slowCounts(written, written, 1, SCRAPED)).toMatchObject({ poll: { treatment: { total: 8, bad: 3 } } });
    const otherOrder = since({ '0.50': 10, '+Inf': 12 }, { '0.5': 15, '0.50': 10, '+Inf': 20 });
    expect(slowCounts(otherOrder, otherOrder, 0.5, SCRAPED)).toMatchObject({
      poll: { treatment: { total: 8, bad: 3 } },
    });
  });

  test('count all buckets from 0 where one of them fell, or the edges changed', () => {
    const fell = since({ '0.25': 2, '0.5': 90, '+Inf': 100 }, { '0.25': 5, '0.5': 50, '+Inf': 120 });
    expect(slowCounts(fell, CONTROL, 0.5, SCRAPED)).toMatchObject({ poll: { treatment: { total: 120, bad: 70 } } });
    const other = since({ '0.1': 2, '+Inf': 10 }, { '0.5': 50, '+Inf': 60 });
    expect(slowCounts(other, CONTROL, 0.5, SCRAPED)).toMatchObject({ poll: { treatment: { total: 60, bad: 10 } } });
  });

  test('leave out a target that was not scraped before', () => {
    const treatment = begun({ ...at({ '0.5': 3, '+Inf': 4 }), ...at({ '0.5': 300, '+Inf': 900 }, 'new:80') });
    expect(slowCounts(treatment, CONTROL, 0.5, SCRAPED)).toMatchObject({ poll: { treatment: { total: 4, bad: 1 } } });
  });

  test('are none of an arm that had no requests, also where neither had any, and no data of one without series', () => {
    const idle = { before: CONTROL.after, after: CONTROL.after };
    expect(slowCounts(idle, CONTROL, 0.5, SCRAPED)).toMatchObject({
      poll: { treatment: { total: 0, bad: 0 }, control: { total: 100, bad: 10 } },
    });
    expect(slowCounts(idle, idle, 0.5, SCRAPED)).toMatchObject({
      edge: 0.5,
      poll: { treatment: { total: 0, bad: 0 }, control: { total: 0, bad: 0 } },
    });
    expect(slowCounts(begun({}), CONTROL, 0.5, SCRAPED)).toBeNull();
  });

  test.for([
    { '0.5': 3 },
    { '0.5': Number.NaN, '+Inf': 4 },
    { '0.5': 3, '+Inf': Number.POSITIVE_INFINITY },
    { '0.5': -1, '+Inf': 4 },
  ])('are no data where a series can not be read: %o', (counts) => {
    expect(slowCounts(begun(at(counts)), CONTROL, 0.5, SCRAPED)).toBeNull();
    expect(slowCounts(CONTROL, begun(at(counts)), 0.5, SCRAPED)).toBeNull();
  });

  test('are never fewer than none', () => {
    const early = begun(at({ '0.5': 5, '+Inf': 4 }));
    expect(slowCounts(early, CONTROL, 0.5, SCRAPED)).toMatchObject({ poll: { treatment: { total: 4, bad: 0 } } });
  });
});
