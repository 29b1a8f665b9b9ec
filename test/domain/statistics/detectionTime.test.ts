import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DetectionQuestion, detectionHours } from '../../../src/domain/statistics/detectionTime.ts';
import { absorbPoll, beginComparison, logEvidence } from '../../../src/domain/statistics/sequentialComparison.ts';
import { seededChance } from '../../demo/simulatedRelease.ts';
import { simulatedPoll } from './simulatedPolls.ts';

const QUESTION: DetectionQuestion = {
  treatmentPerHour: 2000,
  controlPerHour: 2000,
  baseRate: 0.01,
  relativeRisk: 2,
  margin: 1,
  phi: 1,
  alpha: 0.05,
};
const YEAR = 8784;
const hours = (more: Partial<DetectionQuestion> = {}, horizon = YEAR) =>
  detectionHours({ ...QUESTION, ...more }, horizon);

describe('the time to detect', () => {
  test('is that of the design: 1 to 2 % at 2,000 an hour and arm', () => {
    expect(hours().median).toBeCloseTo(0.94, 2);
    expect(hours().p90).toBeCloseTo(2.27, 2);
  });

  test('is that of the comparison itself', () => {
    const chance = seededChance(5);
    const RUNS = 600;
    const [treatment, control] = [
      { total: 8, rate: 0.02 },
      { total: 8, rate: 0.01 },
    ];
    const polls = Array.from({ length: RUNS }, () => {
      let comparison = beginComparison(1);
      let polled = 0;
      for (; polled < 3000 && logEvidence(comparison) < -Math.log(QUESTION.alpha); polled += 1) {
        comparison = absorbPoll(comparison, simulatedPoll(treatment, control, chance), 1);
      }
      return polled;
    }).sort((a, b) => a - b);
    const { median, p90 } = hours({ treatmentPerHour: 8, controlPerHour: 8 });
    // 10 % of the formula's, and some of 600 runs'.
    expect(Math.abs((polls[RUNS / 2] ?? 0) / (median ?? 0) - 1)).toBeLessThan(0.15);
    expect(Math.abs((polls[0.9 * RUNS] ?? 0) / (p90 ?? 0) - 1)).toBeLessThan(0.15);
  });

  test('scales with φ, and against the traffic', () => {
    const { median } = hours();
    expect(hours({ phi: 7 }).median).toBeCloseTo(7 * (median ?? 0), 6);
    expect(hours({ treatmentPerHour: 20_000, controlPerHour: 20_000 }).median).toBeCloseTo((median ?? 0) / 10, 9);
  });

  test('ends at the horizon, itself included', () => {
    const { median, p90 } = hours();
    expect(hours({}, (median ?? 0) * 0.999)).toStrictEqual({ median: null, p90: null });
    expect(hours({}, (median ?? 0) * 1.001)).toMatchObject({ median: expect.closeTo(median ?? 0, 6), p90: null });
    expect(hours({}, p90 ?? 0).p90).toBeCloseTo(p90 ?? 0, 9);
    expect(hours({}, 0)).toStrictEqual({ median: null, p90: null });
  });

  test.for<Partial<DetectionQuestion>>([
    { relativeRisk: 1 },
    { relativeRisk: 0.5 },
    { relativeRisk: 1.5, margin: 1.5 },
    { baseRate: 0 },
    { treatmentPerHour: 0 },
    { controlPerHour: 0 },
    { treatmentPerHour: 0, controlPerHour: 0 },
  ])('is never where there is nothing to see: %o', (more) => {
    expect(hours(more)).toStrictEqual({ median: null, p90: null });
  });

  test('is shorter for more harm, a smaller margin and a larger α, and the median comes first', () => {
    const risk = fc.double({ min: 1.3, max: 30, noNaN: true });
    const rate = fc.double({ min: 1e-5, max: 0.03, noNaN: true });
    const traffic = fc.double({ min: 1, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(risk, rate, traffic, traffic, (relativeRisk, baseRate, treatmentPerHour, controlPerHour) => {
        const asked = { relativeRisk, baseRate, treatmentPerHour, controlPerHour };
        const found = hours(asked, 1e12);
        expect(found.median).toBeGreaterThan(0);
        expect(found.p90).toBeGreaterThan(found.median ?? 0);
        expect(hours({ ...asked, relativeRisk: relativeRisk * 1.1 }, 1e12).p90).toBeLessThan(found.p90 ?? 0);
        expect(hours({ ...asked, margin: 0.9 }, 1e12).p90).toBeLessThan(found.p90 ?? 0);
        expect(hours({ ...asked, alpha: 0.1 }, 1e12).p90).toBeLessThan(found.p90 ?? 0);
      }),
    );
  });
});
