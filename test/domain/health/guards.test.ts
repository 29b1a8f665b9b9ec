import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logMismatchOf } from '../../../src/domain/audit/table/split.ts';
import { contractFrom } from '../../../src/domain/contract/contract.ts';
import { treatmentShareAt } from '../../../src/domain/feature/cohort.ts';
import { type Counted, countKey } from '../../../src/domain/health/countQuery.ts';
import { describeVerdict } from '../../../src/domain/health/describeVerdict.ts';
import {
  type Guards,
  guardPlan,
  guardsOf,
  judgeGuards,
  NO_GUARDS,
  nextGuards,
} from '../../../src/domain/health/guards.ts';
import { logMismatch } from '../../../src/domain/health/sampleRatio.ts';
import type { RolloutState } from '../../../src/domain/rollout/state.ts';
import { evidenceOf } from '../../support/evidenceOf.ts';
import { ERROR_RATE, type ProposalInput, type SliInput, stageInput, validProposal } from '../../support/proposals.ts';
import { rolloutOf } from '../rollout/situation.ts';
import { counted, lacking, POLL_MS, pollOf, T0 } from './counting.ts';

const SLOW: SliInput = {
  ...{ id: 'latency', kind: 'quantile', source: 'prometheus', direction: 'lower', quantile: 0.95, cohort: {} },
  histogram: 'duration_seconds',
};
const UNITS = { units: { source: 'prometheus', counter: 'new_users_total' } };
const OUT = counted(pollOf(40, 30, 40, 2));
const FINE = counted(pollOf(40, 1, 40, 1));

function rolloutWith(more: Partial<ProposalInput> = {}, state: Partial<RolloutState> = {}, triggers: object[] = []) {
  const canary = stageInput('canary', 10);
  const rollbackTrigger = [...canary.rollbackTrigger, ...triggers] as typeof canary.rollbackTrigger;
  const wedgeStages = [{ ...canary, rollbackTrigger }, stageInput('half', 50), stageInput('most', 80)];
  const contract = contractFrom(validProposal(more, { wedgeStages }), 'contract-1');
  return rolloutOf({ contract, exposureChangedAtMs: T0 - 60_000, threshold: 10_000, ...state });
}

/** What one more poll makes of the guards, where all that they ask is answered alike. */
function polledOnce(rollout: RolloutState, guards: Guards, answer: Counted | null, untilMs: number) {
  const plan = guardPlan(rollout, guards, untilMs);
  const queries = guardsOf(plan).flatMap(({ query }) => query ?? []);
  const answers = new Map(answer === null ? [] : queries.map((query) => [countKey(query), answer]));
  const after = nextGuards(guards, plan, answers, untilMs);
  return {
    guards: after,
    queries,
    verdicts: judgeGuards(plan, answers, after),
  };
}

/** Poll after poll; the first only begins. */
function polled(rollout: RolloutState, answers: readonly (Counted | null)[], from: Guards = NO_GUARDS, fromMs = T0) {
  let last = polledOnce(rollout, from, null, fromMs);
  for (const [index, answer] of answers.entries()) {
    last = polledOnce(rollout, last.guards, answer, fromMs + (index + 1) * POLL_MS);
  }
  return last;
}
const outcomesOf = ({ verdicts }: ReturnType<typeof polled>) =>
  verdicts.map(({ key, outcome, reason }) => `${key} ${outcome} ${reason}`);

