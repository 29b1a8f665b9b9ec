import { describe, expect, it } from 'vitest';
import { EVERYONE } from '../../../src/domain/feature/scope.ts';
import type { VerdictReason } from '../../../src/domain/health/verdict.ts';
import { decide } from '../../../src/domain/rollout/decide.ts';
import type { AuditorsVerdict, StageApproval } from '../../../src/domain/rollout/state.ts';
import {
  all,
  askOf,
  CALM,
  decided,
  failing,
  fired,
  HOUR,
  inLastStage,
  lacking,
  MINUTE,
  PASSING,
  POLL_INTERVAL,
  pending,
  ramping,
  ready,
  type Step,
  T0,
  withClocks,
  withContext,
  withContract,
  withPolicy,
  withPoll,
  withRollout,
  withVerdicts,
} from './situation.ts';

const ruledAfter = (...steps: readonly Step[]) => decided(all(...steps)(ready()));
const asking = (more: Parameters<typeof askOf>[0] = {}) => withContext({ ask: askOf(more) });
const start = asking({ kind: 'start' });

describe('row 10: a measurement that the stage needs is not there', () => {
  it.each<[VerdictReason, string]>([
    ['unavailable', 'sourceUnavailable'],
    ['missing', 'missingData'],
    ['stale', 'staleData'],
    ['noTraffic', 'noTraffic'],
    ['insufficientSamples', 'insufficientSamples'],
  ])('%s holds as %s, of a success criterion and of a trigger', (reason, held) => {
    const expected = { row: 10, kind: 'hold', reason: held, unblocksAtMs: null };
    expect(ruledAfter(withVerdicts(lacking(reason)))).toMatchObject(expected);
    const trigger = { key: 'trigger/0', role: 'trigger' as const, severity: 'rollback' as const };
    expect(ruledAfter(withVerdicts(lacking(reason, trigger)))).toMatchObject(expected);
    expect(ruledAfter(withVerdicts(lacking(reason, { ...trigger, severity: 'pause' })))).toMatchObject(expected);
  });

  it('a source that is away is told apart from one without traffic', () => {
    const both = withVerdicts(lacking('noTraffic', { key: 'success/1' }), lacking('unavailable', { key: 'success/2' }));
    expect(ruledAfter(both)).toMatchObject({ reason: 'sourceUnavailable' });
  });

  it.each<[string, Step]>([
    ['a dry-run criterion', withVerdicts(lacking('missing', { key: 'success/1', dryRun: true }))],
    ['an alert', withVerdicts(lacking('missing', { key: 'trigger/1', role: 'trigger', severity: 'alert' }))],
    ['one that is not applicable', withVerdicts(lacking('notApplicable', { key: 'success/1' }))],
  ])('%s is not needed', (_, step) => {
    expect(ruledAfter(step)).toMatchObject({ row: 17 });
  });

  it('in the ramp the triggers are needed and nothing else', () => {
    expect(ruledAfter(ramping, withVerdicts(lacking('missing')))).toMatchObject({ row: 17, kind: 'ramp' });
    const trigger = lacking('missing', { key: 'trigger/0', role: 'trigger', severity: 'rollback' });
    expect(ruledAfter(ramping, withVerdicts(trigger))).toMatchObject({ row: 10, reason: 'missingData' });
  });

  it('nothing measured is not everything well', () => {
    expect(ruledAfter(withPoll({ verdicts: [] }))).toMatchObject({ row: 10, reason: 'missingData' });
    expect(ruledAfter(withPoll({ epoch: 1 }))).toMatchObject({ row: 10, reason: 'missingData' });
    const { rollout, context, nowMs } = ready();
    expect(decide(rollout, null, context, nowMs)).toMatchObject({ row: 10, reason: 'missingData' });
  });

  it('a last poll of two intervals ago can be rested on, one of a millisecond more not', () => {
    const asked = (ageMs: number) => ruledAfter(asking(), withPoll({ atMs: ready().nowMs - ageMs }));
    expect(asked(2 * POLL_INTERVAL)).toMatchObject({ row: 17 });
    expect(asked(2 * POLL_INTERVAL + 1)).toMatchObject({ row: 10, reason: 'staleData' });
  });

  it('what a hand has lowered proves nothing of more, at a target and in the ramp', () => {
    const expected = { row: 10, kind: 'hold', reason: 'missingData' };
    const lowered = withRollout({ cappedByHand: true });
    expect(ruledAfter(lowered)).toMatchObject(expected);
    expect(ruledAfter(ramping, lowered)).toMatchObject(expected);
    expect(ruledAfter(ramping)).toMatchObject({ row: 17, kind: 'ramp' });
  });

  it('a pending rollout has nothing to be measured', () => {
    expect(ruledAfter(pending, start, withPoll({ verdicts: [] }))).toMatchObject({ row: 17, kind: 'start' });
  });
});

