import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INTERNAL } from '../../../src/domain/feature/scope.ts';
import type { Measurement } from '../../../src/domain/health/measurement.ts';
import type { SeenAfterHours } from '../../../src/domain/power/criterionPower.ts';
import { pastTraffic } from '../../../src/domain/power/pastTraffic.ts';
import { powerQueries } from '../../../src/domain/power/planPower.ts';
import { powerWarnings } from '../../../src/domain/power/powerWarnings.ts';
import { type SliInput, stageInput } from '../../support/proposals.ts';
import { compared, observed, planOf, powerOf, steadyPast } from './pasts.ts';

const P95: SliInput = {
  ...{ id: 'p95', kind: 'quantile', source: 'prometheus', direction: 'lower', cohort: {} },
  ...{ histogram: 'took_seconds', quantile: 0.95 },
};
/** What was seen of single events gets its φ from 72 pairs. */
const MEASURED_PHI = 1 + 2 / Math.sqrt(72);
const LONG = { durationHours: 24 * 30 };

const hoursOf = (after: SeenAfterHours) => (after === 'notWithinWindow' ? Number.POSITIVE_INFINITY : after);

function firstTrigger(plan: ReturnType<typeof planOf>, past = steadyPast(20_000, 0.01)) {
  const trigger = powerOf(plan, past)[0]?.criteria[0];
  if (trigger?.kind !== 'comparison') throw new Error(`${trigger?.kind}: ${trigger?.said}`);
  return trigger;
}