describe('the rule for outages', () => {
  it('stands beside every rollout with a ratio that tells its cohorts apart, whatever its criteria', () => {
    const { cohort: _, ...all } = { ...ERROR_RATE, id: 'all' };
    const at = rolloutWith({ slis: [ERROR_RATE, { ...ERROR_RATE, id: 'other' }, all, SLOW] });
    expect(outcomesOf(polled(at, [FINE]))).toEqual([
      'outage/error_rate pass doesNotHold',
      'outage/other pass doesNotHold',
    ]);
  });

  it('looks at slow requests too where the stage rolls back for them, once for equal thresholds', () => {
    const slis = [ERROR_RATE, SLOW];
    const trigger = { sli: 'latency', threshold: 0.5 };
    const keys = (...triggers: object[]) =>
      polled(rolloutWith({ slis }, {}, triggers), [FINE]).verdicts.map(({ key }) => key);
    expect(keys(trigger, { ...trigger, margin: 2 })).toEqual(['outage/error_rate', 'outage/latency/0.5']);
    expect(keys({ ...trigger, severity: 'pause' }, { ...trigger, dryRun: true })).toEqual(['outage/error_rate']);
  });

  it('is shown where it is not met: not at 100 %, not in a dry run', () => {
    expect(polled(rolloutWith({}, { threshold: 100_000 }), [OUT]).verdicts).toEqual([]);
    expect(polled(rolloutWith({}, { dryRun: true }), [OUT]).verdicts).toEqual([]);
  });

  it('fails with what it saw, asks for two polls and for a rollback', () => {
    const [verdict] = polled(rolloutWith(), [OUT]).verdicts;
    expect(verdict).toEqual({
      ...{
        key: 'outage/error_rate',
        role: 'guard',
        sli: 'error_rate',
        severity: 'rollback',
        consecutive: 2,
        polls: null,
      },
      ...{ dryRun: false, outcome: 'fail', reason: 'holds', value: 0.75, baseline: 0.05, limit: null, samples: 40 },
      detail: 'outage: at least half are bad, and not of the control',
      evidence: { kind: 'outage', poll: pollOf(40, 30, 40, 2) },
    });
    expect(verdict === undefined ? '' : describeVerdict(verdict)).toBe(
      'error_rate (outage/error_rate) is 0.75, control 0.05: outage: at least half are bad, and not of the control',
    );
  });

  it('knows nothing without data: that neither adds nor ends', () => {
    const reason = (answer: Counted | null) => polled(rolloutWith(), [answer]).verdicts[0]?.reason;
    expect(reason(counted(pollOf(0, 0)))).toBe('noTraffic');
    expect(reason(counted(pollOf(0, 0, 40, 0)))).toBe('noTraffic');
    expect(reason(counted(pollOf(40, 40, 0, 0)))).toBe('noTraffic');
    expect(reason(lacking('missing'))).toBe('missing');
    expect(reason(lacking('unanchored'))).toBe('missing');
    expect(reason(lacking('unavailable'))).toBe('unavailable');
    expect(reason(null)).toBe('unavailable');
    expect(reason(lacking('stale'))).toBe('stale');
    expect(polled(rolloutWith(), []).verdicts[0]?.reason).toBe('windowNotFull');
  });

  it('counts each request once: what could not be counted comes with the next poll, what straddles a change never', () => {
    const until = (answers: readonly (Counted | null)[]) => polled(rolloutWith(), answers).guards.outages;
    expect(until([FINE, FINE])).toEqual({ 'outage/error_rate': T0 + 2 * POLL_MS });
    expect(until([FINE, lacking('missing'), lacking('unavailable')])).toEqual({ 'outage/error_rate': T0 + POLL_MS });
    expect(until([FINE, lacking('unanchored')])).toEqual({ 'outage/error_rate': T0 + 2 * POLL_MS });
    const before = polled(rolloutWith(), [FINE]);
    const changed = rolloutWith({}, { exposureChangedAtMs: T0 + POLL_MS });
    const after = polledOnce(changed, before.guards, OUT, T0 + 2 * POLL_MS);
    expect(after.queries).toEqual([]);
    expect(after.guards.outages).toEqual({ 'outage/error_rate': T0 + 2 * POLL_MS });
    const back = polledOnce(changed, after.guards, OUT, T0);
    expect(back.verdicts[0]?.reason).toBe('missing');
    expect(back.guards.outages).toEqual({ 'outage/error_rate': T0 + 2 * POLL_MS });
  });
});

const SKEWED = counted(pollOf(400, 0, 300, 0));
const EVEN = counted(pollOf(350, 0, 352, 0));
const units = (state: Partial<RolloutState> = {}, more: object = {}) =>
  rolloutWith({ sampleRatio: { ...UNITS, ...more } }, state);
const splitIn = ({ verdicts }: ReturnType<typeof polled>) => verdicts.find(({ key }) => key === 'sampleRatio');
const times = (count: number, answer: Counted) => Array.from({ length: count }, () => answer);

