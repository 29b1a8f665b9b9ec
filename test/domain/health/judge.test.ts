import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isWindowed,
  OPERATORS,
  type Operator,
  successCriterionSchema,
  triggerSchema,
} from '../../../src/domain/health/criterion.ts';
import { describeVerdict } from '../../../src/domain/health/describeVerdict.ts';
import { conditionHolds, judge } from '../../../src/domain/health/judge.ts';
import { type Measurement, type Measurements, queryKey } from '../../../src/domain/health/measurement.ts';
import type { PlannedWindow } from '../../../src/domain/health/measurementPlan.ts';
import { type Sli, sliSchema } from '../../../src/domain/health/sli.ts';
import type { Verdict } from '../../../src/domain/health/verdict.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const FRESH = { nowMs: NOW, pollIntervalMs: 15_000 };

const ratio = sliSchema.parse({
  id: 'error_rate',
  kind: 'ratio',
  source: 'prometheus',
  direction: 'lower',
  numerator: 'errors_total',
  denominator: 'requests_total',
  cohort: {},
});
const count = sliSchema.parse({
  id: 'failures',
  kind: 'count',
  source: 'prometheus',
  direction: 'lower',
  counter: 'failures_total',
  cohort: {},
});
const gauge = sliSchema.parse({
  id: 'depth',
  kind: 'gauge',
  source: 'prometheus',
  direction: 'lower',
  metric: 'queue_depth',
  cohort: {},
});

const CRITERION = {
  sli: 'error_rate',
  compare: 'absolute' as const,
  operator: '<=' as const,
  threshold: 0.01,
  windowSeconds: 600,
};
type Input = Readonly<Record<string, unknown>>;

function plannedOf(role: 'success' | 'trigger', input: Input, more: Partial<PlannedWindow> = {}, sli: Sli = ratio) {
  const trigger = triggerSchema.parse({ ...CRITERION, operator: '>', ...input });
  const criterion = role === 'trigger' ? trigger : successCriterionSchema.parse({ ...CRITERION, ...input });
  if (!isWindowed(criterion)) throw new Error('it looks at no window');
  const subject = { sli, windowSeconds: criterion.windowSeconds, offsetSeconds: 0, arms: 'cohorts' as const };
  const severity = role === 'trigger' ? trigger.severity : null;
  const placed = { key: `${role}/0`, role, severity, looksAt: 'window' as const, criterion };
  const planned: PlannedWindow = { ...placed, sli, subject, unasked: null, past: null, shortened: false };
  return { ...planned, ...more };
}

const observed = (value: number, more: Partial<Extract<Measurement, { kind: 'observed' }>> = {}): Measurement => ({
  kind: 'observed',
  value,
  samples: 1000,
  coveredSeconds: 600,
  newestSampleAtMs: NOW,
  query: 'q',
  ...more,
});

const answering = (measured: ReadonlyMap<string, Measurements>) => ({
  measured,
  points: new Map(),
  counted: new Map(),
  comparisons: {},
});

/** The verdict where the subject's question is answered by `arms`, and the past by `past`. */
function verdictOf(planned: PlannedWindow, arms: Measurements, past?: Measurement): Verdict {
  const answers = new Map<string, Measurements>();
  if (planned.subject !== null) answers.set(queryKey(planned.subject), arms);
  if (planned.past !== null && past !== undefined) answers.set(queryKey(planned.past), { all: past });
  const [verdict] = judge([planned], answering(answers), FRESH);
  if (verdict === undefined) throw new Error('no verdict');
  return verdict;
}

