import { describe, expect, it } from 'vitest';
import { contractFrom } from '../../../src/domain/contract/contract.ts';
import { describeVerdict } from '../../../src/domain/health/describeVerdict.ts';
import { judge } from '../../../src/domain/health/judge.ts';
import { measurementPlan } from '../../../src/domain/health/measurementPlan.ts';
import { type LevelPoints, pointsIn, pointsKey } from '../../../src/domain/health/pointsQuery.ts';
import type { RolloutState } from '../../../src/domain/rollout/state.ts';
import { evidenceOf } from '../../support/evidenceOf.ts';
import { type SliInput, stageInput, validProposal } from '../../support/proposals.ts';
import { rolloutOf } from '../rollout/situation.ts';
import { POLL_MS, T0 } from './counting.ts';

const QUEUE: SliInput = {
  ...{ id: 'queue', kind: 'gauge', source: 'prometheus', direction: 'lower', metric: 'queue_length', cohort: {} },
};
const SIXTEEN = Array.from({ length: 16 }, (_, index) => 100 + index);
const raised = (by: number) => SIXTEEN.map((value) => value + by);

function rolloutWith(more: object = {}, direction: 'lower' | 'higher' = 'lower', exposedSeconds = 3600): RolloutState {
  const criterion = { sli: 'queue', compare: 'mannWhitney', windowSeconds: 600, ...more } as const;
  const canary = stageInput('canary', 10, { successCriteria: [criterion], rollbackTrigger: [criterion] });
  const wedgeStages = [canary, stageInput('half', 50)];
  const slis = [{ ...QUEUE, direction }];
  const contract = contractFrom(validProposal({ slis }, { wedgeStages }), 'contract-1');
  return rolloutOf({ contract, exposureChangedAtMs: T0 - exposedSeconds * 1000 });
}

/** The verdicts of trigger and success criterion. */
function verdictsOf(rollout: RolloutState, points: Partial<LevelPoints> | null) {
  const plan = measurementPlan(rollout, {}, { nowMs: T0, untilMs: T0 });
  const whole = { kind: 'points', coveredSeconds: 600, newestSampleAtMs: T0, query: 'q', ...points } as LevelPoints;
  const queries = plan.flatMap((planned) => (planned.looksAt === 'points' ? (planned.query ?? []) : []));
  const answers = new Map(points === null ? [] : queries.map((query) => [pointsKey(query), whole]));
  const found = { measured: new Map(), points: answers, counted: new Map(), comparisons: {} };
  return judge(plan, found, { nowMs: T0, pollIntervalMs: POLL_MS });
}
const outcomes = (...asked: Parameters<typeof verdictsOf>) =>
  verdictsOf(...asked).map(({ outcome, reason }) => `${outcome} ${reason}`);
const both = (treatment: readonly number[], control: readonly number[] = SIXTEEN) => ({ treatment, control });