describe('the check of the split', () => {
  it('is asked for by the contract alone, and looks at no rollout without a control', () => {
    expect(splitIn(polled(rolloutWith(), [SKEWED]))).toBeUndefined();
    expect(splitIn(polled(units({ threshold: 100_000 }), [SKEWED]))).toBeUndefined();
    expect(splitIn(polled(units({ threshold: 0 }), [SKEWED]))).toBeUndefined();
    expect(splitIn(polled(units({ dryRun: true }), [SKEWED]))).toBeUndefined();
  });

  it('asks for the counter of units, or for the requests of a ratio by the question that others ask', () => {
    const asked = (at: RolloutState) => polled(at, [EVEN]).queries.map(({ sli }) => sli);
    expect(asked(units())[1]).toMatchObject({
      id: 'units',
      denominator: 'new_users_total',
      cohort: { label: 'cohort' },
    });
    const requests = polled(rolloutWith({ sampleRatio: { requestsOf: 'error_rate' } }), [EVEN]);
    expect(new Set(requests.queries.map(countKey)).size).toBe(1);
    expect(evidenceOf('sampleRatio', splitIn(requests)).counted).toBe('requests');
  });

  it('passes where the split is as meant and fails where it is not, with its counts', () => {
    expect(splitIn(polled(units(), times(50, EVEN)))).toMatchObject({
      outcome: 'pass',
      severity: 'pause',
      baseline: 0.5,
    });
    const verdict = splitIn(polled(units(), times(3, SKEWED)));
    expect(verdict).toMatchObject({
      ...{ role: 'guard', outcome: 'fail', reason: 'holds', samples: 2100, consecutive: 1 },
      value: expect.closeTo(4 / 7, 9),
    });
    expect(evidenceOf('sampleRatio', verdict)).toMatchObject({
      ...{ counted: 'units', logNeeded: Math.log(100), expectedShare: 0.5 },
      strata: [{ stageId: 'canary', visit: 1, threshold: 10_000, treatment: 1200, control: 900 }],
    });
    expect(verdict === undefined ? '' : describeVerdict(verdict)).toMatch(
      /^units \(sampleRatio\) is 0.5714, expected 0.5, Bayes factor \S+ of 100: who gets the feature is not who should/,
    );
  });

  it.each(['rollback', 'pause', 'alert'] as const)('does what the contract says: %s', (action) => {
    expect(splitIn(polled(units({}, { action }), times(3, SKEWED)))?.severity).toBe(action);
  });

  it('expects T beside min(T, 100 % − T)', () => {
    expect([1, 10_000, 50_000, 75_000, 80_000, 99_999].map(treatmentShareAt)).toEqual([
      0.5, 0.5, 0.5, 0.75, 0.8, 0.99999,
    ]);
    const at = units({ threshold: 80_000, stageIndex: 2 });
    expect(splitIn(polled(at, times(20, counted(pollOf(400, 0, 100, 0)))))?.outcome).toBe('pass');
    expect(splitIn(polled(at, times(20, EVEN)))?.outcome).toBe('fail');
  });

  it('fails on no data: it says which; one arm without anybody is a split gone wrong', () => {
    const reason = (answer: Counted | null) => splitIn(polled(units(), [answer]))?.reason;
    expect(reason(lacking('missing'))).toBe('missing');
    expect(reason(lacking('unavailable'))).toBe('unavailable');
    expect(reason(counted(pollOf(0, 0)))).toBe('noTraffic');
    expect(reason(lacking('stale'))).toBe('stale');
    expect(splitIn(polled(units(), [counted(pollOf(400, 0, 0, 0))]))?.outcome).toBe('fail');
  });

  it('keeps each split apart, and what was found in the stages before', () => {
    const ramp = polled(units({ threshold: 5_000, visit: 0 }), [EVEN, EVEN]);
    const canary = polled(units(), [EVEN], ramp.guards, T0 + 10 * POLL_MS);
    const half = polled(
      units({ threshold: 50_000, stageIndex: 1, visit: 2 }),
      [EVEN],
      canary.guards,
      T0 + 20 * POLL_MS,
    );
    expect(half.guards.sampleRatio?.strata.map(({ threshold, treatment }) => [threshold, treatment])).toEqual([
      [5_000, 700],
      [10_000, 350],
      [50_000, 350],
    ]);
  });

  it('begins anew after a rollback within the rollout, and where a person has resumed knowing of it', () => {
    const found = polled(units(), times(5, SKEWED));
    const strata = (state: Partial<RolloutState>) =>
      polledOnce(units(state), found.guards, EVEN, T0 + 6 * POLL_MS).guards.sampleRatio?.strata.length;
    expect(strata({})).toBe(1);
    expect(strata({ epoch: 3 })).toBe(1);
    expect(strata({ rolledBackFrom: ['half'] })).toBe(0);
    expect(strata({ epoch: 3, acknowledged: ['sampleRatio'] })).toBe(0);
    const resumed = units({ epoch: 3, acknowledged: ['sampleRatio'] });
    const again = polled(resumed, times(4, EVEN), found.guards, T0 + 6 * POLL_MS);
    expect(again.guards.sampleRatio?.strata).toMatchObject([{ treatment: 1400, control: 1408 }]);
    expect(splitIn(again)?.outcome).toBe('pass');
  });

  it('is worked out by the verifier alike', () => {
    const stratum = fc.record({
      stageId: fc.constantFrom('canary', 'half', 'most'),
      visit: fc.nat(5),
      threshold: fc.integer({ min: 1, max: 99_999 }),
      treatment: fc.integer({ min: 0, max: 10_000_000 }),
      control: fc.integer({ min: 0, max: 10_000_000 }),
    });
    fc.assert(
      fc.property(fc.array(stratum, { maxLength: 6 }), (strata) => {
        const log = logMismatch(strata, ['canary', 'half', 'most']);
        const again = logMismatchOf(strata, ['canary', 'half', 'most']);
        expect(Math.abs(log - again)).toBeLessThanOrEqual(1e-7 * Math.max(1, Math.abs(log)));
      }),
    );
  });
});
