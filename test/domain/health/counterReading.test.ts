import { describe, expect, it } from 'vitest';
import { type CounterReading, type CounterSample, countedBetween } from '../../../src/domain/health/counterReading.ts';
import type { CountableSli } from '../../../src/domain/health/countQuery.ts';
import { pollOf, quantileSli, ratioSli, T0 } from './counting.ts';

type Arm = CounterSample['arm'];
type Values = Readonly<Record<string, number>>;

const ratioOf = (arm: Arm, denominator: Values, numerator: Values = {}, target = 'a'): readonly CounterSample[] => [
  ...Object.entries(denominator).map(([series, value]) => sample({ arm, target, part: 'denominator', series, value })),
  ...Object.entries(numerator).map(([series, value]) => sample({ arm, target, part: 'numerator', series, value })),
];
const buckets = (arm: Arm, counts: Values, target = 'a'): readonly CounterSample[] =>
  Object.entries(counts).map(([le, value]) => sample({ arm, target, part: 'bucket', series: 'all', le, value }));
const sample = (of: Omit<CounterSample, 'le'> & { readonly le?: string }): CounterSample => ({ le: null, ...of });

function reading(samples: readonly (readonly CounterSample[])[], more: Partial<CounterReading> = {}): CounterReading {
  return {
    ...{ samples: samples.flat(), scraped: new Set(['a']), newestSampleAtMs: T0, absentIsZero: true },
    ...more,
  };
}
const NOTHING = reading([], { scraped: new Set() });

const between = (before: CounterReading, after: CounterReading, sli: CountableSli = ratioSli(), slowerThan = 0.5) =>
  countedBetween(
    { sli, slowerThan: sli.kind === 'quantile' ? slowerThan : null, fromMs: T0 - 15_000, toMs: T0 },
    before,
    after,
    'asked',
  );

const BEFORE = reading([ratioOf('treatment', { x: 100 }, { x: 5 }), ratioOf('control', { x: 1000 }, { x: 10 })]);
const AFTER = reading([ratioOf('treatment', { x: 150 }, { x: 8 }), ratioOf('control', { x: 1200 }, { x: 12 })]);

describe('a ratio between two readings', () => {
  it('is the differences of raw counters', () => {
    expect(between(BEFORE, AFTER)).toEqual({
      kind: 'counted',
      poll: pollOf(50, 3, 200, 2),
      edge: null,
      newestSampleAtMs: T0,
      query: 'asked',
    });
  });

  it('counts what is not good where a higher share is better', () => {
    expect(between(BEFORE, AFTER, ratioSli({ direction: 'higher' }))).toMatchObject({
      poll: pollOf(50, 47, 200, 198),
    });
  });

  it('counts from 0 where a counter fell, and where a series of a known target is new', () => {
    const reset = reading([ratioOf('treatment', { x: 20, y: 7 }, { x: 1, y: 2 }), ratioOf('control', { x: 1200 })]);
    expect(between(BEFORE, reset)).toMatchObject({ poll: pollOf(27, 3, 200, 0) });
  });

  it('a numerator that is not there is zero where it may be, and missing where it may not', () => {
    const silent = reading([ratioOf('treatment', { x: 150 }), ratioOf('control', { x: 1200 }, { x: 12 })]);
    expect(between(BEFORE, silent)).toMatchObject({ poll: pollOf(50, 0, 200, 2) });
    expect(between(BEFORE, { ...silent, absentIsZero: false })).toMatchObject({
      kind: 'missing',
      detail: 'no series that can be counted: requests_total with cohort="treatment"',
    });
  });

  it('an arm without series is missing, whichever it is', () => {
    const treatment = reading([ratioOf('treatment', { x: 150 })]);
    expect(between(BEFORE, treatment)).toMatchObject({ kind: 'missing', detail: expect.stringMatching(/"control"$/) });
    const control = reading([ratioOf('control', { x: 150 })]);
    expect(between(BEFORE, control)).toMatchObject({ kind: 'missing', detail: expect.stringMatching(/"treatment"$/) });
    expect(between(BEFORE, reading([]))).toMatchObject({ kind: 'missing' });
  });

  it('a value that is no counter’s is missing', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
      const broken = reading([ratioOf('treatment', { x: value }), ratioOf('control', { x: 1200 })]);
      expect(between(BEFORE, broken)).toMatchObject({ kind: 'missing' });
    }
  });

  it('begins anew where nothing is known of the earlier instant: no reading, another target, no counter', () => {
    expect(between(NOTHING, AFTER)).toMatchObject({ kind: 'unanchored' });
    const moved = reading([ratioOf('treatment', { x: 150 }, {}, 'b'), ratioOf('control', { x: 1200 }, { x: 12 })], {
      scraped: new Set(['a', 'b']),
    });
    expect(between(BEFORE, moved)).toMatchObject({ kind: 'unanchored' });
    const broken = reading([ratioOf('treatment', { x: Number.NaN }), ratioOf('control', { x: 1000 })]);
    expect(between(broken, AFTER)).toMatchObject({ kind: 'unanchored' });
  });

  it('leaves out a target that is new, and counts the others', () => {
    const more = reading([...[AFTER.samples], ratioOf('treatment', { x: 9000 }, { x: 9000 }, 'new')]);
    expect(between(BEFORE, more)).toMatchObject({ poll: pollOf(50, 3, 200, 2) });
  });
});

describe('slow requests between two readings', () => {
  const sli = quantileSli();
  const before = reading([
    buckets('treatment', { '0.25': 10, '0.5': 20, '+Inf': 25 }),
    buckets('control', { '0.25': 100, '0.5': 200, '+Inf': 210 }),
  ]);
  const after = reading([
    buckets('treatment', { '0.25': 20, '0.5': 40, '+Inf': 65 }),
    buckets('control', { '0.25': 150, '0.5': 280, '+Inf': 310 }),
  ]);

  it('are all but those in the bucket of the threshold, or of the largest edge below it', () => {
    expect(between(before, after, sli)).toMatchObject({ edge: 0.5, poll: pollOf(40, 20, 100, 20) });
    expect(between(before, after, sli, 0.4)).toMatchObject({ edge: 0.25, poll: pollOf(40, 30, 100, 50) });
  });

  it('are missing where no edge is low enough, or an arm has no histogram', () => {
    expect(between(before, after, sli, 0.1)).toMatchObject({
      kind: 'missing',
      detail: expect.stringContaining('no edge at or below 0.1'),
    });
    const half = reading([buckets('control', { '+Inf': 310 })]);
    expect(between(before, half, sli)).toMatchObject({
      kind: 'missing',
      detail: 'no series that can be counted: duration_seconds with cohort="treatment"',
    });
  });

  it('are none between two scrapes: that is no lack of data', () => {
    expect(between(after, after, sli)).toMatchObject({ kind: 'counted', edge: 0.5, poll: pollOf(0, 0, 0, 0) });
  });

  it('begin anew where nothing is known of the earlier instant', () => {
    expect(between(NOTHING, after, sli)).toMatchObject({ kind: 'unanchored' });
  });
});
