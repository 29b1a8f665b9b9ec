import { describe, expect, it } from 'vitest';
import { contractFrom } from '../../../src/domain/contract/contract.ts';
import type { Comparison, Comparisons } from '../../../src/domain/health/comparison.ts';
import { type Counted, countKey, onlyFresh } from '../../../src/domain/health/countQuery.ts';
import { describeVerdict } from '../../../src/domain/health/describeVerdict.ts';
import { judge } from '../../../src/domain/health/judge.ts';
import { measurementPlan, type PlannedComparison } from '../../../src/domain/health/measurementPlan.ts';
import type { Verdict } from '../../../src/domain/health/verdict.ts';
import type { RolloutState } from '../../../src/domain/rollout/state.ts';
import { evidenceOf } from '../../support/evidenceOf.ts';
import { ERROR_RATE, type StageInput, stageInput, validProposal } from '../../support/proposals.ts';
import { rolloutOf } from '../rollout/situation.ts';
import { begun, counted, lacking, POLL_MS, polled, pollOf, T0, times } from './counting.ts';

type TriggerInput = StageInput['rollbackTrigger'][number];
const SLOW = {
  ...{ id: 'latency', kind: 'quantile' as const, source: 'prometheus', direction: 'lower' as const, cohort: {} },
  ...{ histogram: 'duration_seconds', quantile: 0.95 },
};
const HEALTHY = counted(pollOf(100, 1, 100, 1));
const BAD = counted(pollOf(100, 10, 100, 1));
const NONE = counted(pollOf(0, 0, 0, 0));

/** A rollout in its first stage, whose exposure is older than anything that is counted. */
function rolloutWith(
  triggers: readonly TriggerInput[],
  later: readonly TriggerInput[] = [],
  more: Partial<RolloutState> = {},
) {
  const stage = (id: string, target: number, rollbackTrigger: readonly TriggerInput[]) =>
    stageInput(id, target, { successCriteria: [{ sli: 'error_rate' }], rollbackTrigger: [...rollbackTrigger] });
  const slis = [ERROR_RATE, { ...ERROR_RATE, id: 'other' }, SLOW];
  const wedgeStages = [stage('canary', 10, triggers), stage('half', 50, later)];
  const contract = contractFrom(validProposal({ slis }, { wedgeStages }), 'contract-1');
  return rolloutOf({ contract, exposureChangedAtMs: T0 - 60_000, ...more });
}

type Asked = {
  readonly comparisons: Comparisons;
  readonly untilMs?: number;
  readonly agedMs?: number;
  /** The SLI of which nothing is known in this poll. */
  readonly away?: string;
};

/** The verdicts after one more poll, which is `answer` for all that is asked; those before it are in `comparisons` already. */
function verdictsOf(rollout: RolloutState, answer: Counted | null, { comparisons, untilMs, agedMs = 0, away }: Asked) {
  const counts = Object.values(comparisons)[0]?.countedUntilMs ?? T0;
  const at = { nowMs: counts + POLL_MS, untilMs: untilMs ?? counts + POLL_MS };
  const plan = measurementPlan(rollout, comparisons, at);
  const after = Object.fromEntries(
    Object.entries(comparisons).map(([key, comparison]) => [key, polled(comparison, [answer])]),
  );
  const asked = plan.flatMap((planned) => (planned.looksAt === 'counts' ? (planned.query ?? []) : []));
  const known = asked.filter(({ sli }) => sli.id !== away);
  const answers = new Map(answer === null ? [] : known.map((query) => [countKey(query), answer]));
  const freshness = { nowMs: at.nowMs + agedMs, pollIntervalMs: POLL_MS };
  return judge(plan, { measured: new Map(), points: new Map(), counted: answers, comparisons: after }, freshness);
}

const keysIn = (rollout: RolloutState) =>
  measurementPlan(rollout, {}, { nowMs: T0, untilMs: T0 })
    .filter((planned): planned is PlannedComparison => planned.looksAt === 'counts')
    .map(({ comparison }) => comparison);
const each = (rollout: RolloutState, comparison: Comparison): Comparisons =>
  Object.fromEntries(keysIn(rollout).map((key) => [key, comparison]));

const TRIGGER: TriggerInput = { sli: 'error_rate' };
const rollout = rolloutWith([TRIGGER]);
/** The trigger's verdict and the success criterion's. */
const both = (answer: Counted | null, before: readonly (Counted | null)[] = [], more: Partial<RolloutState> = {}) => {
  const at = { ...rollout, ...more };
  const verdicts = verdictsOf(at, answer, { comparisons: each(at, polled(begun(), before)) });
  return verdicts.map(({ outcome, reason }) => `${outcome} ${reason}`);
};
const firstOf = (verdicts: readonly Verdict[]): Verdict => {
  const [first] = verdicts;
  if (first === undefined) throw new Error('no verdict');
  return first;
};

