import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HealthTally, healthOf, tally } from '../../../src/domain/rollout/healthTally.ts';
import { HOUR, T0 } from './situation.ts';

const polls = fc
  .array(fc.record({ afterMs: fc.integer({ min: 1, max: HOUR / 10 }), passing: fc.boolean() }), {
    minLength: 1,
    maxLength: 150,
    size: 'max',
  })
  .map((steps) => {
    let atMs = T0;
    return steps.map(({ afterMs, passing }) => {
      atMs += afterMs;
      return { atMs, passing };
    });
  });
type Polls = readonly { readonly atMs: number; readonly passing: boolean }[];

const tallied = (all: Polls, windowMs: number) =>
  all.reduce<HealthTally>((health, poll) => tally(health, poll, windowMs), []);
const sum = (health: HealthTally, of: 'passing' | 'withData') => health.reduce((total, slice) => total + slice[of], 0);

describe('health over a sliding window', () => {
  it('agrees with a list of all polls, to a sixtieth of the window', () => {
    fc.assert(
      fc.property(polls, fc.integer({ min: 60, max: 2 * HOUR }), (all, windowMs) => {
        const health = tallied(all, windowMs);
        const nowMs = all.at(-1)?.atMs ?? 0;
        const since = (beganMs: number) => all.filter(({ atMs }) => atMs > beganMs);
        const inWindow = since(nowMs - windowMs);
        const atMost = since(nowMs - windowMs - Math.ceil(windowMs / 60));
        const passing = (some: Polls) => some.filter((poll) => poll.passing).length;
        expect(sum(health, 'withData')).toBeGreaterThanOrEqual(inWindow.length);
        expect(sum(health, 'withData')).toBeLessThanOrEqual(atMost.length);
        expect(sum(health, 'passing')).toBeGreaterThanOrEqual(passing(inWindow));
        expect(sum(health, 'passing')).toBeLessThanOrEqual(passing(atMost));
      }),
    );
  });

  it('is exact while everything lies within the window, and stays small', () => {
    fc.assert(
      fc.property(polls, (all) => {
        const health = tallied(all, 1000 * HOUR);
        expect(healthOf(health)).toBe(all.filter(({ passing }) => passing).length / all.length);
        expect(tallied(all, HOUR).length).toBeLessThanOrEqual(62);
      }),
    );
  });

  it('is between 0 and 1, or unknown', () => {
    expect(healthOf([])).toBeNull();
    fc.assert(
      fc.property(polls, fc.nat(HOUR), (all, windowMs) => {
        const health = healthOf(tallied(all, windowMs)) ?? -1;
        expect(health).toBeGreaterThanOrEqual(0);
        expect(health).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('over no time at all is the newest poll', () => {
    fc.assert(
      fc.property(polls, (all) => {
        expect(healthOf(tallied(all, 0))).toBe(all.at(-1)?.passing === true ? 1 : 0);
      }),
    );
  });
});