describe('what a verdict says', () => {
  it('a success criterion passes when its condition holds, a trigger fails', () => {
    const treatment = observed(0.02);
    expect(verdictOf(plannedOf('success', { threshold: 0.02 }), { treatment })).toMatchObject({
      outcome: 'pass',
      reason: 'holds',
      severity: null,
    });
    expect(verdictOf(plannedOf('success', {}), { treatment })).toMatchObject({
      outcome: 'fail',
      reason: 'doesNotHold',
    });
    expect(verdictOf(plannedOf('trigger', {}), { treatment })).toMatchObject({
      outcome: 'fail',
      reason: 'holds',
      severity: 'rollback',
    });
    expect(verdictOf(plannedOf('trigger', { threshold: 0.02 }), { treatment })).toMatchObject({
      outcome: 'pass',
      reason: 'doesNotHold',
    });
  });

  it.each<[Operator, readonly [boolean, boolean, boolean]]>([
    ['<', [true, false, false]],
    ['<=', [true, true, false]],
    ['>', [false, false, true]],
    ['>=', [false, true, true]],
  ])('%s below, at and above its limit', (operator, expected) => {
    expect([0.09, 0.1, 0.11].map((value) => conditionHolds(value, operator, 0.1))).toEqual(expected);
    const outcomes = [0.09, 0.1, 0.11].map(
      (value) =>
        verdictOf(plannedOf('success', { operator, threshold: 0.1 }), { treatment: observed(value) }).outcome ===
        'pass',
    );
    expect(outcomes).toEqual(expected);
  });

  it('carries what it rests on', () => {
    const planned = plannedOf('trigger', { compare: 'baselineRatio', threshold: 1.5, consecutive: 3, dryRun: true });
    const verdict = verdictOf(planned, { treatment: observed(0.04), control: observed(0.02) });
    expect(verdict).toEqual({
      key: 'trigger/0',
      role: 'trigger',
      sli: 'error_rate',
      severity: 'rollback',
      consecutive: 3,
      polls: null,
      dryRun: true,
      outcome: 'fail',
      reason: 'holds',
      value: 0.04,
      baseline: 0.02,
      limit: 0.03,
      samples: 1000,
      detail: null,
      evidence: null,
    });
    expect(describeVerdict(verdict)).toBe('error_rate (trigger/0) is 0.04, baseline 0.02, limit 0.03, 1000 samples');
  });

  it('reads everyone where the question is about everyone', () => {
    const subject = { sli: ratio, windowSeconds: 600, offsetSeconds: 0, arms: 'all' as const };
    const planned = plannedOf('trigger', {}, { subject });
    expect(verdictOf(planned, { all: observed(0.5), treatment: observed(0) })).toMatchObject({ outcome: 'fail' });
  });
});

describe('comparing with the control', () => {
  const relative = (compare: 'baselineRatio' | 'baselineDifference', threshold: number, sli: Sli = ratio) =>
    plannedOf('trigger', { compare, threshold }, {}, sli);

  it('ratio: threshold times the baseline', () => {
    const planned = relative('baselineRatio', 1.5);
    expect(verdictOf(planned, { treatment: observed(0.03), control: observed(0.02) })).toMatchObject({
      limit: 0.03,
      outcome: 'pass',
    });
    expect(verdictOf(planned, { treatment: observed(0.0301), control: observed(0.02) })).toMatchObject({
      outcome: 'fail',
    });
  });

  it('difference: threshold above the baseline', () => {
    const planned = relative('baselineDifference', 0.25);
    expect(verdictOf(planned, { treatment: observed(0.5), control: observed(0.25) })).toMatchObject({
      limit: 0.5,
      outcome: 'pass',
    });
    expect(verdictOf(planned, { treatment: observed(0.51), control: observed(0.25) })).toMatchObject({
      outcome: 'fail',
    });
  });

  it('a baseline is floored at one event in its samples', () => {
    const control = observed(0, { samples: 200 });
    expect(verdictOf(relative('baselineRatio', 2), { treatment: observed(0.009), control })).toMatchObject({
      baseline: 0.005,
      limit: 0.01,
      outcome: 'pass',
    });
    expect(
      verdictOf(relative('baselineRatio', 3, count), { treatment: observed(3), control: observed(0) }),
    ).toMatchObject({ baseline: 1, limit: 3, outcome: 'pass' });
    expect(
      verdictOf(relative('baselineRatio', 3, gauge), { treatment: observed(3), control: observed(0) }),
    ).toMatchObject({ baseline: 0, limit: 0, outcome: 'fail' });
  });

  it('needs a control with enough samples', () => {
    const planned = plannedOf('trigger', { compare: 'baselineRatio', threshold: 1.5, minSamples: 100 });
    const short = verdictOf(planned, { treatment: observed(0.5), control: observed(0.02, { samples: 99 }) });
    expect(short).toMatchObject({ outcome: 'inconclusive', reason: 'insufficientSamples' });
    const enough = verdictOf(planned, { treatment: observed(0.5), control: observed(0.02, { samples: 100 }) });
    expect(enough).toMatchObject({ outcome: 'fail' });
  });

  it('a control that is not there is no zero', () => {
    const planned = relative('baselineRatio', 1.5);
    const treatment = observed(0.5);
    const query = 'q';
    const told = (control: Measurement) => verdictOf(planned, { treatment, control });
    expect(told({ kind: 'noTraffic', newestSampleAtMs: NOW, query })).toMatchObject({ reason: 'noTraffic' });
    expect(told({ kind: 'missing', detail: 'no series', query })).toMatchObject({ reason: 'missing' });
    expect(told({ kind: 'unavailable', detail: 'refused', query })).toMatchObject({ reason: 'unavailable' });
    expect(verdictOf(planned, { treatment })).toMatchObject({ reason: 'unavailable', outcome: 'inconclusive' });
  });

  it('a control whose newest sample is stale proves nothing', () => {
    const control = observed(0.02, { newestSampleAtMs: NOW - 60_001 });
    expect(verdictOf(relative('baselineRatio', 1.5), { treatment: observed(0.5), control })).toMatchObject({
      outcome: 'inconclusive',
      reason: 'stale',
    });
  });

  it('means nothing where there is none', () => {
    const planned = plannedOf('trigger', { compare: 'baselineRatio', threshold: 1.5 }, { subject: null });
    expect(verdictOf(planned, {})).toMatchObject({ outcome: 'inconclusive', reason: 'notApplicable', value: null });
  });
});

