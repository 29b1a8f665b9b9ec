import { describe, expect, it } from 'vitest';
import type { RuledDecision } from '../../../src/domain/rollout/decision.ts';
import { type StatusInput, statusOf } from '../../../src/domain/rollout/statusView.ts';
import { contractOf, fired, HOUR, MINUTE, PASSING, pollOf, rolloutOf, T0 } from './situation.ts';

const NOW = T0 + 2 * HOUR;
const iso = (ms: number) => new Date(ms).toISOString();
const HELD: RuledDecision = {
  kind: 'hold',
  reason: 'stageDuration',
  detail: '60 s left',
  unblocksAtMs: NOW + MINUTE,
  row: 11,
};
const WAITS: RuledDecision = {
  kind: 'awaitApproval',
  reason: 'approval',
  detail: 'stage half requires approval: 1 still missing',
  stageId: 'half',
  waitsFor: 'approver',
  missing: 1,
  row: 16,
};
const TICK = {
  poll: pollOf({ activeMs: { visit: 20 * MINUTE, observation: 5 * MINUTE, noProgress: 0 } }),
  decision: HELD,
};

const statusAfter = (more: Partial<StatusInput> = {}) =>
  statusOf({ state: rolloutOf(), tick: TICK, nextCheckAtMs: NOW + 15_000, ...more }, NOW);

