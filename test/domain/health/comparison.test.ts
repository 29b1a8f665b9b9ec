import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparisonKey, nextComparison } from '../../../src/domain/health/comparison.ts';
import { isSequential, triggerSchema } from '../../../src/domain/health/criterion.ts';
import { addCounts, NO_COUNTS } from '../../../src/domain/statistics/armCounts.ts';
import { logEvidence } from '../../../src/domain/statistics/sequentialComparison.ts';
import { ALPHA, begun, counted, lacking, POLL_MS, polled, pollOf, T0, times } from './counting.ts';

const HOUR = 3_600_000;
const HEALTHY = counted(pollOf(100, 1, 100, 1));
const BAD = counted(pollOf(100, 10, 100, 1));
const NONE = counted(pollOf(0, 0, 0, 0));

const next = (from: ReturnType<typeof begun>, answer: Parameters<typeof nextComparison>[1], untilMs: number) =>
  nextComparison(from, answer, { untilMs, visit: from.visit, rollbacks: from.rollbacks }, ALPHA);

describe('a comparison', () => {
  it('begins with no evidence and counts from there on', () => {
    expect(logEvidence(begun().evidence)).toBeCloseTo(0, 12);
    expect(begun()).toMatchObject({ countedUntilMs: T0, counts: pollOf(0, 0), edge: null });
  });

  it('adds up what was counted, up to the poll, and keeps the edge that was used', () => {
    const comparison = polled(begun(), [HEALTHY, counted(pollOf(7, 2, 9, 3), { edge: 0.25 })]);
    expect(comparison).toMatchObject({
      counts: pollOf(107, 3, 109, 4),
      countedUntilMs: T0 + 2 * POLL_MS,
      trafficAtMs: T0 + 2 * POLL_MS,
      edge: 0.25,
    });
    expect(logEvidence(polled(begun(), times(10, BAD)).evidence)).toBeGreaterThan(Math.log(20));
  });

  it('loses nothing over polls that failed, and counts nothing twice', () => {
    const answers = fc.array(
      fc.oneof(
        fc.record({ total: fc.nat(50), control: fc.nat(50) }),
        fc.constantFrom('missing' as const, 'unavailable' as const),
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(answers, (polls) => {
        let comparison = begun();
        let [treatment, control, sinceMs] = [NO_COUNTS, NO_COUNTS, T0];
        for (const [index, poll] of polls.entries()) {
          expect(comparison.countedUntilMs).toBe(sinceMs);
          const untilMs = T0 + (index + 1) * POLL_MS;
          const answer = typeof poll === 'string' ? lacking(poll) : counted(pollOf(poll.total, 0, poll.control, 0));
          comparison = next(comparison, answer, untilMs);
          if (typeof poll === 'string') continue;
          treatment = addCounts(treatment, { total: poll.total, bad: 0 });
          control = addCounts(control, { total: poll.control, bad: 0 });
          sinceMs = untilMs;
        }
        expect(comparison.counts).toEqual({ treatment, control });
      }),
    );
  });

  it('leaves out the poll in which the exposure changed, and what nobody can know any more', () => {
    for (const answer of [null, lacking('unanchored')]) {
      const comparison = polled(begun(), [HEALTHY, answer]);
      expect(comparison).toMatchObject({ counts: pollOf(100, 1, 100, 1), countedUntilMs: T0 + 2 * POLL_MS });
      expect(comparison.evidence).toEqual(polled(begun(), [HEALTHY]).evidence);
    }
  });

  it('waits where the clock went back until it has caught up, so that nothing counts twice', () => {
    const before = polled(begun(), times(8, HEALTHY));
    const back = next(before, null, T0 + POLL_MS);
    expect(back.countedUntilMs).toBe(T0 + 8 * POLL_MS);
    expect(back.counts).toEqual(before.counts);
  });

  it('is small and plain: it comes back the same from where it is kept, whatever was counted', () => {
    const arm = fc.record({ total: fc.nat(1e9), share: fc.double({ min: 0, max: 1, noNaN: true }) });
    const poll = fc.record({ treatment: arm, control: arm }).map(({ treatment, control }) =>
      counted({
        treatment: { total: treatment.total, bad: Math.floor(treatment.total * treatment.share) },
        control: { total: control.total, bad: Math.floor(control.total * control.share) },
      }),
    );
    fc.assert(
      fc.property(fc.array(poll, { maxLength: 6 }), fc.constantFrom(0.5, 1, 2, 10), (polls, margin) => {
        const comparison = polled(begun({}, margin), polls);
        expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison);
      }),
    );
  });
});