describe('comparing with the past', () => {
  const past = { sli: ratio, windowSeconds: 600, offsetSeconds: 86_400, arms: 'all' as const };
  const planned = plannedOf(
    'trigger',
    { compare: 'baselineRatio', threshold: 1.5, baseline: { offsetHours: 24 } },
    { past },
  );

  it('takes everyone as they were, and the samples of then are not stale', () => {
    const then = observed(0.02, { newestSampleAtMs: NOW - 86_400_000 });
    expect(verdictOf(planned, { treatment: observed(0.04) }, then)).toMatchObject({ baseline: 0.02, outcome: 'fail' });
    expect(verdictOf(planned, { treatment: observed(0.03) }, then)).toMatchObject({ outcome: 'pass' });
  });

  it('a past that nobody recorded holds', () => {
    const missing: Measurement = { kind: 'missing', detail: 'no series', query: 'q' };
    expect(verdictOf(planned, { treatment: observed(0.04) }, missing)).toMatchObject({ reason: 'missing' });
  });
});

describe('no data never advances and never counts as a failure', () => {
  const query = 'q';
  const nothing: readonly [string, Measurement, string][] = [
    ['no traffic', { kind: 'noTraffic', newestSampleAtMs: NOW, query }, 'noTraffic'],
    ['no series', { kind: 'missing', detail: 'no series', query }, 'missing'],
    ['no answer', { kind: 'unavailable', detail: 'timeout', query }, 'unavailable'],
    ['a stale sample', observed(0.5, { newestSampleAtMs: NOW - 60_001 }), 'stale'],
    ['too few samples', observed(0.5, { samples: 9 }), 'insufficientSamples'],
  ];
  it.each(nothing)('%s', (_, treatment, reason) => {
    for (const role of ['success', 'trigger'] as const) {
      const verdict = verdictOf(plannedOf(role, { minSamples: 10 }), { treatment });
      expect(verdict).toMatchObject({ outcome: 'inconclusive', reason });
    }
  });

  it('traffic that is not there is not enough even where no samples are asked for', () => {
    const treatment: Measurement = { kind: 'noTraffic', newestSampleAtMs: NOW, query };
    expect(verdictOf(plannedOf('success', { minSamples: 0 }), { treatment })).toMatchObject({ reason: 'noTraffic' });
  });

  it('stale is older than 60 s or four polls, whichever is more', () => {
    const aged = (ageMs: number, pollIntervalMs: number) => {
      const planned = plannedOf('success', {});
      const treatment = observed(0, { newestSampleAtMs: NOW - ageMs });
      const answers = new Map([[queryKey(planned.subject ?? past()), { treatment }]]);
      return judge([planned], answering(answers), { nowMs: NOW, pollIntervalMs })[0]?.reason;
    };
    const past = () => {
      throw new Error('no subject');
    };
    expect(aged(60_000, 15_000)).toBe('holds');
    expect(aged(60_001, 15_000)).toBe('stale');
    expect(aged(120_000, 30_000)).toBe('holds');
    expect(aged(120_001, 30_000)).toBe('stale');
    expect(aged(60_000, 1_000)).toBe('holds');
  });

  it('a source that can not tell the age of its samples is believed', () => {
    expect(verdictOf(plannedOf('success', {}), { treatment: observed(0, { newestSampleAtMs: null }) })).toMatchObject({
      outcome: 'pass',
    });
  });

  it('samples at the minimum are enough', () => {
    const treatment = observed(0, { samples: 100 });
    expect(verdictOf(plannedOf('success', { minSamples: 100 }), { treatment })).toMatchObject({ outcome: 'pass' });
  });
});