describe('row 11: a window is not over', () => {
  const STABLE = { stabilization: { minimumDurationHours: 2 } };
  const LONG = { durationHours: 3 };
  const { nowMs } = ready();

  it.each<[string, Step, number, (activeMs: number) => Step]>([
    ['minimumDwell', withPolicy({ minDwellMinutes: 90 }), 90 * MINUTE, (visit) => withClocks({ visit })],
    ['stageDuration', withContract(LONG), 3 * HOUR, (visit) => withClocks({ visit })],
    ['observationWindow', (same) => same, HOUR, (observation) => withClocks({ observation })],
    ['stabilizationWindow', withContract(STABLE), 2 * HOUR, (observation) => withClocks({ observation })],
  ])('%s: a millisecond before its end, and at it', (reason, plan, limitMs, clocks) => {
    const whole = withClocks({ visit: 10 * HOUR, observation: 10 * HOUR });
    const expected = { row: 11, kind: 'hold', reason, unblocksAtMs: nowMs + 1 };
    expect(ruledAfter(plan, whole, clocks(limitMs - 1))).toMatchObject(expected);
    expect(ruledAfter(plan, whole, clocks(limitMs))).toMatchObject({ row: 17, kind: 'advance' });
  });

  it('hours become milliseconds by rounding', () => {
    const third = withContract({}, { observationWindowHours: 1.0000001 });
    expect(ruledAfter(third, withClocks({ observation: 3_600_000 }))).toMatchObject({ row: 17 });
  });

  it('names the window that ends last, with its time', () => {
    const decision = ruledAfter(withContract(LONG), withClocks({ visit: 10 * MINUTE, observation: 10 * MINUTE }));
    expect(decision).toMatchObject({ reason: 'stageDuration', unblocksAtMs: nowMs + 3 * HOUR - 10 * MINUTE });
  });

  it('in the ramp the dwell alone, boundary included', () => {
    const at = (visit: number) => ruledAfter(ramping, withClocks({ visit, observation: 0 }));
    expect(at(15 * MINUTE - 1)).toMatchObject({ row: 11, reason: 'minimumDwell', unblocksAtMs: nowMs + 1 });
    expect(at(15 * MINUTE)).toMatchObject({ row: 17, kind: 'ramp' });
  });

  it('a criterion window that is not full is a window too', () => {
    expect(ruledAfter(withVerdicts(lacking('windowNotFull')))).toMatchObject({ row: 11, reason: 'observationWindow' });
    expect(ruledAfter(withVerdicts(lacking('windowNotFull', { key: 'success/1', dryRun: true })))).toMatchObject({
      row: 17,
    });
  });

  it('a reasoned wish stands in for the stage duration and for nothing else', () => {
    const reasoned = asking({ comment: 'the night was quiet' });
    const early = all(withContract(LONG), withClocks({ visit: HOUR }));
    expect(ruledAfter(early, asking())).toMatchObject({ row: 11, reason: 'stageDuration' });
    expect(ruledAfter(early, reasoned)).toMatchObject({ row: 17, kind: 'advance' });
    expect(ruledAfter(early, asking({ kind: 'start', comment: 'now' }))).toMatchObject({ row: 11 });
    expect(ruledAfter(reasoned, withClocks({ observation: HOUR - 1 }))).toMatchObject({ reason: 'observationWindow' });
    expect(ruledAfter(reasoned, withContract(STABLE), withClocks({ observation: HOUR }))).toMatchObject({
      reason: 'stabilizationWindow',
    });
    expect(ruledAfter(reasoned, withPolicy({ minDwellMinutes: 61 }))).toMatchObject({ reason: 'minimumDwell' });
  });
});