describe('epochs', () => {
  it('open with each visit, whose counts begin anew', () => {
    const first = polled(begun(), [HEALTHY]);
    const second = polled(first, [HEALTHY], { visit: 2 });
    expect(first.evidence.epochsOpened).toBe(1);
    expect(second).toMatchObject({ visit: 2, counts: pollOf(100, 1, 100, 1), evidence: { epochsOpened: 2 } });
    expect(polled(second, times(3, HEALTHY)).evidence.epochsOpened).toBe(2);
  });

  it('open each hour, at its end and not before', () => {
    const opened = (afterMs: number) => next(begun(), HEALTHY, T0 + afterMs).evidence.epochsOpened;
    expect([opened(HOUR - 1), opened(HOUR), opened(5 * HOUR)]).toEqual([1, 2, 2]);
    const day = polled(begun(), times((24 * HOUR) / POLL_MS, HEALTHY));
    expect(day.evidence.epochsOpened).toBe(25);
  });

  it('open with what is counted, not with polls that fail', () => {
    const hours = polled(begun(), times((2 * HOUR) / POLL_MS, lacking('unavailable')));
    expect(hours.evidence.epochsOpened).toBe(1);
  });

  it('find a late onset sooner than a process that never bets anew', () => {
    const polls = [...times(960, HEALTHY), ...times(30, BAD)];
    const never = { ...begun(), epochOpenedAtMs: Number.MAX_SAFE_INTEGER };
    const [found, missed] = [begun(), never].map((from) => logEvidence(polled(from, polls).evidence));
    expect(found).toBeGreaterThan(Math.log(20));
    expect(missed).toBeLessThan(found ?? 0);
  });
});

describe('after a rollback within the rollout', () => {
  it('all begins anew, with what is known of the dispersion', () => {
    const found = polled(begun(), times(20, BAD));
    const again = nextComparison(found, BAD, { untilMs: T0 + HOUR, visit: 2, rollbacks: 1 }, ALPHA);
    expect(again).toEqual({ ...begun({ untilMs: T0 + HOUR, visit: 2, rollbacks: 1 }), dispersion: found.dispersion });
  });
});

describe('traffic', () => {
  it('is of both arms: a poll without it says nothing of when there was some', () => {
    const comparison = polled(begun(), [HEALTHY, NONE, counted(pollOf(10, 0, 0, 0))]);
    expect(comparison).toMatchObject({ trafficAtMs: T0 + POLL_MS, countedUntilMs: T0 + 3 * POLL_MS });
  });
});

describe('one comparison', () => {
  it('is shared by criteria that count the same, and by no others', () => {
    const keyOf = (criterion: object) => {
      const parsed = triggerSchema.parse({ sli: 'error_rate', ...criterion });
      if (!isSequential(parsed)) throw new Error('what says nothing of how it compares is sequential');
      return comparisonKey(parsed);
    };
    const same = [{}, { compare: 'sequential' }, { severity: 'pause' }, { alpha: 0.01 }, { minSamples: 50 }];
    expect(new Set(same.map(keyOf)).size).toBe(1);
    const others = [{}, { margin: 1.5 }, { threshold: 0.5 }, { sli: 'latency' }];
    expect(new Set(others.map(keyOf)).size).toBe(others.length);
  });
});
