import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Measurement } from '../../../src/domain/health/measurement.ts';
import { sliSchema } from '../../../src/domain/health/sli.ts';
import { judgeStability, speaksOfStability, stabilitySteps } from '../../../src/domain/health/stability.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const LIMITS = { windowHours: 48, maxErrorRate: 0.01, maxP95Seconds: 0.4 };
const COMMON = { source: 'prometheus', direction: 'lower' } as const;
const ERRORS = sliSchema.parse({
  ...COMMON,
  id: 'errors',
  kind: 'ratio',
  numerator: 'requests_total{code="500"}',
  denominator: 'requests_total',
});
const quantile = (more: object) =>
  sliSchema.parse({ ...COMMON, id: 'p95', kind: 'quantile', histogram: 'latency', quantile: 0.95, ...more });
const LATENCY = quantile({ unit: 'seconds' });

const seen = (value: number, samples = 100): Measurement => ({
  kind: 'observed',
  value,
  samples,
  coveredSeconds: 360,
  newestSampleAtMs: NOW,
  query: 'q',
});
const QUIET: Measurement = { kind: 'noTraffic', newestSampleAtMs: NOW, query: 'q' };
const MISSING: Measurement = { kind: 'missing', detail: 'no series', query: 'q' };
const steps = (count: number, of: Measurement | undefined): readonly (Measurement | undefined)[] =>
  Array.from({ length: count }, () => of);

describe('what speaks of a baseline', () => {
  it.each([
    ['a ratio that should be low', ERRORS, true],
    ['a ratio that should be high', { ...ERRORS, direction: 'higher' as const }, false],
    ['a ratio that is declared new', { ...ERRORS, declaredNew: true }, false],
    ['a 95th percentile in seconds', LATENCY, true],
    ['a 95th percentile in milliseconds', quantile({ unit: 'ms' }), true],
    ['a 95th percentile named so', quantile({ histogram: 'duration_seconds{job="shop"}' }), true],
    ['a 95th percentile of nobody knows what', quantile({}), false],
    ['a 95th percentile of bytes', quantile({ unit: 'bytes', histogram: 'size_seconds' }), false],
    ['a median', quantile({ unit: 'seconds', quantile: 0.5 }), false],
    ['a count', sliSchema.parse({ ...COMMON, id: 'c', kind: 'count', counter: 'failures_total' }), false],
  ])('%s', (_, sli, speaks) => {
    expect(speaksOfStability(sli)).toBe(speaks);
  });
});

describe('the steps of a look back', () => {
  it('are few, follow one another without gap, end now, and fill the window', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.005, max: 24 * 366, noNaN: true }), (hours) => {
        const { stepSeconds, fromMs, toMs } = stabilitySteps(hours, NOW);
        const count = (toMs - fromMs) / (stepSeconds * 1000) + 1;
        expect(Number.isInteger(stepSeconds) && Number.isInteger(count)).toBe(true);
        expect(count).toBeLessThanOrEqual(480);
        expect(count).toBeGreaterThanOrEqual(5);
        expect(toMs).toBe(NOW);
        // Never reaches further back than was asked for, and falls short by less than a step.
        const missingSeconds = hours * 3600 - count * stepSeconds;
        expect(missingSeconds).toBeGreaterThanOrEqual(-0.001);
        expect(missingSeconds).toBeLessThan(stepSeconds);
      }),
    );
    expect(stabilitySteps(48, NOW)).toEqual({ stepSeconds: 360, fromMs: NOW - 479 * 360_000, toMs: NOW });
  });
});

describe('a baseline', () => {
  it('is steady with few errors all the time, and says how few', () => {
    expect(judgeStability(ERRORS, steps(480, seen(0.002)), LIMITS)).toEqual({
      verdict: 'steady',
      detail: 'is 0.002, wanted below 0.01, over 48 h of 48 h',
    });
  });

  it('with as many errors as allowed is not', () => {
    expect(judgeStability(ERRORS, steps(480, seen(0.01)), LIMITS).verdict).toBe('unhealthy');
  });

  it('weighs a quiet hour as little as it was quiet', () => {
    const quietAndBad = [...steps(470, seen(0.001, 10_000)), ...steps(10, seen(1, 1))];
    expect(judgeStability(ERRORS, quietAndBad, LIMITS).verdict).toBe('steady');
    const busyAndBad = [...steps(470, seen(0.001, 1)), ...steps(10, seen(0.5, 10_000))];
    expect(judgeStability(ERRORS, busyAndBad, LIMITS).verdict).toBe('unhealthy');
  });

  it('is the share of all errors among all requests, however they lie', () => {
    const step = fc.record({ errors: fc.nat(50), requests: fc.integer({ min: 50, max: 1000 }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (found) => {
        const errors = found.reduce((sum, one) => sum + one.errors, 0);
        const requests = found.reduce((sum, one) => sum + one.requests, 0);
        const measured = found.map((one) => seen(one.errors / one.requests, one.requests));
        // At the limit itself only rounding decides.
        fc.pre(Math.abs(errors / requests - 0.05) > 1e-9);
        const { verdict } = judgeStability(ERRORS, measured, { ...LIMITS, maxErrorRate: 0.05 });
        expect(verdict).toBe(errors / requests < 0.05 ? 'steady' : 'unhealthy');
      }),
    );
  });

  it('forgives latency a spike of six minutes, and no slow hour', () => {
    const spike = [...steps(476, seen(0.2)), ...steps(4, seen(3))];
    expect(judgeStability(LATENCY, spike, LIMITS)).toEqual({
      verdict: 'steady',
      detail: 'is below 0.4 s in 476 of 480 steps, wanted in 99 %, over 48 h of 48 h',
    });
    const slowHour = [...steps(470, seen(0.2)), ...steps(10, seen(0.5))];
    expect(judgeStability(LATENCY, slowHour, LIMITS).verdict).toBe('unhealthy');
    expect(judgeStability(LATENCY, steps(480, seen(0.4)), LIMITS).verdict).toBe('unhealthy');
  });

  it('knows milliseconds', () => {
    const inMs = quantile({ unit: 'milliseconds' });
    expect(judgeStability(inMs, steps(480, seen(200)), LIMITS).verdict).toBe('steady');
    expect(judgeStability(inMs, steps(480, seen(500)), LIMITS).verdict).toBe('unhealthy');
  });

  it.each([
    ['missing', MISSING],
    ['without traffic', QUIET],
    ['not there', undefined],
  ])('forgives a tenth of the steps that is %s, and no more', (_, gap) => {
    expect(judgeStability(ERRORS, [...steps(48, gap), ...steps(432, seen(0))], LIMITS).verdict).toBe('steady');
    expect(judgeStability(ERRORS, [...steps(220, gap), ...steps(260, seen(0))], LIMITS)).toEqual({
      verdict: 'short',
      detail: 'has data and traffic for 26 h of 48 h',
    });
    expect(judgeStability(ERRORS, steps(480, gap), LIMITS)).toMatchObject({
      verdict: 'short',
      detail: 'has data and traffic for 0 h of 48 h',
    });
  });

  it('of no steps at all is no baseline', () => {
    expect(judgeStability(ERRORS, [], LIMITS).verdict).toBe('short');
  });

  it('that can not be asked for says why', () => {
    const refused: Measurement = { kind: 'unavailable', detail: 'no answer within 10 s', query: 'q' };
    expect(judgeStability(ERRORS, steps(480, refused), LIMITS)).toEqual({
      verdict: 'unavailable',
      detail: 'the past could not be asked for: no answer within 10 s',
    });
  });
});
