import { describe, expect, it } from 'vitest';
import { EVERYONE, INTERNAL } from '../../../src/domain/feature/scope.ts';
import type { WedgeState } from '../../../src/domain/rollout/state.ts';
import {
  all,
  askOf,
  decided,
  fired,
  HOUR,
  inLastStage,
  lacking,
  MINUTE,
  pending,
  ramping,
  ready,
  rolloutOf,
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
const found = (threshold: number, killed = false) => ({ found: { killed, grants: [{ scope: EVERYONE, threshold }] } });
const blast = (maxBlastRadius: number) =>
  withContract({}, { maxBlastRadius, wedgeStages: rolloutOf().contract.rolloutWedge.wedgeStages.slice(0, 2) });

describe('row 1: terminal', () => {
  it.each<WedgeState>(['COMPLETE', 'ROLLED_BACK', 'SUPERSEDED'])('%s holds, whatever else applies', (wedgeState) => {
    const decision = ruledAfter(
      withVerdicts(fired()),
      withContext({ ...found(100_000, true), audit: 'FAIL' }),
      withRollout({ wedgeState, phase: 'ended' }),
    );
    expect(decision).toMatchObject({ row: 1, kind: 'hold', reason: 'terminal' });
  });
});

describe('row 2: killed, or more exposed than the contract ever allows', () => {
  it.each<WedgeState>(['ACTIVE', 'PAUSED'])('a kill found while %s rolls back to zero', (wedgeState) => {
    const decision = ruledAfter(withRollout({ wedgeState }), withContext(found(0, true)));
    expect(decision).toMatchObject({ row: 2, kind: 'rollback', reason: 'killed', to: 'zero' });
  });

  it('holds at the blast radius and rolls back one thousandth above it', () => {
    expect(ruledAfter(blast(50), withContext(found(50_000)))).toMatchObject({ row: 17 });
    expect(ruledAfter(blast(50), withContext(found(50_001)))).toMatchObject({
      row: 2,
      kind: 'rollback',
      reason: 'blastRadius',
      to: 'zero',
    });
  });

  it('what was exposed before this rollout is not its doing', () => {
    const internals = { scope: INTERNAL, threshold: 100_000 };
    const grants = [internals, { scope: EVERYONE, threshold: 10_000 }];
    const exposed = { found: { killed: false, grants } };
    const over = withRollout({ base: [internals], grants });
    expect(ruledAfter(blast(50), over, withContext(exposed))).toMatchObject({ row: 17 });
    expect(ruledAfter(blast(50), withContext(exposed))).toMatchObject({ row: 2 });
  });

  it('takes nothing from a store that did not answer', () => {
    expect(ruledAfter(withContext({ found: null }))).toMatchObject({ row: 17 });
  });

  it('leaves a rollout alone that exposes nothing yet', () => {
    expect(ruledAfter(pending, withContext(found(0, true)))).toMatchObject({ row: 5 });
  });
});

describe('row 3: a rollback criterion fails for its count', () => {
  it('counts to `consecutive`, the last of them included', () => {
    const twice = fired({ consecutive: 2 });
    const counted = (count: number) =>
      all(withVerdicts(twice), withPoll({ counts: { 'trigger/0': count, 'success/0': 1 } }));
    expect(ruledAfter(counted(1))).toMatchObject({ row: 17 });
    expect(ruledAfter(counted(2))).toMatchObject({ row: 3, kind: 'rollback', reason: 'criterion', to: 'plan' });
    expect(ruledAfter(counted(3))).toMatchObject({ row: 3 });
  });

  it.each<[string, Step]>([
    ['in the ramp', ramping],
    ['while paused', withRollout({ wedgeState: 'PAUSED' })],
    ['under the global stop', withContext({ globalStop: true })],
    ["under the store's paused", withContext({ storePaused: true })],
    ['in the last stage', inLastStage],
    ['with other data missing', withVerdicts(lacking('missing', { key: 'success/1' }))],
    ['with the audit failed', withContext({ audit: 'FAIL' })],
    ['though acknowledged', withPoll({ muted: ['trigger/0'] })],
  ])('%s', (_, step) => {
    expect(ruledAfter(step, withVerdicts(fired()))).toMatchObject({ row: 3, kind: 'rollback' });
  });

  it.each<[string, Step]>([
    ['a dry-run criterion', withVerdicts(fired({ dryRun: true }))],
    ['an alert', withVerdicts(fired({ severity: 'alert' }))],
    [
      'not applicable',
      withVerdicts(lacking('notApplicable', { key: 'trigger/0', role: 'trigger', severity: 'rollback' })),
    ],
    ['a poll of another epoch', all(withVerdicts(fired()), withPoll({ epoch: 1 }))],
  ])('%s takes nothing back', (_, step) => {
    expect(ruledAfter(step).kind).not.toBe('rollback');
  });
});

describe('row 5: pending and no start asked', () => {
  it('waits for a person', () => {
    expect(ruledAfter(pending)).toMatchObject({ row: 5, kind: 'hold', reason: 'pending', unblocksAtMs: null });
    expect(ruledAfter(pending, withContext({ ask: askOf({ kind: 'advance' }) }))).toMatchObject({ row: 5 });
    expect(ruledAfter(pending, withContext({ ask: askOf({ kind: 'start' }) }))).toMatchObject({
      row: 17,
      kind: 'start',
    });
  });

  it('or for its hour, that hour included', () => {
    const startAtMs = T0 + 2 * HOUR;
    const at = (nowMs: number) => decided({ ...all(pending, withRollout({ startAtMs }))(ready()), nowMs });
    expect(at(startAtMs - 1)).toMatchObject({ row: 5, reason: 'pending', unblocksAtMs: startAtMs });
    expect(at(startAtMs)).toMatchObject({ row: 17, kind: 'start' });
  });
});

describe('row 6: paused', () => {
  it('holds until somebody resumes, however ready everything is', () => {
    const decision = ruledAfter(withRollout({ wedgeState: 'PAUSED' }), withContext({ ask: askOf() }));
    expect(decision).toMatchObject({ row: 6, kind: 'hold', reason: 'paused', unblocksAtMs: null });
  });
});

describe('row 7: a pause criterion, or a failed audit', () => {
  const slow = fired({ key: 'trigger/1', severity: 'pause', consecutive: 2 });

  it('counts to `consecutive`, the last of them included', () => {
    const counted = (count: number) =>
      all(withVerdicts(slow), withPoll({ counts: { 'trigger/1': count, 'success/0': 1 } }));
    expect(ruledAfter(counted(1))).toMatchObject({ row: 17 });
    expect(ruledAfter(counted(2))).toMatchObject({ row: 7, kind: 'pause', reason: 'criterion' });
  });

  it('leaves out what a person has acknowledged, and that alone', () => {
    const other = fired({ key: 'trigger/2', severity: 'pause' });
    expect(ruledAfter(withVerdicts(slow), withPoll({ muted: ['trigger/1'] }))).toMatchObject({ row: 17 });
    expect(ruledAfter(withVerdicts(slow, other), withPoll({ muted: ['trigger/1'] }))).toMatchObject({ row: 7 });
  });

  it('a failed audit pauses, an undecided one does not', () => {
    expect(ruledAfter(withContext({ audit: 'FAIL' }))).toMatchObject({ row: 7, kind: 'pause', reason: 'auditFailed' });
    expect(ruledAfter(ramping, withContext({ audit: 'FAIL' }))).toMatchObject({ row: 7 });
    expect(ruledAfter(withContext({ audit: 'INCONCLUSIVE' }))).toMatchObject({ row: 13 });
  });

  it.each<[string, Step]>([
    ['a dry-run criterion', withVerdicts({ ...slow, dryRun: true })],
    ['an alert', withVerdicts({ ...slow, severity: 'alert' })],
  ])('%s pauses nothing', (_, step) => {
    expect(ruledAfter(step)).toMatchObject({ row: 17 });
  });
});

describe('row 8: stopped for all, or in the flag store', () => {
  it.each<[string, Step]>([
    ['globalStop', withContext({ globalStop: true })],
    ['storePaused', withContext({ storePaused: true })],
  ])('%s holds what is live and what waits for its start', (reason, step) => {
    expect(ruledAfter(step)).toMatchObject({ row: 8, kind: 'hold', reason, unblocksAtMs: null });
    expect(ruledAfter(pending, step, withContext({ ask: askOf({ kind: 'start' }) }))).toMatchObject({ row: 8, reason });
    expect(ruledAfter(ramping, step)).toMatchObject({ row: 8, reason });
  });
});

describe('row 9: no progress', () => {
  it('pauses after `pauseAfterWindows` observation windows, that instant included', () => {
    expect(ruledAfter(withClocks({ noProgress: 3 * HOUR - 1 }))).toMatchObject({ row: 17 });
    expect(ruledAfter(withClocks({ noProgress: 3 * HOUR }))).toMatchObject({
      row: 9,
      kind: 'pause',
      reason: 'noProgress',
    });
  });

  it('goes by the policy that judged the contract, fractions too', () => {
    const half = withPolicy({ pauseAfterWindows: 0.5 });
    expect(ruledAfter(half, withClocks({ noProgress: 30 * MINUTE - 1 }))).toMatchObject({ row: 17 });
    expect(ruledAfter(half, withClocks({ noProgress: 30 * MINUTE }))).toMatchObject({ row: 9 });
  });

  it('bounds the ramp too, and missing data', () => {
    const stuck = all(withClocks({ noProgress: 3 * HOUR }), withVerdicts(lacking('unavailable', { key: 'success/1' })));
    expect(ruledAfter(stuck)).toMatchObject({ row: 9 });
    expect(ruledAfter(ramping, stuck)).toMatchObject({ row: 9 });
  });

  it('does not pause what is not active', () => {
    const stuck = withClocks({ noProgress: 3 * HOUR });
    expect(ruledAfter(withRollout({ wedgeState: 'PAUSED' }), stuck)).toMatchObject({ row: 6 });
    expect(ruledAfter(pending, stuck, withContext({ ask: askOf({ kind: 'start' }) }))).toMatchObject({ row: 17 });
  });
});