describe('levels that are compared', () => {
  it('fail where treatment is found worse in the direction of the SLI, and pass where it is not', () => {
    const worse = ['fail holds', 'fail doesNotHold'];
    const fine = ['pass doesNotHold', 'pass holds'];
    expect(outcomes(rolloutWith(), both(raised(20)))).toEqual(worse);
    expect(outcomes(rolloutWith(), both(raised(-20)))).toEqual(fine);
    expect(outcomes(rolloutWith(), both(SIXTEEN))).toEqual(fine);
    expect(outcomes(rolloutWith({}, 'higher'), both(raised(-20)))).toEqual(worse);
    expect(outcomes(rolloutWith({}, 'higher'), both(raised(20)))).toEqual(fine);
  });

  it('are fine within the tolerance, to its very end', () => {
    // The control's median is 107.5, a fifth of which is 21.5.
    const at = rolloutWith({ toleranceShare: 0.2 });
    expect(outcomes(at, both(raised(21.5)))[0]).toBe('pass doesNotHold');
    expect(outcomes(at, both(raised(21.6)))[0]).toBe('fail holds');
  });

  it('are fine where p is above alpha', () => {
    const some = raised(5);
    const { pValue } = evidenceOf('mannWhitney', verdictsOf(rolloutWith(), both(some))[0]);
    const found = (alpha: number) => verdictsOf(rolloutWith({ alpha }), both(some))[0]?.outcome;
    expect(found(pValue)).toBe('fail');
    expect(found(pValue - 1e-9)).toBe('pass');
  });

  it('show medians, points, p, the shift and how often treatment is larger', () => {
    const [trigger] = verdictsOf(rolloutWith({ toleranceShare: 0.1 }), both(raised(20)));
    expect(trigger).toMatchObject({ value: 127.5, baseline: 107.5, limit: 118.25, samples: 16 });
    expect(trigger?.evidence).toMatchObject({
      ...{ kind: 'mannWhitney', treatmentSize: 16, controlSize: 16, shift: 20, probabilityLarger: 1 },
      controlMedian: 107.5,
    });
    expect(trigger === undefined ? '' : describeVerdict(trigger)).toMatch(
      /^queue \(trigger\/0\) is 127.5, control 107.5, shift 20, p 3\.\d+e-9, larger in 100 % of pairs, 16 points beside 16$/,
    );
  });

  it.each([7, 0])('with %d points of one arm are too few, never a failure', (few) => {
    const worst = raised(1000).slice(0, few);
    const lacking = ['inconclusive insufficientSamples', 'inconclusive insufficientSamples'];
    expect(outcomes(rolloutWith(), both(worst))).toEqual(lacking);
    expect(outcomes(rolloutWith({}, 'higher'), both(SIXTEEN, worst))).toEqual(lacking);
    expect(outcomes(rolloutWith(), both(raised(1000).slice(0, 8)))[0]).toBe('fail holds');
    expect(outcomes(rolloutWith({ minSamples: 17 }), both(raised(1000)))[0]).toBe(lacking[0]);
  });

  it('without data prove nothing', () => {
    expect(outcomes(rolloutWith(), null)[0]).toBe('inconclusive unavailable');
    expect(outcomes(rolloutWith(), { kind: 'missing', detail: 'no points' })[0]).toBe('inconclusive missing');
    expect(outcomes(rolloutWith(), { kind: 'unavailable', detail: 'away' })[0]).toBe('inconclusive unavailable');
    const old = { ...both(raised(20)), newestSampleAtMs: T0 - 60_001 };
    expect(outcomes(rolloutWith(), old)).toEqual(['inconclusive stale', 'inconclusive stale']);
    expect(outcomes(rolloutWith(), { ...old, newestSampleAtMs: T0 - 60_000 })[0]).toBe('fail holds');
  });

  it('need their whole window to pass, and none to fail', () => {
    const young = rolloutWith({}, 'lower', 599);
    expect(outcomes(young, both(SIXTEEN))).toEqual(['pass doesNotHold', 'inconclusive windowNotFull']);
    expect(outcomes(young, both(raised(20)))[0]).toBe('fail holds');
    const filling = { ...both(SIXTEEN), coveredSeconds: 599 };
    expect(outcomes(rolloutWith(), filling)[1]).toBe('inconclusive windowNotFull');
    expect(outcomes(rolloutWith({}, 'lower', 0), both(SIXTEEN))[0]).toBe('inconclusive missing');
  });

  it('ask for no more than since the exposure changed', () => {
    const plan = measurementPlan(rolloutWith({}, 'lower', 100), {}, { nowMs: T0, untilMs: T0 });
    expect(plan[0]).toMatchObject({ looksAt: 'points', query: { windowSeconds: 100 }, shortened: true });
  });

  it('mean nothing where there is no control', () => {
    expect(outcomes({ ...rolloutWith(), threshold: 100_000 }, both(raised(20)))[0]).toBe('inconclusive notApplicable');
    expect(outcomes({ ...rolloutWith(), dryRun: true }, both(raised(20)))[0]).toBe('inconclusive notApplicable');
  });

  it('count polls running, as many as are asked for', () => {
    expect(verdictsOf(rolloutWith({ consecutive: 40 }), both(SIXTEEN))[0]?.consecutive).toBe(40);
  });
});

describe('points from outside', () => {
  const plan = measurementPlan(rolloutWith(), {}, { nowMs: T0, untilMs: T0 })[0];
  if (plan?.looksAt !== 'points' || plan.query === null) throw new Error('it asks for points');
  const { query } = plan;
  const arm = (values: readonly number[], newestSampleAtMs: number | null = T0) => ({ values, newestSampleAtMs });
  const read = (treatment: readonly number[], control: readonly number[] = SIXTEEN) =>
    pointsIn(query, { treatment: arm(treatment), control: arm(control, T0 - 1000) }, 600, 'q');

  it('are of both arms, as old as the older', () => {
    expect(read(SIXTEEN)).toMatchObject({ kind: 'points', newestSampleAtMs: T0 - 1000, treatment: SIXTEEN });
    expect(read([])).toMatchObject({
      kind: 'missing',
      detail: 'no points: queue_length with cohort="treatment"',
    });
    expect(read(SIXTEEN, [])).toMatchObject({ kind: 'missing' });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'with %d among them are none',
    (strange) => {
      expect(read([...SIXTEEN, strange])).toMatchObject({ kind: 'unavailable' });
      expect(read(SIXTEEN, [strange, ...SIXTEEN])).toMatchObject({ kind: 'unavailable' });
    },
  );

  it('are at most 200 of each arm, from all of them', () => {
    const many = read(Array.from({ length: 1000 }, (_, index) => index));
    if (many.kind !== 'points') throw new Error('there are points');
    expect(many.treatment).toHaveLength(200);
    expect(many.treatment.slice(0, 3)).toEqual([0, 5, 10]);
    expect(many.treatment.at(-1)).toBe(995);
  });
});