describe('what a stage can notice', () => {
  test('is that of the design: with 2,000 requests an hour and arm 1 to 2 % takes 0.94 h, and 2.3 h nine times of ten', () => {
    const plan = planOf([compared('canary', 10), stageInput('everyone', 100)]);
    const { detections, said, ...traffic } = firstTrigger(plan);
    expect(traffic).toMatchObject({
      ...{ criterion: 'trigger/0', sli: 'error_rate', trafficFrom: 'past', baseRateFrom: 'past', alpha: 0.05 },
      treatmentPerHour: expect.closeTo(2000, 6),
      controlPerHour: expect.closeTo(2000, 6),
      baseRate: expect.closeTo(0.01, 9),
      dispersion: expect.closeTo(MEASURED_PHI, 9),
      windowHours: 24,
    });
    const doubling = detections.find(({ relativeRisk }) => relativeRisk === 2);
    expect(hoursOf(doubling?.medianHours ?? 0) / MEASURED_PHI).toBeCloseTo(0.94, 2);
    expect(hoursOf(doubling?.p90Hours ?? 0) / MEASURED_PHI).toBeCloseTo(2.27, 2);
    expect(said).toBe(
      'with 2,000 requests an hour in each arm, 1 % of them bad, this stage sees a rise by half after 11 h 20 min, ' +
        'a doubling after 2 h 50 min, five times as many after 19 min, an outage within a minute',
    );
  });

  test('says in a value of its own what the stage may be too short for', () => {
    const plan = planOf([compared('canary', 10, { durationHours: 4 }), stageInput('everyone', 100)]);
    const { detections, said } = firstTrigger(plan);
    expect(detections.find(({ relativeRisk }) => relativeRisk === 1.5)).toMatchObject({
      medianHours: 'notWithinWindow',
      p90Hours: 'notWithinWindow',
    });
    expect(said).toMatch(/; a rise by half not within its 4 h$/);
    expect(powerWarnings(plan, powerOf(plan, steadyPast(20_000, 0.01)))).toEqual([]);
  });

  test('is worse at 90 than at 50 %, since the control is the smaller arm, and nothing at 100 %', () => {
    const stages = [compared('half', 50, LONG), compared('most', 90, LONG), compared('everyone', 100, LONG)];
    const power = powerOf(planOf(stages), steadyPast(20_000, 0.01)).map(({ criteria }) => criteria[0]);
    const [half, most, everyone] = power;
    if (half?.kind !== 'comparison' || most?.kind !== 'comparison') throw new Error('no comparison');
    expect([most.treatmentPerHour, most.controlPerHour]).toEqual([expect.closeTo(18_000, 6), expect.closeTo(2_000, 6)]);
    expect(hoursOf(most.detections[1]?.p90Hours ?? 0)).toBeGreaterThan(hoursOf(half.detections[1]?.p90Hours ?? 0));
    expect(everyone).toMatchObject({ kind: 'unknown', reason: 'noControl' });
  });

  test('is never later for more traffic, a larger rise or fewer who share the false alarms', () => {
    const traffic = fc.double({ min: 10, max: 1e7, noNaN: true });
    const rate = fc.double({ min: 1e-4, max: 0.15, noNaN: true });
    fc.assert(
      fc.property(traffic, rate, fc.integer({ min: 1, max: 99 }), (requests, baseRate, percentage) => {
        const plan = planOf([compared('canary', percentage, LONG), stageInput('everyone', 100)]);
        const slower = firstTrigger(plan, steadyPast(requests, baseRate)).detections;
        const faster = firstTrigger(plan, steadyPast(requests * 1.5, baseRate)).detections;
        for (const [index, { medianHours, p90Hours }] of slower.entries()) {
          expect(hoursOf(medianHours)).toBeLessThanOrEqual(hoursOf(p90Hours));
          expect(hoursOf(faster[index]?.p90Hours ?? 0)).toBeLessThanOrEqual(hoursOf(p90Hours));
        }
        const p90s = slower.map(({ p90Hours }) => hoursOf(p90Hours));
        expect(p90s.toSorted((a, b) => b - a)).toEqual(p90s);
      }),
      { numRuns: 50 },
    );
    const two = [{ sli: 'error_rate' }, { sli: 'error_rate', margin: 1.2 }];
    const shared = planOf([compared('canary', 10, { rollbackTrigger: two }), stageInput('everyone', 100)]);
    expect(firstTrigger(shared).alpha).toBe(0.025);
  });

  test('of latency counts the slow ones of the past, and goes by the quantile where there is none', () => {
    const criteria = { rollbackTrigger: [{ sli: 'p95', threshold: 0.5 }], expectedRequestsPerHour: 40_000 };
    const plan = planOf([compared('canary', 10, criteria), stageInput('everyone', 100)], {
      slis: [P95, ...planOf([]).slis],
    });
    expect(firstTrigger(plan, steadyPast(20_000, 0.02))).toMatchObject({
      baseRate: expect.closeTo(0.02, 9),
      baseRateFrom: 'past',
    });
    const none = firstTrigger(plan, (query) => pastTraffic(query, null));
    expect(none).toMatchObject({
      ...{ baseRate: expect.closeTo(0.05, 9), baseRateFrom: 'quantile', trafficFrom: 'expected', dispersion: 10 },
      treatmentPerHour: 4000,
    });
  });

  test('goes by what its author expects, of the traffic in the scope and of the base rate', () => {
    const canary = compared('canary', 10, { scope: INTERNAL, expectedRequestsPerHour: 100 });
    const plan = planOf([canary, compared('wide', 10), stageInput('everyone', 100)]);
    const [inside, wide] = powerOf(plan, steadyPast(20_000, 0.01), { baseRate: 0.2 });
    expect(inside).toMatchObject({
      scopeAssumed: false,
      criteria: [{ treatmentPerHour: 10, trafficFrom: 'expected' }, {}],
    });
    expect(wide).toMatchObject({ scopeAssumed: false, criteria: [{ baseRate: 0.2, baseRateFrom: 'expected' }, {}] });
    const assumed = powerOf(planOf([compared('canary', 10, { scope: INTERNAL })]), steadyPast(20_000, 0.01));
    expect(assumed[0]?.scopeAssumed).toBe(true);
    for (const { said } of assumed[0]?.criteria ?? []) expect(said).toMatch(/, were all traffic in its scope$/);
  });

  test.for<[string, Measurement[] | null, string]>([
    ['keeps no past', null, 'noPast'],
    ['has seen nothing', [{ kind: 'missing', detail: 'no series', query: '' }], 'noPast'],
    ['does not answer', [observed(0, 1), { kind: 'unavailable', detail: 'timed out', query: '' }], 'unavailable'],
    ['had no traffic', [{ kind: 'noTraffic', newestSampleAtMs: null, query: '' }], 'noTraffic'],
    ['had no bad request', [observed(0, 100)], 'noBadRequests'],
  ])('is unknown with its reason where the source %s', ([, found, reason]) => {
    const plan = planOf([compared('canary', 10), stageInput('everyone', 100)]);
    const [stage] = powerOf(plan, (query) => pastTraffic(query, found));
    expect(stage?.criteria[0]).toMatchObject({ kind: 'unknown', reason, said: expect.stringMatching(/^what it can/) });
    expect(
      powerWarnings(
        plan,
        powerOf(plan, (query) => pastTraffic(query, found)),
      ),
    ).not.toContainEqual(expect.objectContaining({ rule: 'DETECTION_BEYOND_STAGE' }));
  });

  test('an hour without requests counts as one, an hour that nothing is known of does not', () => {
    const [query] = powerQueries(planOf([compared('canary', 10)]));
    if (query === undefined) throw new Error('nothing is asked');
    const nobody: Measurement = { kind: 'noTraffic', newestSampleAtMs: null, query: '' };
    const absent: Measurement = { kind: 'missing', detail: '', query: '' };
    expect(pastTraffic(query, [observed(0.1, 100), nobody])).toMatchObject({ requestsPerHour: 300, baseRate: 0.1 });
    expect(pastTraffic(query, [observed(0.1, 100), absent])).toMatchObject({ requestsPerHour: 600 });
  });

  test('asks each question once, and not without bound', () => {
    const stages = Array.from({ length: 10 }, (_, index) => compared(`stage-${index}`, 10 * (index + 1)));
    expect(powerQueries(planOf(stages))).toHaveLength(1);
    const many = Array.from({ length: 50 }, (_, index) => ({ sli: 'p95', threshold: 1 + index / 10 }));
    const slis = [P95, ...planOf([]).slis];
    const crowded = planOf(
      stages.map((stage) => ({ ...stage, rollbackTrigger: many })),
      { slis },
    );
    expect(powerQueries(crowded)).toHaveLength(50);
    const power = powerOf(crowded, steadyPast(20_000, 0.01));
    expect(power.flatMap(({ criteria }) => criteria).length).toBe(510);
    expect(power.at(-1)?.criteria[0]).toMatchObject({ kind: 'unknown', reason: 'notAsked' });
  });
});

