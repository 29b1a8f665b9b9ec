import { describe, expect, it } from 'vitest';
import type { MetricSource } from '../../src/control/ports/metricSource.ts';
import { suggestionRequestSchema } from '../../src/domain/suggestion/request.ts';
import { ERROR_RATE } from '../support/proposals.ts';
import { butFor, startReplica, worldOf } from '../support/simulatedInstallation.ts';

const request = (more: object = {}) =>
  suggestionRequestSchema.parse({
    ...{ sli: ERROR_RATE, kind: 'trigger', falseAlarms: { most: 10, perHours: 24 } },
    ...{ lookBackHours: 12, windowSeconds: [600, 60], ...more },
  });

describe('a suggested threshold', () => {
  it('asks all traffic, one stretch after the other, for as much of it as the arm will have', async () => {
    const world = worldOf();
    world.metrics.observe('error_rate', 'all', 0.01, 1000);
    const { suggestions } = await startReplica(world);
    const found = await suggestions.threshold(request({ percentage: 10 }));
    expect(found.candidates.map((one) => [one.windowSeconds, one.measuredSeconds])).toContainEqual([600, 60]);
    const asked = world.metrics.ranged.map(({ query, range }) => [query.windowSeconds, query.arms, range.stepSeconds]);
    expect(asked).toEqual([
      ...Array.from({ length: 3 }, () => [60, 'all', 15]),
      ...Array.from({ length: 3 }, () => [6, 'all', 15]),
    ]);
    expect(found.toMs - found.fromMs).toBe(12 * 3_600_000);
    expect(found.chosen?.fit.severity).toBe(0.01);
  });

  it('gives up after its time, and stops asking', async () => {
    const world = worldOf();
    const signals: (AbortSignal | undefined)[] = [];
    const range: MetricSource['range'] = (_query, _range, signal) => {
      signals.push(signal);
      return new Promise(() => {});
    };
    const timer = { sleep: () => Promise.resolve() };
    const replica = await startReplica(world, { metrics: butFor<MetricSource>(world.metrics, { range }), timer });
    await expect(replica.suggestions.threshold(request())).rejects.toMatchObject({
      code: 'HISTORY_UNAVAILABLE',
      message: 'source prometheus did not answer all within 30 s',
    });
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
  });

  it('is refused by a source that keeps no past', async () => {
    const world = worldOf();
    Object.defineProperty(world.metrics, 'range', { value: undefined });
    const replica = await startReplica(world);
    await expect(replica.suggestions.threshold(request())).rejects.toMatchObject({
      code: 'HISTORY_UNAVAILABLE',
      message: 'source prometheus keeps no past',
    });
  });
});
