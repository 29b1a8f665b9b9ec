import { describe, expect, it } from 'vitest';
import { nextComparison } from '../../../src/domain/health/comparison.ts';
import { type CounterReading, type CounterSample, countedBetween } from '../../../src/domain/health/counterReading.ts';
import { settledAt } from '../../../src/domain/health/countQuery.ts';
import { ALPHA, begun, POLL_MS, ratioSli, T0 } from './counting.ts';

const SLI = ratioSli();
const SCRAPE_MS = 15_000;
const POLLS = 240;
const BEGAN_MS = T0 - 3_600_000;

/** One request a second in each arm since long ago, scraped now and then; a scrape can be asked for only when it is so old. */
function readingAt(atMs: number, clockMs: number, lateMs: number): CounterReading {
  const knownUntilMs = Math.floor(Math.min(atMs, clockMs - lateMs) / SCRAPE_MS) * SCRAPE_MS;
  const value = (knownUntilMs - BEGAN_MS) / 1000;
  const samples = (['treatment', 'control'] as const).map(
    (arm): CounterSample => ({ arm, target: 'a', part: 'denominator', series: 'x', le: null, value }),
  );
  return { samples, scraped: new Set(['a']), newestSampleAtMs: knownUntilMs, knownUntilMs, absentIsZero: true };
}

/** What is counted in an hour. `betweenMs` passes from the question after the later instant to the one after the earlier. */
function countedOver(lateMs: number, betweenMs: number) {
  let comparison = begun({ untilMs: settledAt(T0) });
  for (let poll = 1; poll <= POLLS; poll += 1) {
    const clockMs = T0 + poll * POLL_MS;
    const [fromMs, toMs] = [comparison.countedUntilMs, settledAt(clockMs)];
    const after = readingAt(toMs, clockMs, lateMs);
    const before = readingAt(fromMs, clockMs + betweenMs, lateMs);
    const counted = countedBetween({ sli: SLI, slowerThan: null, fromMs, toMs }, before, after, 'asked');
    comparison = nextComparison(comparison, counted, { untilMs: toMs, visit: 1, rollbacks: 0 }, ALPHA);
  }
  return comparison;
}

describe('a source that is behind, by its clock or by what it is sent', () => {
  it.for([0, 3_000, 7_000, 12_000, 30_000, 59_000])('loses nothing and counts nothing twice: %i ms', (lateMs) => {
    for (const betweenMs of [0, 50, SCRAPE_MS]) {
      const { counts, countedUntilMs } = countedOver(lateMs, betweenMs);
      const known = T0 + POLLS * POLL_MS - Math.max(lateMs, 5_000);
      expect(known - countedUntilMs).toBeLessThan(SCRAPE_MS + 5_000);
      const first = Math.floor(settledAt(T0) / SCRAPE_MS) * SCRAPE_MS;
      const requests = (Math.floor(countedUntilMs / SCRAPE_MS) * SCRAPE_MS - first) / 1000;
      expect(counts).toEqual({ treatment: { total: requests, bad: 0 }, control: { total: requests, bad: 0 } });
    }
  });
});
