import { once } from 'node:events';
import { InMemStorageProvider, Unleash } from 'unleash-client';
import { type Evaluator, SHARE_PERCENTAGE } from './evaluator.ts';

/** Fed at the start, never from a server, and without metrics. */
export async function unleash(features: readonly string[]): Promise<Evaluator> {
  const client = new Unleash({
    appName: 'bench',
    url: 'http://127.0.0.1:1/',
    refreshInterval: 0,
    disableMetrics: true,
    storageProvider: new InMemStorageProvider(),
    bootstrap: { data: features.map(ruleOf) },
  });
  // It asks its server once whatever it was told; that there is none is no news.
  client.on('error', () => undefined);
  client.on('warn', () => undefined);
  await once(client, 'ready');
  return {
    isOn: (feature, userId) => client.isEnabled(feature, { userId }),
    close: () => client.destroy(),
  };
}

function ruleOf(name: string) {
  const parameters = { rollout: String(SHARE_PERCENTAGE), stickiness: 'userId', groupId: name };
  return {
    name,
    type: 'release',
    enabled: true,
    stale: false,
    impressionData: false,
    project: 'bench',
    variants: [],
    strategies: [{ name: 'flexibleRollout', parameters, constraints: [] }],
  };
}
