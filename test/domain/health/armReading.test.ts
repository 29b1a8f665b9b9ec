import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { absentAsZero, type MetricPresence } from '../../../src/domain/health/absentCounter.ts';
import { type ArmReading, toMeasurement } from '../../../src/domain/health/armReading.ts';
import type { Arm } from '../../../src/domain/health/measurement.ts';
import { type Sli, sliSchema } from '../../../src/domain/health/sli.ts';

const COMMON = { id: 'x', source: 's', direction: 'lower', cohort: {} } as const;
const RATIO = sliSchema.parse({ ...COMMON, kind: 'ratio', numerator: 'bad_total', denominator: 'all_total' });
const STRICT = sliSchema.parse({ ...RATIO, absentNumerator: 'missing' });
const COUNT = sliSchema.parse({ ...COMMON, kind: 'count', counter: 'bad_total' });
const QUANTILE = sliSchema.parse({ ...COMMON, kind: 'quantile', histogram: 'seconds', quantile: 0.95 });
const GAUGE = sliSchema.parse({ ...COMMON, kind: 'gauge', metric: 'accuracy' });
const PROMQL = sliSchema.parse({ ...COMMON, kind: 'promql', query: 'vector(1)' });
const SLIS: readonly Sli[] = [RATIO, STRICT, COUNT, QUANTILE, GAUGE, PROMQL];

const CONTEXT = { query: 'q', coveredSeconds: 60, warnings: [] };
const number = fc.option(fc.double(), { nil: null });
const reading = fc.record({ value: number, samples: number, newestSampleAtMs: fc.option(fc.nat(), { nil: null }) });

describe('a reading as a measurement', () => {
  test('never lets out a number that is not finite, nor anything without samples as observed', () => {
    const arm = fc.constantFrom<Arm[]>('treatment', 'control', 'all');
    fc.assert(
      fc.property(fc.constantFrom(...SLIS), arm, reading, (sli, whose, found) => {
        const measurement = toMeasurement(sli, whose, found, CONTEXT);
        if (measurement.kind !== 'observed') return;
        expect(Number.isFinite(measurement.value)).toBe(true);
        expect(measurement.samples).toBeGreaterThan(0);
        expect(found.value).not.toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  test('of a ratio divides; of all others is the value', () => {
    const found = { value: 3, samples: 12, newestSampleAtMs: 7 };
    const observed = { kind: 'observed', samples: 12, coveredSeconds: 60, newestSampleAtMs: 7, query: 'q' };
    expect(toMeasurement(RATIO, 'treatment', found, CONTEXT)).toEqual({ ...observed, value: 0.25 });
    for (const sli of [COUNT, QUANTILE, GAUGE, PROMQL]) {
      expect(toMeasurement(sli, 'treatment', found, CONTEXT)).toEqual({ ...observed, value: 3 });
    }
  });

  test.for<[ArmReading, string, string]>([
    [{ value: 0, samples: 0, newestSampleAtMs: 7 }, 'noTraffic', ''],
    [{ value: Number.NaN, samples: 0, newestSampleAtMs: 7 }, 'noTraffic', ''],
    [{ value: null, samples: null, newestSampleAtMs: null }, 'missing', 'no series: all_total with cohort="control"'],
    [
      { value: null, samples: null, newestSampleAtMs: 7 },
      'missing',
      'fewer than two points in the window: all_total with cohort="control"',
    ],
    [{ value: null, samples: 5, newestSampleAtMs: 7 }, 'missing', 'no series: bad_total with cohort="control"'],
    [{ value: Number.NaN, samples: 5, newestSampleAtMs: 7 }, 'unavailable', 'the value is NaN'],
    [{ value: 1, samples: Number.NaN, newestSampleAtMs: 7 }, 'unavailable', 'the samples are NaN'],
  ])('%j of a ratio is %s', ([found, kind, detail]) => {
    const measurement = toMeasurement(RATIO, 'control', found, CONTEXT);
    expect(measurement.kind).toBe(kind);
    expect('detail' in measurement ? measurement.detail : '').toBe(detail);
  });

  test('keeps what the source remarked', () => {
    const found = { value: 3, samples: 12, newestSampleAtMs: 7 };
    const measurement = toMeasurement(COUNT, 'all', found, { ...CONTEXT, warnings: ['partial'] });
    expect(measurement.warnings).toEqual(['partial']);
  });
});

describe('a counter without series in an arm', () => {
  const nowhere: MetricPresence = { named: false, unlabelled: false, points: null, newestSampleAtMs: null };
  const elsewhere: MetricPresence = { named: true, unlabelled: false, points: 9, newestSampleAtMs: 5 };
  const numerator = { value: null, samples: 100, newestSampleAtMs: 7 };
  const counter = { value: null, samples: null, newestSampleAtMs: null };

  test('as a numerator is zero where its metric is there, or where its SLI says so', () => {
    expect(absentAsZero(STRICT, numerator, () => elsewhere).value).toBe(0);
    expect(absentAsZero(RATIO, numerator, () => nowhere).value).toBe(0);
    expect(absentAsZero(STRICT, numerator, () => nowhere).value).toBeNull();
  });

  test('as a numerator without its denominator, or without the cohort, stays missing', () => {
    expect(absentAsZero(RATIO, counter, () => elsewhere).value).toBeNull();
    expect(absentAsZero(RATIO, numerator, () => ({ ...nowhere, unlabelled: true })).value).toBeNull();
  });

  test('by itself is zero over the points that its metric has, and else stays missing', () => {
    expect(absentAsZero(COUNT, counter, () => elsewhere)).toEqual({ value: 0, samples: 9, newestSampleAtMs: 5 });
    expect(absentAsZero(COUNT, counter, () => nowhere)).toEqual(counter);
  });

  test('changes nothing of what was read', () => {
    const present = { value: 4, samples: 10, newestSampleAtMs: 7 };
    for (const sli of SLIS) expect(absentAsZero(sli, present, () => elsewhere)).toEqual(present);
    for (const sli of [QUANTILE, GAUGE, PROMQL]) expect(absentAsZero(sli, counter, () => elsewhere)).toEqual(counter);
  });
});
