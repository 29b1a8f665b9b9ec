import { describe, expect, test } from 'vitest';
import {
  judgePeriod,
  periodOf,
  type SimulationWish,
  simulationSchema,
} from '../../../src/domain/simulation/request.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12) + 345;
const POLL_MS = 15_000;
const wish = (more: object = {}): SimulationWish => simulationSchema.parse(more);
const DAY_MS = 86_400_000;

describe('the period of a simulation', () => {
  test('is the last week, to whole seconds, where nothing is said', () => {
    const toMs = Date.UTC(2026, 10, 21, 12);
    expect(periodOf(wish(), NOW_MS)).toEqual({ fromMs: toMs - 7 * DAY_MS, toMs });
  });

  test('is read in any zone', () => {
    const { fromMs, toMs } = periodOf(
      wish({ from: '2026-11-01T02:00:00+02:00', to: '2026-11-02T00:00:00.999Z' }),
      NOW_MS,
    );
    expect({ fromMs, toMs }).toEqual({ fromMs: Date.UTC(2026, 10, 1), toMs: Date.UTC(2026, 10, 2) });
  });

  test.for([
    [{ fromMs: NOW_MS - 2 * POLL_MS, toMs: NOW_MS }, []],
    [{ fromMs: NOW_MS - 2 * POLL_MS + 1, toMs: NOW_MS }, ['$.from']],
    [{ fromMs: NOW_MS, toMs: NOW_MS - DAY_MS }, ['$.from']],
    [{ fromMs: NOW_MS - DAY_MS, toMs: NOW_MS + 1 }, ['$.to']],
    [{ fromMs: NOW_MS - 35 * DAY_MS, toMs: NOW_MS }, []],
    [{ fromMs: NOW_MS - 35 * DAY_MS - 1, toMs: NOW_MS }, ['$.from']],
    [{ fromMs: NOW_MS + DAY_MS, toMs: NOW_MS + DAY_MS }, ['$.to', '$.from']],
  ] as const)('%j is judged as a whole', ([period, paths]) => {
    expect(judgePeriod(period, NOW_MS, POLL_MS).map(({ path }) => path)).toEqual(paths);
  });

  test('has a bound of polls, too', () => {
    const period = { fromMs: NOW_MS - 4 * DAY_MS, toMs: NOW_MS };
    expect(judgePeriod(period, NOW_MS, 1000).map(({ rule }) => rule)).toEqual(['SIMULATION_PERIOD']);
  });
});