describe('what a sequential criterion says', () => {
  it('passes where treatment is not found worse, with what it rests on', () => {
    expect(both(HEALTHY)).toEqual(['pass doesNotHold', 'pass holds']);
    const verdict = firstOf(verdictsOf(rollout, HEALTHY, { comparisons: each(rollout, begun()) }));
    expect(verdict).toMatchObject({
      ...{ value: 0.01, baseline: 0.01, samples: 100, limit: null, consecutive: 1, severity: 'rollback' },
      evidence: { logNeeded: Math.log(20), margin: 1, dispersion: 1, edge: null, counts: pollOf(100, 1, 100, 1) },
    });
    expect(describeVerdict(verdict)).toMatch(
      /^error_rate \(trigger\/0\) is 0.01, control 0.01, relative risk .* evidence 0\.\d+ of 20$/,
    );
  });

  it('fails where it is found worse, and stays so where a poll adds nothing', () => {
    expect(both(BAD, times(20, BAD))).toEqual(['fail holds', 'fail doesNotHold']);
    expect(both(NONE, times(20, BAD))).toEqual(['fail holds', 'fail doesNotHold']);
    const verdict = firstOf(verdictsOf(rollout, BAD, { comparisons: each(rollout, polled(begun(), times(20, BAD))) }));
    expect(verdict.detail).toBe('worse than 1 times the control, found at a false alarm rate of 0.05');
    expect(evidenceOf('sequential', verdict).lower).toBeGreaterThan(1);
  });

  it('finds it where the evidence is what is needed, and not where it is less by the least', () => {
    const found = polled(begun(), times(20, BAD));
    const verdictAt = (logEvidence: number) => {
      // One atom alone: the evidence is that, beside what is not spent yet.
      const unspent = Math.log(0.1);
      const evidence = {
        ...found.evidence,
        epochsOpened: 1,
        logAtoms: [Math.log(Math.exp(logEvidence) - Math.exp(unspent)), ...times(5, -800)],
      };
      const comparisons = each(rollout, { ...found, evidence });
      return firstOf(verdictsOf(rollout, NONE, { comparisons })).outcome;
    };
    const needed = -Math.log(0.05);
    expect(verdictAt(needed + 1e-12)).toBe('fail');
    expect(verdictAt(needed - 1e-12)).not.toBe('fail');
  });

  it('after a rollback within the rollout needs twice the evidence', () => {
    const rolledBackFrom = ['half'];
    const comparisons = each(rollout, { ...polled(begun({ rollbacks: 1 }), [HEALTHY]) });
    const verdict = firstOf(verdictsOf({ ...rollout, rolledBackFrom }, HEALTHY, { comparisons }));
    expect(evidenceOf('sequential', verdict).logNeeded).toBeCloseTo(Math.log(40), 12);
  });

  it('shows the share of good ones where the SLI counts those', () => {
    const higher = rolloutWith([TRIGGER]);
    const [sli] = higher.contract.slis;
    if (sli?.kind !== 'ratio') throw new Error('the example is a ratio');
    const contract = { ...higher.contract, slis: [{ ...sli, direction: 'higher' as const }] };
    const at = { ...higher, contract };
    expect(firstOf(verdictsOf(at, BAD, { comparisons: each(at, begun()) }))).toMatchObject({
      value: 0.9,
      baseline: 0.99,
    });
  });
});

