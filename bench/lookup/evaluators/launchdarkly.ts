import { init, integrations } from '@launchdarkly/node-server-sdk';
import { type Evaluator, SHARE_PERCENTAGE } from './evaluator.ts';

const START_SECONDS = 5;

/** Its own source of test data instead of a connection (`offline: true` would answer defaults), and no events. */
export async function launchdarkly(features: readonly string[]): Promise<Evaluator> {
  const data = new integrations.TestData();
  for (const key of features) data.usePreconfiguredFlag(ruleOf(key));
  const client = init('sdk-key', {
    updateProcessor: data.getFactory(),
    sendEvents: false,
    diagnosticOptOut: true,
    logger: { error: console.error, warn: console.error, info: () => undefined, debug: () => undefined },
  });
  await client.waitForInitialization({ timeout: START_SECONDS });
  return {
    isOn: (feature, key) => client.boolVariation(feature, { kind: 'user', key }, false),
    close: () => client.close(),
  };
}

function ruleOf(key: string) {
  return {
    key,
    version: 1,
    on: true,
    salt: `salt of ${key}`,
    variations: [true, false],
    offVariation: 1,
    fallthrough: {
      rollout: {
        contextKind: 'user',
        variations: [
          { variation: 0, weight: SHARE_PERCENTAGE * 1000 },
          { variation: 1, weight: (100 - SHARE_PERCENTAGE) * 1000 },
        ],
      },
    },
    targets: [],
    rules: [],
    prerequisites: [],
  };
}