describe('warnings of a plan', () => {
  const warned = (plan: ReturnType<typeof planOf>, past = steadyPast(20_000, 0.01)) =>
    powerWarnings(plan, powerOf(plan, past));

  test('tell of a stage that is over before its trigger sees a doubling, and how long it takes', () => {
    const plan = planOf([compared('canary', 10, { durationHours: 2 }), stageInput('everyone', 100)]);
    expect(warned(plan)).toEqual([
      {
        rule: 'DETECTION_BEYOND_STAGE',
        path: '$.rolloutWedge.wedgeStages[0].durationHours',
        found: 2,
        allowed: 'at least 2.81',
        message: 'is over before trigger/0 sees a doubling of the bad requests: it lasts 2 h, that takes 2 h 50 min',
      },
    ]);
    expect(warned(plan, steadyPast(30_000, 0.01))).toEqual([]);
  });

  test('are silent about what the contract calls fine, or only tells of', () => {
    const short = (trigger: object) =>
      planOf([compared('canary', 10, { durationHours: 2, rollbackTrigger: [{ sli: 'error_rate', ...trigger }] })]);
    expect(warned(short({}))).toHaveLength(1);
    for (const trigger of [{ margin: 2 }, { severity: 'alert' }, { dryRun: true }])
      expect(warned(short(trigger))).toEqual([]);
  });

  test('tell of a window that never holds its samples: 40 where 1,000 are asked for', () => {
    const [success] = stageInput('canary', 10).successCriteria;
    const criteria = { successCriteria: [{ ...success, sli: 'error_rate', minSamples: 1000 }] } as Parameters<
      typeof stageInput
    >[2];
    const plan = planOf([stageInput('canary', 10, { ...criteria, rollbackTrigger: [] })]);
    expect(warned(plan, steadyPast(2_400, 0.01))).toEqual([
      {
        rule: 'WINDOW_SHORT_OF_SAMPLES',
        path: '$.rolloutWedge.wedgeStages[0].successCriteria[0].minSamples',
        found: 1000,
        allowed: 'at most 40',
        message:
          'its window of 10 min will hold about 40 requests, its criterion asks for 1,000: it would hold for ever',
      },
    ]);
    expect(warned(plan, steadyPast(60_000, 0.01))).toEqual([]);
  });
});
