import { randomUUID } from 'node:crypto';
import { ServerProviderEvents } from '@openfeature/core';
import { onTestFinished } from 'vitest';
import type { SluiceProviderOptions } from '../../src/provider/providerOptions.ts';
import { SluiceProvider } from '../../src/provider/sluiceProvider.ts';
import { OpenFeature } from './serverSdk.ts';
import { TOKEN, type WireServer } from './wireServer.ts';

/** Attempts follow at once, and silence is noticed at once: no test waits for what an operator would not notice. */
const HASTY = { longestRetryMilliseconds: 20, silenceMilliseconds: 400, timeoutMilliseconds: 1000 };

/** What a provider said to the log, by level. */
class HeardLog {
  readonly lines: string[] = [];
  readonly error = (...said: unknown[]) => void this.lines.push(`error ${said.join(' ')}`);
  readonly warn = (...said: unknown[]) => void this.lines.push(`warn ${said.join(' ')}`);
  readonly info = (...said: unknown[]) => void this.lines.push(`info ${said.join(' ')}`);
  readonly debug = (...said: unknown[]) => void this.lines.push(`debug ${said.join(' ')}`);
}

/** A provider in the real SDK, closed when the test is over. `events`: what the SDK was told, in order. */
export async function provided(server: Pick<WireServer, 'url'>, options: Partial<SluiceProviderOptions> = {}) {
  const domain = randomUUID();
  const logger = new HeardLog();
  const provider = new SluiceProvider({ url: server.url, token: TOKEN, name: 'shop', logger, ...HASTY, ...options });
  const events: string[] = [];
  const changes: (readonly string[])[] = [];
  for (const event of Object.values(ServerProviderEvents)) {
    provider.events.addHandler(event, (details) => {
      events.push(event);
      const { flagsChanged } = (details ?? {}) as { readonly flagsChanged?: readonly string[] };
      if (flagsChanged !== undefined) changes.push(flagsChanged);
    });
  }
  onTestFinished(() => OpenFeature.clearProviders());
  const initialized = OpenFeature.setProviderAndWait(domain, provider);
  const client = OpenFeature.getClient(domain);
  return { provider, client, events, changes, logger, initialized };
}
