import { describe, expect, test } from 'vitest';
import type { Measurement } from '../../../src/domain/health/measurement.ts';
import { isSeenBy, lookBack } from '../../../src/domain/suggestion/lookBack.ts';
import { affordableSamples, hoursKnown, looksOf, withSamples } from '../../../src/domain/suggestion/looks.ts';
import { countsToTry, measuredSeconds, suggestionRequestSchema } from '../../../src/domain/suggestion/request.ts';
import { operatorOf, suggestionSaid } from '../../../src/domain/suggestion/suggestionSaid.ts';
import {
  candidatesOf,
  chosenOf,
  type RecordedWindow,
  type SuggestionWish,
} from '../../../src/domain/suggestion/suggestThreshold.ts';
import { seededChance } from '../../demo/simulatedRelease.ts';
import { ERROR_RATE } from '../../support/proposals.ts';
import { errorShares } from './process.ts';

const HOURS = 168;
const WISH: SuggestionWish = { direction: 'lower', consecutive: [1, 3], alarmsPerHour: 1 / 24, mustSee: null };

function windowOf(looksInWindow: number, turn: (value: number) => number = (value) => value): RecordedWindow {
  const values = errorShares(HOURS * 60, looksInWindow, seededChance(1)).map((value) =>
    value === null ? null : turn(value),
  );
  const samples = values.map((value) => (value === null ? 0 : 100 * looksInWindow));
  const windowSeconds = 60 * looksInWindow;
  return { windowSeconds, measuredSeconds: windowSeconds, looks: { everySeconds: 60, values, samples } };
}
const WINDOWS = [5, 20, 60].map((looks) => windowOf(looks));

function suggestThreshold(windows: readonly RecordedWindow[], wish: SuggestionWish) {
  const candidates = windows.flatMap((window) => candidatesOf(window, wish));
  return { candidates, chosen: chosenOf(candidates, wish, 60) };
}

const wished = (more: object = {}) =>
  suggestionRequestSchema.parse({
    ...{ sli: ERROR_RATE, kind: 'trigger', falseAlarms: { most: 1, perHours: 24 } },
    ...more,
  });

describe('the choice of a threshold', () => {
  test('tries every window with every count: longer windows and counts have lower thresholds', () => {
    const { candidates, chosen } = suggestThreshold(WINDOWS, WISH);
    expect(candidates.map(({ windowSeconds, consecutive }) => [windowSeconds, consecutive])).toEqual([
      [300, 1],
      [300, 3],
      [1200, 1],
      [1200, 3],
      [3600, 1],
      [3600, 3],
    ]);
    const severities = candidates.map(({ fit }) => fit?.severity ?? 0);
    expect(severities[0]).toBeGreaterThanOrEqual(severities[1] ?? 1);
    expect(severities[0]).toBeGreaterThan(severities[2] ?? 0);
    expect(severities[2]).toBeGreaterThan(severities[4] ?? 0);
    expect(chosen?.secondsToSee).toBeGreaterThan(0);
  });

  test('is the one that would notice the level soonest: the shorter window the larger the level', () => {
    const windowFor = (mustSee: number) =>
      suggestThreshold(WINDOWS, { ...WISH, mustSee }).chosen?.candidate.windowSeconds ?? 0;
    expect(windowFor(0.9)).toBe(300);
    expect(windowFor(0.025)).toBeGreaterThan(300);
    const unseen = suggestThreshold(WINDOWS, { ...WISH, mustSee: 0.01 }).chosen;
    expect(unseen).toMatchObject({ secondsToSee: null, candidate: { windowSeconds: 3600 } });
  });

  test('of what is better when higher is the same, turned over', () => {
    const turned = [5, 20, 60].map((looks) => windowOf(looks, (value) => -value));
    const [lower, higher] = [
      suggestThreshold(WINDOWS, WISH),
      suggestThreshold(turned, { ...WISH, direction: 'higher' }),
    ];
    expect(higher).toEqual(lower);
  });

  test('is none where the past is too short, and says so in words', () => {
    const { chosen } = suggestThreshold(WINDOWS, { ...WISH, alarmsPerHour: 0.05 / 24 });
    expect(chosen).toBeNull();
    const said = suggestionSaid(wished({ falseAlarms: { most: 0.05, perHours: 24 } }), chosen, HOURS);
    expect(said).toMatch(
      /^the past is too short to show 0.05 false alarms in 24 h: 1438 h .* 168 h are known; ask for /,
    );
  });

  test('is said in one sentence', () => {
    const { chosen } = suggestThreshold(WINDOWS, { ...WISH, mustSee: 0.9 });
    expect(suggestionSaid(wished(), chosen, HOURS)).toMatch(
      /^over 300 s error_rate > 0\.\d+ keeps to 1 false alarm in 24 h: 168 h of the past had at most 2, and with 95 % .* a level of 0.9 is noticed after about \d+ s$/,
    );
  });

  test('gives the operator of what is asked for', () => {
    expect(operatorOf(wished())).toBe('>');
    expect(operatorOf(wished({ kind: 'successCriterion' }))).toBe('<=');
    const higher = { sli: { ...ERROR_RATE, direction: 'higher' } };
    expect([operatorOf(wished(higher)), operatorOf(wished({ ...higher, kind: 'successCriterion' }))]).toEqual([
      '<',
      '>=',
    ]);
    expect([countsToTry(wished()), countsToTry(wished({ kind: 'successCriterion' }))]).toEqual([[1, 2, 4], [1]]);
  });
});

describe('looks at the past', () => {
  const observed = (value: number, samples: number): Measurement => ({
    ...{ kind: 'observed', value, samples },
    ...{ coveredSeconds: 60, newestSampleAtMs: null, query: '' },
  });

  test('leave out what has no data or too few samples, of which one look in a hundred has fewer than may be asked for', () => {
    const many = Array.from({ length: 200 }, (_, index) => observed(0.1, 1000 + index));
    const looks = looksOf([undefined, observed(1, 1), ...many], 60);
    expect(affordableSamples(looks)).toBe(1001);
    const left = withSamples(looks, 1001);
    expect(left.values.slice(0, 4)).toEqual([null, null, null, 0.1]);
    expect(hoursKnown(left)).toBeCloseTo(199 / 60, 9);
    expect(affordableSamples(looksOf([undefined], 60))).toBe(1);
  });

  test('are as often as polls, the last one now', () => {
    const { fromMs, toMs, stepSeconds } = lookBack(1e12, 24, 15);
    expect([fromMs, toMs, stepSeconds]).toEqual([1e12 - (24 * 240 - 1) * 15_000, 1e12, 15]);
  });

  test('of a long past are further apart, and then see no short windows', () => {
    expect(lookBack(1e12, 24 * 35, 15).stepSeconds).toBe(76);
    expect([isSeenBy(60, 76, 15), isSeenBy(303, 76, 15), isSeenBy(304, 76, 15)]).toEqual([false, false, true]);
    expect(isSeenBy(10, 15, 15)).toBe(true);
  });

  test('are at as much of all traffic as the arm will have, where there are requests', () => {
    expect(measuredSeconds(wished({ percentage: 10 }), 600)).toBe(60);
    const gauge = { id: 'load', kind: 'gauge', source: 'prometheus', direction: 'lower', metric: 'load' };
    expect(measuredSeconds(wished({ percentage: 10, sli: gauge }), 600)).toBe(600);
  });
});
