import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measurementPlan } from '../../../src/domain/health/measurementPlan.ts';
import type { RolloutState } from '../../../src/domain/rollout/state.ts';
import { ERROR_RATE, type ProposalInput } from '../../support/proposals.ts';
import { contractOf, HOUR, rolloutOf, T0 } from '../rollout/situation.ts';

const SECOND = 1000;

const absolute = {
  sli: 'error_rate',
  compare: 'absolute',
  operator: '>',
  threshold: 0.1,
  windowSeconds: 300,
} as const;
const relative = { ...absolute, compare: 'baselineRatio', threshold: 1.5 } as const;
const past = { ...relative, baseline: { offsetHours: 24 } } as const;

type Stage = NonNullable<Parameters<typeof contractOf>[0]>;
const rolloutWith = (stage: Stage, more: Partial<RolloutState> = {}, slis: ProposalInput['slis'] = [ERROR_RATE]) =>
  rolloutOf({ contract: contractOf(stage, {}, { slis }), exposureChangedAtMs: T0, ...more });

const trigger = (criterion: object): Stage => ({ rollbackTrigger: [{ ...absolute, ...criterion }] });
const at = (ms: number) => ({ nowMs: T0 + ms, untilMs: T0 + ms });
const planned = (rollout: RolloutState, afterMs: number) =>
  measurementPlan(rollout, {}, at(afterMs)).filter((each) => each.looksAt === 'window');
const only = (rollout: RolloutState, afterMs: number) => {
  const [first] = planned(rollout, afterMs);
  if (first === undefined) throw new Error('nothing is planned');
  return first;
};

describe('what is asked', () => {
  it('nothing before anything is exposed', () => {
    expect(measurementPlan(rolloutOf({ exposureChangedAtMs: null }), {}, at(0))).toEqual([]);
  });

  it('every criterion of the stage, triggers first; in the ramp the triggers alone', () => {
    const keys = (more: Partial<RolloutState>) => planned(rolloutWith({}, more), 3600 * SECOND).map(({ key }) => key);
    expect(keys({})).toEqual(['trigger/0', 'success/0']);
    expect(keys({ phase: 'ramp' })).toEqual(['trigger/0']);
  });

  it('both cohorts where the SLI tells them apart, everyone where it does not', () => {
    const { cohort: _, ...undivided } = ERROR_RATE;
    expect(only(rolloutWith(trigger({})), 3600 * SECOND).subject?.arms).toBe('cohorts');
    expect(only(rolloutWith(trigger({}), {}, [undivided]), 3600 * SECOND).subject?.arms).toBe('all');
  });

  it('of the stage where the rollout stands', () => {
    const contract = contractOf();
    const [first, ...others] = contract.rolloutWedge.wedgeStages;
    if (first === undefined) throw new Error('no stages');
    const wedgeStages = [{ ...first, rollbackTrigger: [] }, ...others];
    const changed = { ...contract, rolloutWedge: { ...contract.rolloutWedge, wedgeStages } };
    const keysAt = (stageIndex: number) =>
      measurementPlan(rolloutOf({ contract: changed, stageIndex }), {}, at(2 * HOUR)).map(({ key }) => key);
    expect(keysAt(0)).toEqual(['success/0']);
    expect(keysAt(1)).toEqual(['trigger/0', 'success/0']);
  });
});

describe('windows never reach back before the last change of exposure', () => {
  it('are shortened until they fit, and whole from then on', () => {
    const rollout = rolloutWith(trigger({}));
    expect(only(rollout, 299_999)).toMatchObject({ shortened: true, subject: { windowSeconds: 299 } });
    expect(only(rollout, 300_000)).toMatchObject({ shortened: false, subject: { windowSeconds: 300 } });
    expect(only(rollout, 9_000_000)).toMatchObject({ shortened: false, subject: { windowSeconds: 300 } });
  });

  it('for any window, change and moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3600 }), fc.nat(4_000_000), (windowSeconds, afterMs) => {
        for (const { subject, shortened } of planned(rolloutWith(trigger({ windowSeconds })), afterMs)) {
          const reachesMs = (subject?.windowSeconds ?? 0) * SECOND;
          expect(reachesMs).toBeLessThanOrEqual(afterMs);
          if (!shortened) expect(afterMs).toBeGreaterThanOrEqual(reachesMs);
        }
      }),
    );
  });

  it('the latest sample is the latest sample', () => {
    expect(only(rolloutWith(trigger({ windowSeconds: 0 })), 5_000)).toMatchObject({
      shortened: false,
      subject: { windowSeconds: 0 },
    });
  });

  it('a past of as long a window, since a count over less time is less', () => {
    const { subject, past: before } = only(rolloutWith(trigger(past)), 60_000);
    expect(subject?.windowSeconds).toBe(60);
    expect(before?.windowSeconds).toBe(60);
  });

  it('the past is everyone, as long ago as the contract says', () => {
    const { past: before } = only(rolloutWith(trigger(past)), 300_000);
    expect(before).toMatchObject({ arms: 'all', offsetSeconds: 86_400, windowSeconds: 300 });
  });
});

describe('what means nothing', () => {
  it('comparing with a control at 100 %, where there is none', () => {
    const asks = (threshold: number) => only(rolloutWith(trigger(relative), { threshold }), 300_000).subject !== null;
    expect(asks(99_999)).toBe(true);
    expect(asks(100_000)).toBe(false);
  });

  it('comparing with a control in a dry run, which exposes nobody', () => {
    expect(only(rolloutWith(trigger(relative), { dryRun: true }), 300_000).subject).toBeNull();
  });

  it('not what is absolute, nor what compares with the past', () => {
    for (const criterion of [absolute, past]) {
      expect(only(rolloutWith(trigger(criterion), { threshold: 100_000 }), 300_000).subject).not.toBeNull();
    }
  });

  it('a dry run measures all traffic', () => {
    expect(only(rolloutWith(trigger({}), { dryRun: true }), 300_000).subject?.arms).toBe('all');
  });
});
