import { describe, expect, test } from 'vitest';
import { alarmEpisodes } from '../../../src/domain/suggestion/alarmEpisodes.ts';
import { heldOut } from '../../../src/domain/suggestion/heldOut.ts';
import { roundedUp, sustained } from '../../../src/domain/suggestion/severity.ts';
import { curveOf, fittedPoint, neededHours, thresholdsOf } from '../../../src/domain/suggestion/windowFit.ts';
import { seededChance } from '../../demo/simulatedRelease.ts';
import { errorShares } from './process.ts';

const LOOKS_PER_HOUR = 60;
const WINDOW_LOOKS = 10;

const recordedOf = (hours: number, chance: () => number, consecutive = 1) => ({
  severities: sustained(errorShares(hours * LOOKS_PER_HOUR, WINDOW_LOOKS, chance), consecutive),
  reach: WINDOW_LOOKS,
  hours,
});

describe('a threshold from the past', () => {
  test.for([1, 3])(
    'keeps its promise in the same process, in at least 95 of 100 pasts: %i polls running',
    (consecutive) => {
      const PASTS = 80;
      const FRESH_HOURS = 1000;
      const wanted = 1 / 24;
      const chance = seededChance(20 + consecutive);
      let broken = 0;
      let fresh = 0;
      for (let past = 0; past < PASTS; past += 1) {
        const fit = fittedPoint(thresholdsOf(recordedOf(168, chance, consecutive)), wanted);
        if (fit === null) throw new Error('a week shows one a day');
        expect(fit.atMostPerDay).toBeLessThanOrEqual(1);
        const { severities, reach } = recordedOf(FRESH_HOURS, chance, consecutive);
        const rate = alarmEpisodes(severities, reach, fit.severity) / FRESH_HOURS;
        fresh += rate;
        if (rate > wanted) broken += 1;
      }
      // 4 expected at the most; 10 of 80 would have a probability of one in 200.
      expect(broken).toBeLessThanOrEqual(9);
      // And it is not kept by never alarming at all.
      expect(fresh / PASTS).toBeGreaterThan(wanted / 10);
    },
  );

  test('keeps it for an arm of a tenth of the traffic, by stretches of all traffic with as many requests', () => {
    const PASTS = 40;
    const FRESH_HOURS = 500;
    const wanted = 1 / 24;
    const chance = seededChance(30);
    let [broken, brokenByWhole] = [0, 0];
    for (let past = 0; past < PASTS; past += 1) {
      const measured = (looks: number) => ({
        severities: errorShares(168 * LOOKS_PER_HOUR, looks, chance, 10),
        reach: looks,
        hours: 168,
      });
      const [stretch, whole] = [2, 20].map((looks) => fittedPoint(thresholdsOf(measured(looks)), wanted));
      const arm = errorShares(FRESH_HOURS * LOOKS_PER_HOUR, 20, chance);
      const breaks = (severity = 0) => alarmEpisodes(arm, 20, severity) / FRESH_HOURS > wanted;
      if (breaks(stretch?.severity)) broken += 1;
      if (breaks(whole?.severity)) brokenByWhole += 1;
    }
    expect(broken).toBeLessThanOrEqual(5);
    // The same window over all traffic scatters far too little.
    expect(brokenByWhole).toBeGreaterThan(PASTS / 2);
  });

  test('counts episodes: looks at overlapping windows are no separate chances', () => {
    const recorded = recordedOf(168, seededChance(3));
    const fit = fittedPoint(thresholdsOf(recorded), 1 / 24);
    const above = recorded.severities.filter((severity) => severity !== null && severity > (fit?.severity ?? 0)).length;
    expect(alarmEpisodes(recorded.severities, recorded.reach, fit?.severity ?? 0)).toBeLessThanOrEqual(
      fit?.alarms ?? 0,
    );
    expect(above).toBeGreaterThan(2 * (fit?.alarms ?? 0));
  });

  test('is none where the past is too short to show so rare alarms, and says how much would be needed', () => {
    const recorded = recordedOf(168, seededChance(4));
    expect(fittedPoint(thresholdsOf(recorded), 0.05 / 24)).toBeNull();
    expect(neededHours(0.05 / 24)).toBeCloseTo((2.9957 * 24) / 0.05, 0);
    const justEnough = 2.9958 / 168;
    expect(fittedPoint(thresholdsOf(recorded), justEnough)).toMatchObject({ alarms: 0 });
    expect(fittedPoint(thresholdsOf(recorded), justEnough * 0.999)).toBeNull();
  });

  test('falls as more alarms are allowed, on the curve too', () => {
    const recorded = recordedOf(168, seededChance(5));
    const points = curveOf(thresholdsOf(recorded));
    expect(points.length).toBeGreaterThan(5);
    for (const [index, point] of points.entries()) {
      const next = points[index + 1];
      expect(point.atMostPerDay).toBeGreaterThan(point.perDay);
      if (next !== undefined)
        expect([next.severity < point.severity, next.alarms > point.alarms]).toEqual([true, true]);
    }
    const fits = [0.1, 0.5, 2].map((rate) => fittedPoint(thresholdsOf(recorded), rate)?.severity ?? 0);
    expect(fits).toEqual(fits.toSorted((a, b) => b - a));
  });

  test('of a past that is all alike is that very level, exceeded never', () => {
    const alike = { severities: Array<number>(1000).fill(0.01), reach: 10, hours: 1000 / 60 };
    expect(fittedPoint(thresholdsOf(alike), 1)).toMatchObject({ severity: 0.01 });
    expect(curveOf(thresholdsOf({ ...alike, severities: Array<null>(1000).fill(null) }))).toEqual([]);
  });
});

describe('the check on what was held out', () => {
  test('is kept by a past that stays as it is, nearly always', () => {
    const chance = seededChance(6);
    const kept = Array.from({ length: 60 }, () => heldOut(recordedOf(168, chance), 1 / 12)?.kept);
    expect(kept.filter((one) => one !== true).length).toBeLessThanOrEqual(4);
  });

  test('is broken by one that got worse', () => {
    const before = recordedOf(112, seededChance(7)).severities;
    const after = recordedOf(56, seededChance(8)).severities.map((severity) =>
      severity === null ? null : 3 * severity,
    );
    const found = heldOut({ severities: [...before, ...after], reach: WINDOW_LOOKS, hours: 168 }, 1 / 12);
    expect(found).toMatchObject({
      kept: false,
      fittedHours: expect.closeTo(112, 0),
      heldOutHours: expect.closeTo(56, 0),
    });
  });

  test('is none where nothing is known', () => {
    expect(heldOut({ severities: [null, null, null], reach: 1, hours: 0 }, 1)).toBeNull();
  });
});

describe('severities', () => {
  test('are sustained by the mildest of the last known looks', () => {
    expect(sustained([5, 3, null, 4, 9, 9], 2)).toEqual([null, 3, null, 3, 4, 9]);
    expect(sustained([5, null, 3], 1)).toEqual([5, null, 3]);
  });

  test.for([
    [0.012_345_6, 0.012_35],
    [-0.998_76, -0.9987],
    [0.017, 0.017],
    [0, 0],
    [123_456, 123_500],
    [1e-12, 1e-12],
    [5e-324, 5e-324],
    [Number.MAX_VALUE, Number.MAX_VALUE],
  ] as const)('are rounded up, never to a milder one: %f', ([severity, rounded]) => {
    expect(roundedUp(severity)).toBe(rounded);
  });
});
