import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_GUARDS } from '../../../src/domain/health/guards.ts';
import type { Verdict } from '../../../src/domain/health/verdict.ts';
import { allSuccessPassing, nextPoll } from '../../../src/domain/rollout/nextPoll.ts';
import type { Poll } from '../../../src/domain/rollout/poll.ts';
import type { RolloutState } from '../../../src/domain/rollout/state.ts';
import { CALM, failing, fired, lacking, MINUTE, PASSING, POLL_INTERVAL, pollOf, rolloutOf, T0 } from './situation.ts';

const ACTIVE = rolloutOf({ epochBeganAtMs: T0 });
type Look = {
  readonly afterMs: number;
  readonly onHold: boolean;
  readonly served: boolean;
  readonly verdicts: readonly Verdict[];
};

const look = (more: Partial<Look> = {}): Look => ({
  afterMs: POLL_INTERVAL,
  onHold: false,
  served: true,
  verdicts: [CALM, PASSING],
  ...more,
});

/** Polls one after the other, the first `afterMs` after the epoch began. */
function polled(rollout: RolloutState, looks: readonly Look[], previous: Poll | null = null): readonly Poll[] {
  const polls: Poll[] = [];
  let nowMs = previous?.atMs ?? rollout.epochBeganAtMs;
  for (const { afterMs, onHold, served, verdicts } of looks) {
    nowMs += afterMs;
    polls.push(
      nextPoll(polls.at(-1) ?? previous, rollout, {
        ...{ verdicts, targetVerdicts: [], comparisons: {}, guards: NO_GUARDS, nowMs },
        ...{ pollIntervalMs: POLL_INTERVAL, onHold, served },
      }),
    );
  }
  return polls;
}
const last = (polls: readonly Poll[]): Poll => {
  const poll = polls.at(-1);
  if (poll === undefined) throw new Error('no poll');
  return poll;
};
const times = (count: number, one: Look) => Array.from({ length: count }, () => one);

const outcome = fc.constantFrom<Verdict>(
  PASSING,
  failing(),
  lacking('missing'),
  lacking('noTraffic'),
  lacking('stale'),
);
const alarm = fc.constantFrom<Verdict>(
  CALM,
  fired(),
  lacking('unavailable', { key: 'trigger/0', role: 'trigger', severity: 'rollback' }),
);
/** The first is not on hold: what opens is held by a stop. */
const looks = fc
  .array(
    fc.record({
      afterMs: fc.oneof(
        fc.constantFrom(POLL_INTERVAL, 2 * POLL_INTERVAL, 2 * POLL_INTERVAL + 1, -POLL_INTERVAL, 0),
        fc.integer({ min: 0, max: 5 * POLL_INTERVAL }),
      ),
      onHold: fc.boolean(),
      served: fc.constant(true),
      verdicts: fc.tuple(alarm, outcome),
    }),
    { minLength: 1, maxLength: 40, size: 'max' },
  )
  .map(([first, ...others]): readonly Look[] => (first === undefined ? [] : [{ ...first, onHold: false }, ...others]));