describe('row 12: not everything passes', () => {
  it('every success criterion passes for its count', () => {
    expect(ruledAfter(withVerdicts(failing()))).toMatchObject({ row: 12, reason: 'successCriteria' });
    expect(ruledAfter(withVerdicts(failing({ key: 'success/1' })))).toMatchObject({ row: 12 });
    const twice = (count: number) =>
      all(withVerdicts({ ...PASSING, consecutive: 2 }), withPoll({ counts: { 'success/0': count } }));
    expect(ruledAfter(twice(1))).toMatchObject({ row: 12, reason: 'successCriteria' });
    expect(ruledAfter(twice(2))).toMatchObject({ row: 17 });
  });

  it('a criterion that decides nothing stands in no way, and none at all is no success', () => {
    expect(ruledAfter(withVerdicts(failing({ key: 'success/1', dryRun: true })))).toMatchObject({ row: 17 });
    expect(ruledAfter(withPoll({ verdicts: [CALM, lacking('notApplicable')] }))).toMatchObject({
      row: 12,
      reason: 'successCriteria',
    });
  });

  it('health at its threshold is enough', () => {
    const health = (passing: number) =>
      all(
        withContract({ stabilization: { healthThreshold: 0.99 } }),
        withPoll({ health: [{ fromMs: T0, passing, withData: 100 }] }),
      );
    expect(ruledAfter(health(98))).toMatchObject({ row: 12, kind: 'hold', reason: 'health' });
    expect(ruledAfter(health(99))).toMatchObject({ row: 17 });
  });

  it('health that nobody knows is not health', () => {
    expect(ruledAfter(withPoll({ health: [] }))).toMatchObject({ row: 12, reason: 'health' });
  });

  it('in the ramp no trigger fails, counted out or not, and success is not asked for', () => {
    expect(ruledAfter(ramping, withVerdicts(failing()))).toMatchObject({ row: 17, kind: 'ramp' });
    const once = all(withVerdicts(fired({ consecutive: 3 })), withPoll({ counts: { 'trigger/0': 1 } }));
    expect(ruledAfter(ramping, once)).toMatchObject({ row: 12, reason: 'successCriteria' });
    expect(
      ruledAfter(ramping, withVerdicts(fired({ severity: 'alert' }), { ...CALM, key: 'trigger/1' })),
    ).toMatchObject({
      row: 17,
    });
  });
});

describe('row 13: the audit of the visit', () => {
  it('needs PASS, but for the ramp', () => {
    const undecided = withContext({ audit: 'INCONCLUSIVE' });
    expect(ruledAfter(undecided)).toMatchObject({ row: 13, kind: 'hold', reason: 'audit' });
    expect(ruledAfter(inLastStage, undecided)).toMatchObject({ row: 13 });
    expect(ruledAfter(ramping, undecided)).toMatchObject({ row: 17, kind: 'ramp' });
  });

  const external = withContract({}, {}, { audit: 'external' });
  /** On the visit that the rollout has come to by then. */
  const said =
    (...words: readonly Pick<AuditorsVerdict, 'subject' | 'verdict'>[]): Step =>
    (situation) => {
      const { visit } = situation.rollout;
      return withRollout({ auditorsVerdicts: words.map((word) => ({ ...word, visit, by: 'aurel', atMs: T0 })) })(
        situation,
      );
    };
  const [visitPassed, rolloutPassed] = [
    { subject: 'visit', verdict: 'PASS' },
    { subject: 'rollout', verdict: 'PASS' },
  ] as const;
  const undecidedVisit = { subject: 'visit', verdict: 'INCONCLUSIVE' } as const;

  it("needs an auditor's word too where the contract says so: on the visit, in the last stage on the rollout", () => {
    expect(ruledAfter(external)).toMatchObject({ row: 13, detail: "waits for an auditor's verdict on visit 1" });
    expect(ruledAfter(external, said(visitPassed))).toMatchObject({ row: 17 });
    const waits = { row: 13, detail: "waits for an auditor's verdict on the rollout" };
    expect(ruledAfter(external, inLastStage, said(visitPassed))).toMatchObject(waits);
    expect(ruledAfter(external, inLastStage, said(rolloutPassed))).toMatchObject({ row: 14, kind: 'complete' });
  });

  it('a word on the visit that is not PASS holds the last stage, whatever was said of the rollout', () => {
    const both = said(rolloutPassed, undecidedVisit);
    const held = (visit: number) => ({ row: 13, detail: `the auditor's verdict on visit ${visit} is INCONCLUSIVE` });
    expect(ruledAfter(external, inLastStage, both)).toMatchObject(held(3));
    expect(ruledAfter(external, both)).toMatchObject(held(1));
  });

  it('a dry run waits for no word, and goes over none', () => {
    const dryRun = withRollout({ dryRun: true });
    expect(ruledAfter(external, dryRun)).toMatchObject({ row: 17 });
    expect(ruledAfter(external, dryRun, inLastStage)).toMatchObject({ row: 14 });
    expect(ruledAfter(external, dryRun, inLastStage, said(undecidedVisit))).toMatchObject({ row: 13 });
  });
});

