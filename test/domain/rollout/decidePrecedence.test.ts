import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVERYONE } from '../../../src/domain/feature/scope.ts';
import { decide } from '../../../src/domain/rollout/decide.ts';
import { REASONS } from '../../../src/domain/rollout/reason.ts';
import { anyContext, anyMoment, anyPoll, anyRollout } from './arbitraries.ts';
import {
  all,
  askOf,
  decided,
  failing,
  fired,
  HOUR,
  inLastStage,
  lacking,
  later,
  MINUTE,
  pending,
  ramping,
  ready,
  type Situation,
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

/** What makes each row apply. Those of later rows leave the earlier ones alone. */
const APPLIES: Readonly<Record<number, readonly Step[]>> = {
  1: [
    withRollout({ wedgeState: 'COMPLETE', phase: 'ended' }),
    withRollout({ wedgeState: 'ROLLED_BACK', phase: 'ended' }),
    withRollout({ wedgeState: 'SUPERSEDED', phase: 'ended' }),
  ],
  2: [
    withContext({ found: { killed: true, grants: [] } }),
    withContext({ found: { killed: false, grants: [{ scope: EVERYONE, threshold: 100_001 }] } }),
  ],
  3: [withVerdicts(fired())],
  6: [withRollout({ wedgeState: 'PAUSED' })],
  7: [withContext({ audit: 'FAIL' }), withVerdicts(fired({ key: 'trigger/1', severity: 'pause' }))],
  8: [withContext({ globalStop: true }), withContext({ storePaused: true })],
  9: [withClocks({ noProgress: 3 * HOUR })],
  10: [
    withVerdicts(lacking('missing', { key: 'success/1' })),
    withVerdicts(lacking('unavailable', { key: 'trigger/2', role: 'trigger', severity: 'rollback' })),
  ],
  11: [withClocks({ observation: 10 }), withClocks({ visit: 10 }), withPolicy({ minDwellMinutes: 600 })],
  12: [withVerdicts(failing({ key: 'success/2' })), withPoll({ health: [] })],
  13: [withContext({ audit: 'INCONCLUSIVE' })],
  14: [inLastStage],
  15: [withContext({ featureCooldownUntilMs: T0 + 9 * HOUR }), withRollout({ cooldownUntilMs: T0 + 9 * HOUR })],
  16: [withContract({ requiresApproval: true }), withContract({}, { incrementPolicy: 'manual' })],
  17: [(same) => same],
};
/** Of a rollout that waits for its start. */
const APPLIES_WHILE_PENDING: Readonly<Record<number, readonly Step[]>> = {
  5: [withContext({ ask: null }), withContext({ ask: askOf({ kind: 'advance' }) })],
  8: APPLIES[8] ?? [],
  15: [...(APPLIES[15] ?? []), withContext({ otherLiveRolloutId: 'x' }), withContext({ otherLiveRollouts: 100 })],
  16: [withContract({ requiresApproval: true }), withContext({ contractApproved: false })],
  17: [(same) => same],
};

/** A row with one of the ways in which it applies, and a choice of the later rows that apply too, the row itself last. */
const situations = (rows: typeof APPLIES, base: Situation) =>
  fc.constantFrom(...Object.keys(rows).map(Number)).chain((row) => {
    const laterRows = Object.keys(rows)
      .map(Number)
      .filter((other) => other > row);
    return fc
      .tuple(
        fc.constantFrom(...(rows[row] ?? [])),
        fc
          .shuffledSubarray(laterRows)
          .chain((some) => fc.tuple(...some.map((at) => fc.constantFrom(...(rows[at] ?? []))))),
      )
      .map(([own, others]) => ({ row, situation: all(...others, own)(base) }));
  });

describe('the first row that applies decides', () => {
  it('of whatever later rows apply too', () => {
    fc.assert(
      fc.property(situations(APPLIES, ready()), ({ row, situation }) => {
        expect(decided(situation).row).toBe(row);
      }),
      { numRuns: 600 },
    );
  });

  it('all at once, from each row down', () => {
    for (const row of Object.keys(APPLIES).map(Number)) {
      const rows = Object.keys(APPLIES).map(Number);
      const down = rows.filter((other) => other >= row).toReversed();
      const steps = down.map((other) => APPLIES[other]?.[0] ?? ((same: Situation) => same));
      expect(decided(all(...steps)(ready())).row).toBe(row);
    }
  });

  it('while pending: rows 5, 8, 15, 16 and 17 alone', () => {
    const asked = all(pending, withContext({ ask: askOf({ kind: 'start' }) }))(ready());
    fc.assert(
      fc.property(situations(APPLIES_WHILE_PENDING, asked), ({ row, situation }) => {
        expect(decided(situation).row).toBe(row);
      }),
      { numRuns: 300 },
    );
  });

  it('while pending nothing of rows 9 to 14 is asked for', () => {
    const asked = all(pending, withContext({ ask: askOf({ kind: 'start' }) }))(ready());
    for (const row of [9, 10, 11, 12, 13]) {
      for (const step of APPLIES[row] ?? []) expect(decided(step(asked)).kind).toBe('start');
    }
  });
});

describe('`unblocksAt` is true', () => {
  const waits: fc.Arbitrary<Situation> = fc
    .record({
      stage: fc.constantFrom<Step>((same) => same, ramping, inLastStage),
      durationHours: fc.integer({ min: 0, max: 5 }),
      minimumDurationHours: fc.integer({ min: 0, max: 5 }),
      observationWindowHours: fc.integer({ min: 1, max: 5 }),
      minDwellMinutes: fc.integer({ min: 0, max: 300 }),
      visit: fc.integer({ min: 0, max: 6 * HOUR }),
      observation: fc.integer({ min: 0, max: 6 * HOUR }),
      cooldownMs: fc.option(fc.integer({ min: -HOUR, max: 3 * HOUR })),
      ageMs: fc.constantFrom(0, 1, 15_000),
    })
    .map(({ stage, visit, observation, minDwellMinutes, cooldownMs, ageMs, ...plan }) =>
      all(
        withContract(
          {
            durationHours: plan.durationHours,
            stabilization: { minimumDurationHours: plan.minimumDurationHours },
          },
          { observationWindowHours: plan.observationWindowHours },
        ),
        stage,
        withPolicy({ minDwellMinutes }),
        withClocks({ visit, observation }),
        withRollout({ cooldownUntilMs: cooldownMs === null ? null : ready().nowMs + cooldownMs }),
        withPoll({ atMs: ready().nowMs - ageMs }),
      )(ready()),
    );

  it('at that instant, all else equal, the hold is gone; a millisecond before it is not', () => {
    fc.assert(
      fc.property(waits, (situation) => {
        const held = decided(situation);
        fc.pre(held.kind === 'hold');
        expect(held.unblocksAtMs).not.toBeNull();
        const leftMs = (held.unblocksAtMs ?? 0) - situation.nowMs;
        expect(leftMs).toBeGreaterThan(0);
        const then = decided(later(situation, leftMs));
        expect(`${then.row} ${then.reason}`).not.toBe(`${held.row} ${held.reason}`);
        expect(then.row).toBeGreaterThan(held.row);
        expect(decided(later(situation, leftMs - 1))).toMatchObject({ row: held.row, reason: held.reason });
      }),
      { numRuns: 500 },
    );
  });

  it('a hold whose end nobody can know says none', () => {
    const unknown = [...(APPLIES[8] ?? []), ...(APPLIES[10] ?? []), ...(APPLIES[12] ?? []), ...(APPLIES[13] ?? [])];
    for (const step of unknown) expect(decided(step(ready()))).toMatchObject({ kind: 'hold', unblocksAtMs: null });
  });

  it('of a start at an hour', () => {
    const startAtMs = T0 + 5 * MINUTE;
    const waiting = { ...all(pending, withRollout({ startAtMs }))(ready()), nowMs: T0 };
    expect(decided(waiting)).toMatchObject({ unblocksAtMs: startAtMs });
    expect(decided({ ...waiting, nowMs: startAtMs }).row).toBe(17);
  });
});

describe('decide is total', () => {
  const deepFrozen = <T>(value: T): T => {
    if (typeof value === 'object' && value !== null) {
      for (const member of Object.values(value)) deepFrozen(member);
      Object.freeze(value);
    }
    return value;
  };

  it('never throws, answers from the closed set, the same for the same, and changes nothing', () => {
    fc.assert(
      fc.property(anyRollout, fc.option(anyPoll), anyContext, anyMoment, (rollout, poll, context, nowMs) => {
        deepFrozen([rollout, poll, context]);
        const decision = decide(rollout, poll, context, nowMs);
        expect(REASONS).toContain(decision.reason);
        expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]).toContain(decision.row);
        expect(decision.detail).not.toMatch(/NaN|undefined|\[object/);
        expect(decide(structuredClone(rollout), structuredClone(poll), structuredClone(context), nowMs)).toEqual(
          decision,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('opens nothing that is ended or paused, and advances nothing that has not begun', () => {
    fc.assert(
      fc.property(anyRollout, fc.option(anyPoll), anyContext, anyMoment, (rollout, poll, context, nowMs) => {
        const { kind } = decide(rollout, poll, context, nowMs);
        if (kind === 'start') expect(rollout.wedgeState).toBe('PENDING');
        if (kind === 'ramp') expect([rollout.wedgeState, rollout.phase]).toEqual(['ACTIVE', 'ramp']);
        if (kind === 'advance' || kind === 'complete') {
          expect([rollout.wedgeState, rollout.phase]).toEqual(['ACTIVE', 'stage']);
        }
        if (kind === 'pause') expect(rollout.wedgeState).toBe('ACTIVE');
        if (kind === 'rollback') expect(['ACTIVE', 'PAUSED']).toContain(rollout.wedgeState);
      }),
      { numRuns: 500 },
    );
  });
});
