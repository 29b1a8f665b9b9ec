import { EventSource } from 'eventsource';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { eventually } from '../support/eventually.ts';
import { OFREPWebProvider, OpenFeature, ProviderEvents } from './openFeatureWeb.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

/** The real SDK of browsers with the real provider, and an `EventSource` as browsers have it. */
async function clientOf(under: ServerUnderTest) {
  const baseUrl = await under.server.listen({ host: '127.0.0.1', port: 0 });
  const headers = [['authorization', `Bearer ${under.application.token('service')}`]] as const;
  await OpenFeature.setContext({ targetingKey: 'user-1' });
  // No polling: what it hears of, it hears of by the stream.
  await OpenFeature.setProviderAndWait(new OFREPWebProvider({ baseUrl, headers, pollInterval: -1 }));
  return OpenFeature.getClient();
}

const open = (percentage: number, version: number) => documentOf({ version, grants: [grantOf(percentage)] });

describe('the OpenFeature SDK of browsers', () => {
  beforeEach(() => {
    vi.stubGlobal('EventSource', EventSource);
    onTestFinished(async () => {
      await OpenFeature.close();
      vi.unstubAllGlobals();
    });
  });

  test('hears of a change by the stream that bulk answers name, and asks again', async () => {
    const under = new ServerUnderTest();
    onTestFinished(() => under[Symbol.asyncDispose]());
    under.application.flags.apply(open(0, 1));
    const client = await clientOf(under);
    const changes: number[] = [];
    client.addHandler(ProviderEvents.ConfigurationChanged, () => void changes.push(1));
    expect(client.getBooleanValue('checkout-v2', false)).toBe(false);
    await eventually(
      async () => under.telemetry.exposition(),
      ({ text }) => text.includes('event_streams{environment="test"} 1'),
    );
    under.application.flags.apply(open(100, 2));
    await eventually(
      async () => client.getBooleanValue('checkout-v2', false),
      (value) => value,
    );
    under.application.flags.apply(open(0, 3));
    await eventually(
      async () => client.getBooleanValue('checkout-v2', true),
      (value) => !value,
    );
    await eventually(
      async () => changes.length,
      (told) => told >= 2,
    );
  });

  test('misses no change between its first question and its stream', async () => {
    const under = new ServerUnderTest();
    onTestFinished(() => under[Symbol.asyncDispose]());
    under.application.flags.apply(open(0, 1));
    let asked = 0;
    under.server.addHook('onResponse', async ({ url }) => {
      // The answer has gone, and nobody reads the stream yet.
      asked += url.startsWith('/ofrep/v1/evaluate/flags') ? 1 : 0;
      if (asked === 1) under.application.flags.apply(open(100, 2));
    });
    const client = await clientOf(under);
    await eventually(
      async () => client.getBooleanValue('checkout-v2', false),
      (value) => value,
    );
  });
});
