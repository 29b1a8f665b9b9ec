import { describe, expect, it } from 'vitest';
import { historyQuery, historyRange, windowIn } from '../../../src/domain/health/dispersionHistory.ts';
import type { Measurement } from '../../../src/domain/health/measurement.ts';
import { quantileSli, ratioSli, T0 } from './counting.ts';

const observed = (value: number, samples: number): Measurement => ({
  ...{ kind: 'observed', value, samples, coveredSeconds: 600, newestSampleAtMs: T0, query: 'q' },
});

describe('the past by which dispersion is measured', () => {
  it('is 24 h of windows of ten minutes, the newest ending now, none overlapping another', () => {
    const query = historyQuery(ratioSli(), null);
    expect(query).toMatchObject({ windowSeconds: 600, offsetSeconds: 0, arms: 'all' });
    const { fromMs, toMs, stepSeconds } = historyRange(query, T0);
    expect({ toMs, stepSeconds }).toEqual({ toMs: T0, stepSeconds: 600 });
    expect((toMs - fromMs) / 1000 / stepSeconds + 1).toBe(144);
  });

  it('has windows of three sessions at the least, and ten pairs of the longest', () => {
    const windowsOf = (sessionMinutes: number) => {
      const query = historyQuery(ratioSli(), null, sessionMinutes);
      const { fromMs, toMs, stepSeconds } = historyRange(query, T0);
      return [query.windowSeconds, (toMs - fromMs) / 1000 / stepSeconds + 1];
    };
    expect(windowsOf(3)).toEqual([600, 144]);
    expect(windowsOf(3.5)).toEqual([630, 137]);
    expect(windowsOf(24)).toEqual([4320, 20]);
  });

  it('of a ratio is the ratio itself', () => {
    const sli = ratioSli({ direction: 'higher' });
    expect(historyQuery(sli, null).sli).toEqual(sli);
  });

  it('of a quantile is its bucket at the threshold, however the edge is written', () => {
    const { sli } = historyQuery(quantileSli({ histogram: 'duration_seconds{job="shop"}' }), 0.5);
    expect(sli).toMatchObject({
      kind: 'ratio',
      direction: 'higher',
      absentNumerator: 'missing',
      numerator: 'duration_seconds_bucket{job="shop",le=~"0\\\\.5(\\\\.0)?"}',
      denominator: 'duration_seconds_bucket{job="shop",le="+Inf"}',
    });
  });
});

describe('what a window of the past held', () => {
  it('are its bad events, whichever the SLI counts', () => {
    expect(windowIn(historyQuery(ratioSli(), null), observed(0.25, 80))).toEqual({ total: 80, bad: 20 });
    const good = historyQuery(ratioSli({ direction: 'higher' }), null);
    expect(windowIn(good, observed(0.75, 80))).toEqual({ total: 80, bad: 20 });
    expect(windowIn(historyQuery(quantileSli(), 0.5), observed(0.75, 80))).toEqual({ total: 80, bad: 20 });
  });

  it('is never more than there were, nor less than none', () => {
    expect(windowIn(historyQuery(ratioSli(), null), observed(1.5, 80))).toEqual({ total: 80, bad: 80 });
    expect(windowIn(historyQuery(ratioSli(), null), observed(-0.5, 80))).toEqual({ total: 80, bad: 0 });
  });

  it('is nothing where nothing was there, and told apart where the source was away', () => {
    const query = historyQuery(ratioSli(), null);
    expect(windowIn(query, undefined)).toBeNull();
    expect(windowIn(query, { kind: 'noTraffic', newestSampleAtMs: null, query: 'q' })).toBeNull();
    expect(windowIn(query, { kind: 'missing', detail: 'd', query: 'q' })).toBeNull();
    expect(windowIn(query, { kind: 'unavailable', detail: 'd', query: 'q' })).toBe('unavailable');
  });
});