describe('what can not be known', () => {
  it.each([
    ['a source that is away', lacking('unavailable'), 'unavailable'],
    ['series that are not there', lacking('missing'), 'missing'],
    ['an earlier instant that nobody knows', lacking('unanchored'), 'missing'],
    ['no answer', null, 'unavailable'],
  ] as const)('%s neither passes nor fails, whatever was found before', (_, answer, reason) => {
    for (const before of [HEALTHY, BAD]) {
      expect(both(answer, times(20, before))).toEqual([`inconclusive ${reason}`, `inconclusive ${reason}`]);
    }
  });

  it('at 100 % and in a dry run there is no control', () => {
    for (const more of [{ threshold: 100_000 }, { dryRun: true }]) {
      expect(both(HEALTHY, [], more)).toEqual(['inconclusive notApplicable', 'inconclusive notApplicable']);
    }
  });

  it('a past that could not be asked for lets nothing begin', () => {
    const [verdict] = verdictsOf(rollout, HEALTHY, { comparisons: {} });
    expect(verdict).toMatchObject({ reason: 'unavailable', detail: 'the past of the service could not be asked for' });
  });

  it('counting begins with the poll after a change of exposure, at that very moment too, and after a rollback', () => {
    const changed = (exposureChangedAtMs: number) => both(HEALTHY, [], { exposureChangedAtMs })[0];
    expect(changed(T0 + 1)).toBe('inconclusive windowNotFull');
    expect(changed(T0)).toBe('inconclusive windowNotFull');
    expect(changed(T0 - 1)).toBe('pass doesNotHold');
    expect(both(HEALTHY, [], { rolledBackFrom: ['half'] })[0]).toBe('inconclusive windowNotFull');
  });

  it('a clock that went back is waited for', () => {
    const at = (untilMs: number) =>
      firstOf(verdictsOf(rollout, HEALTHY, { comparisons: each(rollout, begun()), untilMs }));
    expect(at(T0)).toMatchObject({ reason: 'missing', detail: expect.stringContaining('the clock went back') });
    expect(at(T0 + 1)).toMatchObject({ outcome: 'pass' });
  });

  it('counts that are stale wait for new ones, and are counted with them', () => {
    expect(both(lacking('stale'))[0]).toBe('inconclusive stale');
    const waited = polled(begun(), [HEALTHY, lacking('stale'), lacking('stale')]);
    expect(waited).toEqual(polled(begun(), [HEALTHY]));
  });

  it('a newest sample is fresh for a minute or four polls before the time up to which is counted', () => {
    const aged = (ms: number, pollIntervalMs = POLL_MS) =>
      onlyFresh(counted(pollOf(100, 1), { newestSampleAtMs: T0 - ms }), { nowMs: T0, pollIntervalMs }).kind;
    expect([aged(60_000), aged(60_001)]).toEqual(['counted', 'stale']);
    expect([aged(240_000, 60_000), aged(240_001, 60_000)]).toEqual(['counted', 'stale']);
    const untold = counted(pollOf(100, 1), { newestSampleAtMs: null });
    expect(onlyFresh(untold, { nowMs: T0, pollIntervalMs: POLL_MS })).toBe(untold);
    expect(onlyFresh(lacking('missing'), { nowMs: T0, pollIntervalMs: POLL_MS }).kind).toBe('missing');
  });

  it('no requests for a while are no traffic, of whom it says; a poll between two scrapes is not', () => {
    const quiet = (polls: number) => both(NONE, [HEALTHY, ...times(polls - 1, NONE)])[0];
    expect(quiet(4)).toBe('pass doesNotHold');
    expect(quiet(5)).toBe('inconclusive noTraffic');
    const detail = (poll: Counted) =>
      firstOf(verdictsOf(rollout, poll, { comparisons: each(rollout, polled(begun(), times(5, poll))) })).detail;
    expect(detail(counted(pollOf(0, 0, 5, 0)))).toBe('no traffic of the exposed users');
    expect(detail(counted(pollOf(5, 0, 0, 0)))).toBe('no traffic of the control');
  });

  it('too few samples are too few: of treatment in this visit, and at least one of the control', () => {
    const least = rolloutWith([{ ...TRIGGER, minSamples: 101 }]);
    const outcome = (answer: Counted, before: readonly Counted[], at = least) =>
      firstOf(verdictsOf(at, answer, { comparisons: each(at, polled(begun(), before)) })).reason;
    expect(outcome(HEALTHY, [])).toBe('insufficientSamples');
    expect(outcome(counted(pollOf(1, 0)), [HEALTHY])).toBe('doesNotHold');
    const none = rolloutWith([{ ...TRIGGER, minSamples: 0 }]);
    expect(outcome(NONE, [], none)).toBe('insufficientSamples');
    expect(outcome(counted(pollOf(5, 0, 0, 0)), [], none)).toBe('insufficientSamples');
  });
});