describe('active time', () => {
  /** Interval by interval, as the law says it: what is on hold, unwatched or backwards is left out. */
  const slowly = (all: readonly Look[]) => {
    let active = 0;
    let sinceProgress = 0;
    all.forEach(({ afterMs, verdicts }, index) => {
      const wasOnHold = all[index - 1]?.onHold ?? false;
      const counts = !wasOnHold && afterMs >= 0 && afterMs <= 2 * POLL_INTERVAL;
      active += counts ? afterMs : 0;
      sinceProgress = verdicts.includes(PASSING) ? 0 : sinceProgress + (counts ? afterMs : 0);
    });
    return { visit: active, observation: active, noProgress: sinceProgress };
  };

  it('leaves out holds by stop, gaps of more than two polls, and a clock that went backwards', () => {
    fc.assert(
      fc.property(looks, (all) => {
        expect(last(polled(ACTIVE, all)).activeMs).toEqual(slowly(all));
      }),
    );
  });

  it('never runs faster than the clock, and never backwards', () => {
    fc.assert(
      fc.property(looks, (all) => {
        const polls = polled(ACTIVE, all);
        polls.forEach((poll, index) => {
          const before = polls[index - 1]?.activeMs ?? { visit: 0, observation: 0 };
          const passedMs = Math.max(0, all[index]?.afterMs ?? 0);
          expect(poll.activeMs.observation - before.observation).toBeLessThanOrEqual(passedMs);
          expect(poll.activeMs.observation).toBeGreaterThanOrEqual(before.observation);
          expect(poll.activeMs.visit).toBeGreaterThanOrEqual(before.visit);
        });
      }),
    );
  });

  it('two polls of gap are watched, a millisecond more is not', () => {
    expect(last(polled(ACTIVE, [look({ afterMs: 2 * POLL_INTERVAL })])).activeMs.visit).toBe(2 * POLL_INTERVAL);
    expect(last(polled(ACTIVE, [look({ afterMs: 2 * POLL_INTERVAL + 1 })])).activeMs.visit).toBe(0);
  });

  it('stands still while paused and while pending', () => {
    for (const wedgeState of ['PAUSED', 'PENDING'] as const) {
      expect(last(polled({ ...ACTIVE, wedgeState }, times(9, look()))).activeMs).toMatchObject({
        visit: 0,
        observation: 0,
      });
    }
  });

  it('missing data is active time: it is bounded by row 9', () => {
    const blind = polled(ACTIVE, times(8, look({ verdicts: [lacking('unavailable')] })));
    expect(last(blind).activeMs).toEqual({
      visit: 8 * POLL_INTERVAL,
      observation: 8 * POLL_INTERVAL,
      noProgress: 8 * POLL_INTERVAL,
    });
  });

  it('resume restarts observation and no-progress, not the visit and its duration', () => {
    const before = last(polled(ACTIVE, times(20, look({ verdicts: [failing()] }))));
    const resumed = { ...ACTIVE, epoch: 3, epochBeganAtMs: before.atMs + 10 * MINUTE };
    const after = nextPoll(before, resumed, {
      verdicts: [failing()],
      targetVerdicts: [],
      comparisons: {},
      guards: NO_GUARDS,
      nowMs: resumed.epochBeganAtMs + 5_000,
      pollIntervalMs: POLL_INTERVAL,
      onHold: false,
      served: true,
    });
    expect(after.activeMs).toEqual({ visit: 20 * POLL_INTERVAL + 5_000, observation: 5_000, noProgress: 5_000 });
    expect(after.counts).toEqual({ 'success/0': 0 });
    expect(after.health).toHaveLength(1);
  });

  it('a new visit begins everything anew', () => {
    const before = last(polled(ACTIVE, times(20, look())));
    const next = { ...ACTIVE, epoch: 3, visit: 2, epochBeganAtMs: before.atMs };
    expect(last(polled(next, [look()], before)).activeMs).toEqual({
      visit: POLL_INTERVAL,
      observation: POLL_INTERVAL,
      noProgress: 0,
    });
  });

  it('in the ramp nothing can pass, so its no-progress clock runs from the start', () => {
    const ramp: RolloutState = { ...ACTIVE, phase: 'ramp', visit: 0 };
    expect(last(polled(ramp, times(4, look()))).activeMs.noProgress).toBe(4 * POLL_INTERVAL);
  });

  it('an epoch that begins under a stop is not active until the stop has ended', () => {
    expect(last(polled(ACTIVE, [look({ onHold: true })])).activeMs.observation).toBe(0);
  });
});

describe('an exposure that lookups do not serve', () => {
  it('is not observed, and ends in row 9 all the same', () => {
    const [first, ...others] = polled(ACTIVE, times(6, look({ served: false })));
    const polls = [first, ...others].filter((poll) => poll !== undefined);
    expect(last(polls).activeMs).toEqual({ visit: 0, observation: 0, noProgress: 6 * POLL_INTERVAL });
    expect(last(polls).health).toEqual([]);
    const back = polled(ACTIVE, [look(), look()], last(polls));
    expect(last(back).activeMs).toEqual({ visit: POLL_INTERVAL, observation: POLL_INTERVAL, noProgress: 0 });
  });
});

