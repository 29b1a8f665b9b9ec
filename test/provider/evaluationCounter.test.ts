import promClient, { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { evaluationCounter } from '../../src/provider/evaluationCounter.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { provided } from './providerUnderTest.ts';
import { OpenFeature } from './serverSdk.ts';
import { WireServer } from './wireServer.ts';

const LIVE = { rolloutId: 'r-1', stage: 'canary', whenStale: 'close', grant: 0 } as const;

function counting(features: readonly string[] = []) {
  const registry = new Registry();
  OpenFeature.addHooks(evaluationCounter(promClient, { registry, features }));
  onTestFinished(() => OpenFeature.clearHooks());
  return async () =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith('flag_evaluations_total{'));
}

describe('evaluations', () => {
  test('are counted by feature, variant and cohort', async () => {
    await using server = await WireServer.start([
      documentOf({ grants: [grantOf(100)], live: LIVE }),
      documentOf({ feature: 'done' }),
    ]);
    const series = counting(['checkout-v2']);
    expect(await series()).toHaveLength(9);
    expect((await series()).filter((line) => !line.endsWith(' 0'))).toEqual([]);
    const { client, initialized } = await provided(server);
    await initialized;
    for (const targetingKey of ['a', 'b', 'c']) await client.getBooleanValue('checkout-v2', false, { targetingKey });
    await client.getBooleanValue('done', true);
    await client.getStringDetails('done', 'text');
    for (const key of ['no-such', 'feature']) await client.getBooleanValue(key, true);
    expect((await series()).filter((line) => !line.endsWith(' 0'))).toEqual([
      'flag_evaluations_total{feature="checkout-v2",variant="on",cohort="treatment"} 3',
      'flag_evaluations_total{feature="done",variant="off",cohort="none"} 1',
      'flag_evaluations_total{feature="done",variant="error",cohort="none"} 1',
      'flag_evaluations_total{feature="other",variant="error",cohort="none"} 2',
    ]);
  });

  test('of more features than there can be share one series', async () => {
    const registry = new Registry();
    const hook = evaluationCounter(promClient, { registry });
    for (let number = 0; number < 1500; number += 1) {
      const details = {
        flagKey: `key-${number}`,
        value: true,
        variant: `v${number}`,
        flagMetadata: { cohort: `c${number}` },
      };
      hook.finally({ flagKey: details.flagKey } as Parameters<typeof hook.finally>[0], details);
    }
    const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('flag_evaluations_total{'));
    expect(lines).toHaveLength(1001);
    expect(lines.at(-1)).toBe('flag_evaluations_total{feature="other",variant="other",cohort="none"} 500');
  });
});