describe('criteria that are weighed together', () => {
  const found = polled(begun(), times(20, BAD));
  const calm = polled(begun(), times(20, HEALTHY));
  const outcomes = (at: RolloutState, comparisons: Comparisons) =>
    verdictsOf(at, NONE, { comparisons }).map(({ key, outcome }) => `${key} ${outcome}`);

  it('fail where the one fails that has most of the evidence', () => {
    const at = rolloutWith([TRIGGER, { sli: 'other' }]);
    const [own = '', other = ''] = keysIn(at);
    expect(outcomes(at, { [own]: calm, [other]: found })).toEqual([
      'trigger/0 pass',
      'trigger/1 fail',
      'success/0 pass',
    ]);
    const verdicts = verdictsOf(at, NONE, { comparisons: { [own]: calm, [other]: found } });
    expect(evidenceOf('sequential', verdicts[0]).logEvidence).toBeCloseTo(
      evidenceOf('sequential', verdicts[1]).logEvidence,
      12,
    );
  });

  it('where that one is not counted in this poll, those say it that are', () => {
    const at = rolloutWith([TRIGGER, { sli: 'other' }]);
    const [own = '', other = ''] = keysIn(at);
    const outcomesWithout = (away: string) =>
      verdictsOf(at, NONE, { comparisons: { [own]: calm, [other]: found }, away }).map(
        ({ key, outcome, reason }) => `${key} ${outcome} ${reason}`,
      );
    expect(outcomesWithout('other').slice(0, 2)).toEqual([
      'trigger/0 fail holds',
      'trigger/1 inconclusive unavailable',
    ]);
    expect(outcomesWithout('error_rate').slice(0, 2)).toEqual([
      'trigger/0 inconclusive unavailable',
      'trigger/1 fail holds',
    ]);
  });

  it('weigh with those of stages that are yet to come, which have found nothing', () => {
    const alone = rolloutWith([TRIGGER]);
    const [key = ''] = keysIn(alone);
    const together = rolloutWith([TRIGGER], [{ sli: 'other' }, { sli: 'latency', threshold: 0.5 }]);
    const evidence = (at: RolloutState) =>
      evidenceOf('sequential', firstOf(verdictsOf(at, NONE, { comparisons: { [key]: polled(begun(), [BAD]) } })));
    const e = Math.exp(evidence(alone).logEvidence);
    expect(Math.exp(evidence(together).logEvidence)).toBeCloseTo((e + 2) / 3, 6);
  });

  it('are weighed in logarithms: no evidence is beyond all numbers', () => {
    const beyond = polled(begun(), times(300, counted(pollOf(1000, 900, 1000, 10))));
    const verdict = firstOf(verdictsOf(rollout, NONE, { comparisons: each(rollout, beyond) }));
    expect(verdict).toMatchObject({ outcome: 'fail', evidence: { logEvidence: expect.any(Number) } });
    expect(evidenceOf('sequential', verdict).logEvidence).toBeGreaterThan(1000);
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
    expect(describeVerdict(verdict)).not.toContain('Infinity');
  });

  it('of another severity, of a dry run and of success weigh for themselves', () => {
    const at = rolloutWith([
      TRIGGER,
      { sli: 'other', severity: 'pause' },
      { sli: 'latency', threshold: 0.5, dryRun: true },
    ]);
    // The gravest first.
    const [own = '', dry = '', pause = ''] = keysIn(at);
    expect(outcomes(at, { [own]: calm, [pause]: found, [dry]: calm })).toEqual([
      'trigger/0 pass',
      'trigger/2 pass',
      'trigger/1 fail',
      'success/0 pass',
    ]);
  });

  it('need the smallest alpha of all', () => {
    const at = rolloutWith([{ ...TRIGGER, alpha: 0.1 }], [{ sli: 'other', alpha: 0.01 }]);
    const verdict = firstOf(verdictsOf(at, HEALTHY, { comparisons: each(at, begun()) }));
    expect(evidenceOf('sequential', verdict).logNeeded).toBeCloseTo(Math.log(100), 12);
  });

  it('leave out what was found before a rollback by a criterion that the present stage does not look at', () => {
    const at = rolloutWith([TRIGGER], [{ sli: 'other' }], { rolledBackFrom: ['half'] });
    const [own = ''] = keysIn(at);
    const [, other = ''] = keysIn(rolloutWith([TRIGGER, { sli: 'other' }]));
    const again = polled(begun({ rollbacks: 1 }), [HEALTHY]);
    const [trigger] = verdictsOf(at, HEALTHY, { comparisons: { [own]: again, [other]: found } });
    expect(trigger).toMatchObject({ outcome: 'pass' });
  });

  it('fail all that the stage has where the one with most evidence is of another stage', () => {
    const at = rolloutWith([TRIGGER], [{ sli: 'other' }]);
    const [own = ''] = keysIn(at);
    const [, other = ''] = keysIn(rolloutWith([TRIGGER, { sli: 'other' }]));
    expect(outcomes(at, { [own]: calm, [other]: found })[0]).toBe('trigger/0 fail');
  });
});