describe('row 14: the last stage', () => {
  it('completes, whatever holds other openings', () => {
    expect(ruledAfter(inLastStage)).toMatchObject({ row: 14, kind: 'complete', reason: 'ready' });
    const held = withContext({ featureCooldownUntilMs: T0 + 9 * HOUR, otherLiveRollouts: 1000 });
    expect(ruledAfter(inLastStage, held)).toMatchObject({ row: 14, kind: 'complete' });
    expect(ruledAfter(inLastStage, withContract({}, { incrementPolicy: 'manual' }))).toMatchObject({ row: 14 });
  });

  it('not in the ramp', () => {
    const single = withContract({}, { wedgeStages: ready().rollout.contract.rolloutWedge.wedgeStages.slice(0, 1) });
    expect(ruledAfter(single, ramping)).toMatchObject({ row: 17, kind: 'ramp' });
  });
});

describe('row 15: the feature is not free', () => {
  const { nowMs } = ready();

  it.each<[string, (until: number) => Step]>([
    ['of the feature', (featureCooldownUntilMs) => withContext({ featureCooldownUntilMs })],
    ['of this rollout', (cooldownUntilMs) => withRollout({ cooldownUntilMs })],
  ])('the cooldown %s holds until its end, which it says', (_, cooling) => {
    const expected = { row: 15, kind: 'hold', reason: 'cooldown', unblocksAtMs: nowMs + 1 };
    expect(ruledAfter(cooling(nowMs + 1))).toMatchObject(expected);
    expect(ruledAfter(ramping, cooling(nowMs + 1))).toMatchObject(expected);
    expect(ruledAfter(pending, start, cooling(nowMs + 1))).toMatchObject(expected);
    expect(ruledAfter(cooling(nowMs))).toMatchObject({ row: 17 });
  });

  it('of two cooldowns the later one counts', () => {
    const two = all(withContext({ featureCooldownUntilMs: nowMs + 5 }), withRollout({ cooldownUntilMs: nowMs + 9 }));
    expect(ruledAfter(two)).toMatchObject({ unblocksAtMs: nowMs + 9 });
  });

  it('one live rollout a feature, so many an installation: a start waits, what is live goes on', () => {
    const other = withContext({ otherLiveRolloutId: 'rollout-2' });
    expect(ruledAfter(pending, start, other)).toMatchObject({ row: 15, reason: 'concurrency', unblocksAtMs: null });
    const many = (otherLiveRollouts: number) =>
      all(withPolicy({ maxConcurrentRollouts: 3 }), withContext({ otherLiveRollouts }));
    expect(ruledAfter(many(3), pending, start)).toMatchObject({ row: 15, reason: 'concurrency' });
    expect(ruledAfter(many(2), pending, start)).toMatchObject({ row: 17, kind: 'start' });
    expect(ruledAfter(many(9))).toMatchObject({ row: 17, kind: 'advance' });
  });

  it('a dry run neither waits nor is in the way', () => {
    const busy = withContext({
      featureCooldownUntilMs: nowMs + HOUR,
      otherLiveRolloutId: 'x',
      otherLiveRollouts: 1000,
    });
    expect(ruledAfter(withRollout({ dryRun: true }), pending, start, busy)).toMatchObject({ row: 17, kind: 'start' });
    expect(ruledAfter(withRollout({ dryRun: true }), busy)).toMatchObject({ row: 17, kind: 'advance' });
  });
});