describe('the status of a rollout', () => {
  it('says where it stands and for how long', () => {
    expect(statusAfter()).toMatchObject({
      wedgeState: 'ACTIVE',
      phase: 'stage',
      currentStage: { stageId: 'canary' },
      stageIndex: 0,
      totalStages: 3,
      percentage: 10,
      elapsedSeconds: 1200,
      minDurationSeconds: 3600,
      remainingSeconds: 2400,
      nextCheckAt: iso(NOW + 15_000),
      decision: { kind: 'hold', reason: 'stageDuration', row: 11, unblocksAt: iso(NOW + MINUTE) },
    });
  });

  it('nothing remains once the duration is over, and the ramp has none', () => {
    const over = { ...TICK, poll: pollOf({ activeMs: { visit: 2 * HOUR, observation: HOUR, noProgress: 0 } }) };
    expect(statusAfter({ tick: over }).remainingSeconds).toBe(0);
    expect(statusAfter({ state: rolloutOf({ phase: 'ramp', visit: 0 }) })).toMatchObject({ minDurationSeconds: 0 });
  });

  it('shows each criterion with what it was compared with, and its count', () => {
    const poll = pollOf({ verdicts: [fired({ consecutive: 3 }), PASSING], counts: { 'trigger/0': 2 } });
    expect(statusAfter({ tick: { poll, decision: HELD } }).slis).toMatchObject([
      {
        criterion: 'trigger/0',
        verdict: 'fail',
        value: 0.5,
        threshold: 0.1,
        count: 2,
        consecutive: 3,
        at: iso(poll.atMs),
      },
      { criterion: 'success/0', verdict: 'pass', count: 0 },
    ]);
  });

  it('shows of a limit of the last polls how many of them there are', () => {
    const verdict = fired({ polls: { atLeast: 3, ofLast: 5 } });
    const poll = pollOf({ verdicts: [verdict, PASSING], history: { 'trigger/0': '10101' } });
    expect(statusAfter({ tick: { poll, decision: HELD } }).slis).toMatchObject([
      { criterion: 'trigger/0', polls: { held: 3, atLeast: 3, ofLast: 5 } },
      { criterion: 'success/0', polls: null },
    ]);
  });

  it('shows alerts that stand, and what was said of them', () => {
    const alert = { criterion: 'trigger/1', sli: 'error_rate', detail: 'too many', atMs: T0 };
    const review = { by: 'olga', comment: 'a bot', atMs: T0 + MINUTE };
    const alerts = [
      { ...alert, review: null },
      { ...alert, criterion: 'trigger/2', review },
    ];
    expect(statusAfter({ state: rolloutOf({ alerts }) }).alerts).toEqual([
      { criterion: 'trigger/1', sli: 'error_rate', detail: 'too many', since: iso(T0), review: null },
      {
        ...{ criterion: 'trigger/2', sli: 'error_rate', detail: 'too many', since: iso(T0) },
        review: { by: 'olga', comment: 'a bot', at: iso(T0 + MINUTE) },
      },
    ]);
  });

  it('marks the criteria that the catalogue has put there', () => {
    const contract = { ...contractOf(), catalogue: { slis: [], criteria: { canary: ['trigger/0'] } } };
    const poll = pollOf({ verdicts: [fired(), PASSING] });
    expect(statusAfter({ state: rolloutOf({ contract }), tick: { poll, decision: HELD } }).slis).toMatchObject([
      { criterion: 'trigger/0', fromCatalogue: true },
      { criterion: 'success/0', fromCatalogue: false },
    ]);
  });

  it('shows no measurements of an earlier exposure as if they were of this one', () => {
    const status = statusAfter({ tick: { ...TICK, poll: pollOf({ epoch: 1 }) } });
    expect(status).toMatchObject({ slis: [], elapsedSeconds: 0 });
  });

  it('of what has ended shows no hold that was true before it did', () => {
    const state = rolloutOf({ wedgeState: 'ROLLED_BACK', phase: 'ended', endedAtMs: NOW });
    const status = statusAfter({ state });
    expect(status).toMatchObject({ nextCheckAt: null, endedAt: iso(NOW), eta: null });
    expect(status.decision?.reason).not.toBe('stageDuration');
  });

  it('that waits for a person says since when and for whom', () => {
    const said = [
      { stageId: 'half', subject: 'anna', decision: 'approve' as const, atMs: T0 },
      { stageId: 'everyone', subject: 'emil', decision: 'approve' as const, atMs: T0 },
    ];
    const state = rolloutOf({ heldFor: 'approval', heldSinceMs: T0 + HOUR, stageApprovals: said });
    expect(statusAfter({ state, tick: { ...TICK, decision: WAITS } }).decision).toMatchObject({
      kind: 'awaitApproval',
      since: iso(T0 + HOUR),
      waitsFor: { role: 'approver', stageId: 'half', missing: 1, approved: ['anna'], mayNot: 'olga' },
    });
  });

  it('counts an approval that was given since the last look, and none twice', () => {
    const said = (subject: string, atMs: number) => ({ stageId: 'half', subject, decision: 'approve' as const, atMs });
    const decision: RuledDecision = { ...WAITS, missing: 2 };
    const waitsWith = (...stageApprovals: readonly ReturnType<typeof said>[]) =>
      statusAfter({ state: rolloutOf({ stageApprovals }), tick: { ...TICK, decision } }).decision?.waitsFor?.missing;
    const lookMs = TICK.poll.atMs;
    expect(waitsWith(said('anna', lookMs))).toBe(2);
    expect(waitsWith(said('anna', lookMs + 1))).toBe(1);
    expect(waitsWith(said('anna', lookMs), said('anna', lookMs + 1))).toBe(2);
    expect(waitsWith(said('anna', lookMs + 1), said('emil', lookMs + 1), said('ida', lookMs + 1))).toBe(0);
  });

  it('that waits for any operator bars nobody', () => {
    const decision: RuledDecision = { ...WAITS, waitsFor: 'operator' };
    expect(statusAfter({ tick: { ...TICK, decision } }).decision?.waitsFor).toMatchObject({
      role: 'operator',
      approved: [],
      mayNot: null,
    });
  });

  it('that waits to start does so since its hour, and one that has just come to wait since its poll', () => {
    const state = rolloutOf({ wedgeState: 'PENDING', phase: 'pending', startAtMs: T0 + MINUTE });
    expect(statusAfter({ state, tick: { ...TICK, decision: WAITS } }).decision?.since).toBe(iso(T0 + MINUTE));
    const { decision } = statusAfter({ tick: { ...TICK, decision: WAITS } });
    expect(decision?.since).toBe(iso(TICK.poll.atMs));
  });

  it('waits for nobody where a clock runs, nor once it has ended', () => {
    expect(statusAfter().decision).toMatchObject({ since: null, waitsFor: null });
    const state = rolloutOf({ wedgeState: 'ROLLED_BACK', phase: 'ended', endedAtMs: NOW });
    const { decision } = statusAfter({ state, tick: { ...TICK, decision: WAITS } });
    expect(decision).toMatchObject({ reason: 'terminal', since: null, waitsFor: null });
  });

  it('shows what was attested, and by whom', () => {
    const state = rolloutOf({ attestations: [{ name: '24 h soak passed', subject: 'anna', atMs: T0 }] });
    expect(statusAfter({ state }).attestations).toEqual([{ name: '24 h soak passed', subject: 'anna', at: iso(T0) }]);
  });

  it('before its first tick decides nothing', () => {
    expect(statusAfter({ tick: null })).toMatchObject({ decision: null, slis: [], elapsedSeconds: 0 });
  });
});

describe('the earliest end', () => {
  it('is what is left of this stage and of those to come', () => {
    expect(statusAfter().eta).toBe(iso(NOW + 40 * MINUTE + 2 * HOUR));
  });

  it('of each stage the longest of its clocks', () => {
    const contract = contractOf({ stabilization: { minimumDurationHours: 4 } });
    expect(statusAfter({ state: rolloutOf({ contract }) }).eta).toBe(iso(NOW + 4 * HOUR - 20 * MINUTE + 8 * HOUR));
  });

  it.each([
    ['manual increments', contractOf({}, { incrementPolicy: 'manual' }), {}],
    ['a stage that requires approval', contractOf({ requiresApproval: true }), {}],
    ['a stage that it was rolled back from', contractOf(), { rolledBackFrom: ['half'] }],
    ['a pause', contractOf(), { wedgeState: 'PAUSED' as const }],
  ])('nobody knows with %s', (_, contract, more) => {
    expect(statusAfter({ state: rolloutOf({ contract, ...more }) }).eta).toBeNull();
  });
});