describe('windows', () => {
  it('a success criterion waits for its full window, whatever it finds in the part; a trigger looks at the part', () => {
    const short = { shortened: true };
    expect(verdictOf(plannedOf('success', {}, short), { treatment: observed(0) })).toMatchObject({
      outcome: 'inconclusive',
      reason: 'windowNotFull',
      value: 0,
    });
    expect(verdictOf(plannedOf('success', {}, short), { treatment: observed(1) })).toMatchObject({
      reason: 'windowNotFull',
    });
    expect(verdictOf(plannedOf('trigger', {}, short), { treatment: observed(1) })).toMatchObject({ outcome: 'fail' });
  });

  it('a source that has just begun to look has not got the window either', () => {
    const covered = (coveredSeconds: number) => ({ treatment: observed(0, { coveredSeconds }) });
    expect(verdictOf(plannedOf('success', {}), covered(599))).toMatchObject({ reason: 'windowNotFull' });
    expect(verdictOf(plannedOf('success', {}), covered(600))).toMatchObject({ outcome: 'pass' });
    expect(verdictOf(plannedOf('trigger', {}), covered(1))).toMatchObject({ outcome: 'pass' });
  });

  it('the latest sample has no window to fill', () => {
    const planned = plannedOf('success', { windowSeconds: 0 });
    expect(verdictOf(planned, { treatment: observed(0, { coveredSeconds: 0 }) })).toMatchObject({ outcome: 'pass' });
  });
});

describe('NaN never', () => {
  const finite = fc.double({ min: -1e150, max: 1e150, noNaN: true });
  const measurement = fc.oneof(
    fc
      .record({ value: finite, samples: fc.double({ min: 0, max: 1e150, noNaN: true }) })
      .map(({ value, samples }) => observed(value, { samples })),
    fc.constant<Measurement>({ kind: 'missing', detail: 'no series', query: 'q' }),
  );

  it('every number of a verdict is finite, and outcome and reason belong together', () => {
    fc.assert(
      fc.property(
        fc.record({
          role: fc.constantFrom('success' as const, 'trigger' as const),
          sli: fc.constantFrom(ratio, count, gauge),
          compare: fc.constantFrom('absolute' as const, 'baselineRatio' as const, 'baselineDifference' as const),
          operator: fc.constantFrom(...OPERATORS),
          threshold: finite,
          treatment: measurement,
          control: measurement,
        }),
        ({ role, sli, compare, operator, threshold, treatment, control }) => {
          const verdict = verdictOf(plannedOf(role, { compare, operator, threshold }, {}, sli), { treatment, control });
          for (const number of [verdict.value, verdict.baseline, verdict.limit, verdict.samples]) {
            expect(number === null || Number.isFinite(number)).toBe(true);
          }
          expect(verdict.outcome !== 'inconclusive').toBe(['holds', 'doesNotHold'].includes(verdict.reason));
          expect(describeVerdict(verdict)).not.toMatch(/NaN|undefined|Infinity/);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('a limit beyond all numbers can not be written down, so it decides nothing', () => {
    const planned = plannedOf('success', { compare: 'baselineRatio', threshold: 1e200 }, {}, gauge);
    const verdict = verdictOf(planned, { treatment: observed(1), control: observed(1e200) });
    expect(verdict.limit === null || Number.isFinite(verdict.limit)).toBe(true);
    expect(verdict.outcome).toBe('inconclusive');
  });

  it('no answer at all is an answer too', () => {
    expect(judge([plannedOf('success', {})], answering(new Map()), FRESH)).toMatchObject([
      { outcome: 'inconclusive', reason: 'unavailable' },
    ]);
    expect(judge([], answering(new Map()), FRESH)).toEqual([]);
  });
});