describe('row 16: a person is due', () => {
  const word = (subject: string, more: Partial<StageApproval> = {}): StageApproval => ({
    stageId: 'half',
    subject,
    decision: 'approve',
    atMs: T0,
    ...more,
  });
  const words = (...stageApprovals: readonly StageApproval[]) => withRollout({ stageApprovals });
  const gated = withContract({ requiresApproval: true });
  const critical = withContract({ requiresApproval: true }, {}, { criticality: 'critical' });
  const waits = { row: 16, kind: 'awaitApproval', reason: 'approval', stageId: 'half' };
  const advances = { row: 17, kind: 'advance' };

  it('one approver, of this stage', () => {
    expect(ruledAfter(gated)).toMatchObject(waits);
    expect(ruledAfter(gated, words(word('anna')))).toMatchObject(advances);
    expect(ruledAfter(gated, words(word('anna', { stageId: 'everyone' })))).toMatchObject(waits);
  });

  it('two where critical, and two different ones', () => {
    expect(ruledAfter(critical, words(word('anna')))).toMatchObject(waits);
    expect(ruledAfter(critical, words(word('anna'), word('anna')))).toMatchObject(waits);
    expect(ruledAfter(critical, words(word('anna'), word('emil')))).toMatchObject(advances);
  });

  it("an approver's wish is a word, an operator's is none, and nobody's counts twice", () => {
    expect(ruledAfter(gated, asking())).toMatchObject(waits);
    expect(ruledAfter(gated, asking({ subject: 'anna', mayApprove: true }))).toMatchObject(advances);
    expect(ruledAfter(critical, asking({ subject: 'anna', mayApprove: true }), words(word('anna')))).toMatchObject(
      waits,
    );
    expect(ruledAfter(critical, asking({ subject: 'emil', mayApprove: true }), words(word('anna')))).toMatchObject(
      advances,
    );
  });

  it('a rejection stands until it is taken back', () => {
    const no = word('emil', { decision: 'reject' });
    expect(ruledAfter(gated, words(word('anna'), no))).toMatchObject(waits);
    expect(ruledAfter(gated, words(no), asking({ subject: 'anna', mayApprove: true }))).toMatchObject(waits);
    expect(ruledAfter(gated, words(no, word('emil')))).toMatchObject(advances);
  });

  it('manual increments wait for an operator at every transition; a word given ahead will do', () => {
    const manual = withContract({}, { incrementPolicy: 'manual' });
    expect(ruledAfter(manual)).toMatchObject(waits);
    expect(ruledAfter(manual, asking())).toMatchObject(advances);
    expect(ruledAfter(manual, words(word('anna')))).toMatchObject(advances);
    expect(ruledAfter(manual, ramping)).toMatchObject({ row: 17, kind: 'ramp' });
    expect(ruledAfter(manual, pending, start)).toMatchObject({ row: 17, kind: 'start' });
  });

  it('a stage that it was rolled back from needs an approver, of whatever plan', () => {
    const back = withRollout({ rolledBackFrom: ['half'] });
    expect(ruledAfter(back)).toMatchObject(waits);
    expect(ruledAfter(back, asking())).toMatchObject(waits);
    expect(ruledAfter(back, words(word('anna')))).toMatchObject(advances);
    expect(ruledAfter(withRollout({ rolledBackFrom: ['everyone'] }))).toMatchObject(advances);
  });

  it("the first stage's gate is the start's, and the ramp needs no other", () => {
    expect(ruledAfter(gated, pending, start)).toMatchObject({ ...waits, stageId: 'canary' });
    expect(ruledAfter(gated, pending, start, words(word('anna', { stageId: 'canary' })))).toMatchObject({
      kind: 'start',
    });
    expect(ruledAfter(gated, ramping)).toMatchObject({ row: 17, kind: 'ramp' });
  });

  it("nothing starts once the contract's own approval has expired", () => {
    const expired = withContext({ contractApproved: false });
    expect(ruledAfter(pending, start, expired)).toMatchObject({ row: 16, kind: 'awaitApproval', stageId: 'canary' });
    expect(ruledAfter(expired)).toMatchObject(advances);
  });

  it('a dry run takes approvals as given', () => {
    const pretending = withRollout({ dryRun: true });
    expect(ruledAfter(pretending, gated)).toMatchObject(advances);
    expect(ruledAfter(pretending, withContract({}, { incrementPolicy: 'manual' }))).toMatchObject(advances);
    expect(ruledAfter(pretending, pending, start, withContext({ contractApproved: false }))).toMatchObject({
      kind: 'start',
    });
  });
});

describe('row 17: the gate moves', () => {
  it('starts, ramps, advances by one stage', () => {
    expect(ruledAfter(pending, start)).toMatchObject({ row: 17, kind: 'start', reason: 'ready' });
    expect(ruledAfter(ramping)).toMatchObject({ row: 17, kind: 'ramp', reason: 'ready' });
    expect(ruledAfter()).toMatchObject({ row: 17, kind: 'advance', reason: 'ready' });
    expect(ruledAfter(withRollout({ stageIndex: 1, grants: [{ scope: EVERYONE, threshold: 50_000 }] }))).toMatchObject({
      row: 17,
      kind: 'advance',
    });
  });
});