describe('counts', () => {
  /** How often the condition held since it last did not, over the polls that could tell. */
  const slowly = (key: string, all: readonly Look[]) => {
    const told = all.flatMap(({ verdicts }) => verdicts.filter((verdict) => verdict.key === key));
    const reasons = told.map(({ reason }) => reason).filter((reason) => reason === 'holds' || reason === 'doesNotHold');
    return reasons.length - 1 - reasons.lastIndexOf('doesNotHold');
  };

  it('one a poll; inconclusive neither adds nor resets', () => {
    fc.assert(
      fc.property(looks, (all) => {
        const { counts } = last(polled(ACTIVE, all));
        for (const key of ['success/0', 'trigger/0']) expect(counts[key] ?? 0).toBe(slowly(key, all));
      }),
    );
  });

  it('begin anew with an epoch', () => {
    const before = last(polled(ACTIVE, times(3, look({ verdicts: [fired(), PASSING] }))));
    expect(before.counts).toEqual({ 'trigger/0': 3, 'success/0': 3 });
    const resumed = { ...ACTIVE, epoch: 3, epochBeganAtMs: before.atMs };
    expect(last(polled(resumed, [look({ verdicts: [fired(), PASSING] })], before)).counts).toEqual({
      'trigger/0': 1,
      'success/0': 1,
    });
  });
});

describe('muted pause criteria', () => {
  const slow = (reason: 'pass' | 'fail' | 'none'): Verdict =>
    reason === 'none'
      ? lacking('missing', { key: 'trigger/1', role: 'trigger', severity: 'pause' })
      : reason === 'fail'
        ? fired({ key: 'trigger/1', severity: 'pause' })
        : { ...CALM, key: 'trigger/1', severity: 'pause' };

  it('are mute from the resume until they pass once', () => {
    const resumed = { ...ACTIVE, acknowledged: ['trigger/1'] };
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('pass' as const, 'fail' as const, 'none' as const), { minLength: 1 }),
        (told) => {
          const polls = polled(
            resumed,
            told.map((one) => look({ verdicts: [PASSING, slow(one)] })),
          );
          expect(last(polls).muted).toEqual(told.includes('pass') ? [] : ['trigger/1']);
        },
      ),
    );
  });

  it('a poll that could not ask leaves them mute', () => {
    const resumed = { ...ACTIVE, acknowledged: ['trigger/1'] };
    expect(last(polled(resumed, [look({ verdicts: [] })])).muted).toEqual(['trigger/1']);
  });

  it('are heard again in the next stage', () => {
    const muted = pollOf({ muted: ['trigger/1'] });
    expect(last(polled({ ...ACTIVE, epoch: 3, visit: 2 }, [look({ verdicts: [slow('fail')] })], muted)).muted).toEqual(
      [],
    );
  });
});

describe('all success criteria passing', () => {
  it.each<[string, readonly Verdict[], boolean]>([
    ['one that passes', [PASSING], true],
    ['one of two fails', [PASSING, failing({ key: 'success/1' })], false],
    ['one of two has no data', [PASSING, lacking('missing', { key: 'success/1' })], false],
    ['none', [CALM], false],
    ['a dry-run one fails beside', [PASSING, failing({ key: 'success/1', dryRun: true })], true],
    ['only a dry-run one', [{ ...PASSING, dryRun: true }], false],
    ['one not applicable beside', [PASSING, lacking('notApplicable', { key: 'success/1' })], true],
  ])('%s', (_, verdicts, expected) => {
    expect(allSuccessPassing(verdicts)).toBe(expected);
  });
});

describe('health of the visit', () => {
  const health = (rollout: RolloutState, all: readonly Look[]) => last(polled(rollout, all)).health;
  const counted = (rollout: RolloutState, all: readonly Look[]) =>
    health(rollout, all).reduce((sum, { withData }) => sum + withData, 0);
  const stable = rolloutOf({
    epochBeganAtMs: T0,
    contract: {
      ...ACTIVE.contract,
      rolloutWedge: {
        ...ACTIVE.contract.rolloutWedge,
        wedgeStages: ACTIVE.contract.rolloutWedge.wedgeStages.map((stage) => ({
          ...stage,
          stabilization: { ...stage.stabilization, minimumDurationHours: 1 },
        })),
      },
    },
  });

  it('counts polls with data, and none without', () => {
    const all = [look(), look({ verdicts: [failing()] }), look({ verdicts: [lacking('missing')] }), look()];
    expect(health(stable, all)).toEqual([{ fromMs: T0 + POLL_INTERVAL, passing: 2, withData: 3 }]);
  });

  it('leaves dry-run criteria out', () => {
    expect(counted(stable, [look({ verdicts: [{ ...PASSING, dryRun: true }] })])).toBe(0);
  });

  it('has none in the ramp', () => {
    expect(counted({ ...stable, phase: 'ramp' }, times(4, look()))).toBe(0);
  });
});
