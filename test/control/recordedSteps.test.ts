import { describe, expect, test } from 'vitest';
import { PastUnreadable } from '../../src/control/ports/metricSource.ts';
import { MetricSources } from '../../src/control/sight/metricSources.ts';
import { recordedSteps } from '../../src/control/sight/recordedSteps.ts';
import { ERROR_RATE, question } from '../contracts/metricSource.ts';
import { FakeMetricSource } from '../support/fakeMetricSource.ts';

const RANGE = { fromMs: 0, toMs: 2499 * 60_000, stepSeconds: 60 };
const QUERY = question(ERROR_RATE, { arms: 'all' });

/** A source that shows at each minute which one it is. */
const numbered = () =>
  new FakeMetricSource(ERROR_RATE.source).answer(ERROR_RATE.id, 'all', (_, nowMs) => ({
    ...{ kind: 'observed', value: nowMs / 60_000, samples: 1 },
    ...{ coveredSeconds: 60, newestSampleAtMs: nowMs, query: 'told' },
  }));

describe('the steps of a recorded past', () => {
  test('come in questions of bounded size, without gap or overlap', async () => {
    const source = numbered();
    const values: (number | undefined)[] = [];
    for await (const found of recordedSteps(new MetricSources([source]), QUERY, RANGE)) {
      values.push(found?.kind === 'observed' ? found.value : undefined);
    }
    expect(values).toEqual(Array.from({ length: 2500 }, (_, minute) => minute));
    expect(source.ranged).toHaveLength(3);
  });

  test('are asked for no further than somebody looks', async () => {
    const source = numbered();
    for await (const found of recordedSteps(new MetricSources([source]), QUERY, RANGE)) {
      if (found !== undefined) break;
    }
    expect(source.ranged).toHaveLength(1);
  });

  test('are none of a source that keeps no past', async () => {
    const source = numbered();
    Object.defineProperty(source, 'range', { value: undefined });
    const steps = recordedSteps(new MetricSources([source]), QUERY, RANGE);
    await expect(steps.next()).rejects.toThrow(new PastUnreadable(`source ${ERROR_RATE.source} keeps no past`));
  });
});
