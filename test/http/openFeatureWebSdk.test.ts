import { describe, expect, onTestFinished, test } from 'vitest';
import type { FlagDocument } from '../../src/domain/feature/flagDocument.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { OFREPWebProvider, ProviderEvents, WebOpenFeature } from './openFeature.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const USER = { targetingKey: 'user-1' };
const LIVE = { rolloutId: 'r-1', stage: 'canary', whenStale: 'close', grant: 0 } as const;
/** Soon enough for a test. */
const POLL_MS = 5;

/** A server that says with which status it answered each request so far. */
class AskedServer extends ServerUnderTest {
  readonly answered: number[] = [];
  #told: () => void = () => {};

  constructor(options: ConstructorParameters<typeof ServerUnderTest>[0] = {}) {
    super(options);
    this.server.server.on('request', (_request, response) => {
      response.on('finish', () => {
        this.answered.push(response.statusCode);
        this.#told();
      });
    });
  }

  serves(...documents: readonly FlagDocument[]): this {
    for (const document of documents) this.application.flags.apply(document);
    return this;
  }

  async hasAnswered(status: number): Promise<void> {
    while (!this.answered.includes(status)) {
      await new Promise<void>((resolve) => {
        this.#told = resolve;
      });
    }
  }
}

/** The real SDK with the real provider, as it runs in a page; it polls where the test says. */
async function pageOf(under: AskedServer, { token = 'service', poll = false, context = USER as object } = {}) {
  const baseUrl = under.server.server.listening
    ? under.server.listeningOrigin
    : await under.server.listen({ host: '127.0.0.1', port: 0 });
  const headers = [
    ['authorization', `Bearer ${token === 'service' ? under.application.token(token) : token}`],
  ] as const;
  onTestFinished(() => WebOpenFeature.close());
  const provider = new OFREPWebProvider({ baseUrl, headers, cacheMode: 'disabled', pollInterval: poll ? POLL_MS : 0 });
  await WebOpenFeature.setProviderAndWait(provider, context);
  return WebOpenFeature.getClient();
}

describe('the OpenFeature SDK of browsers', () => {
  test('gets values of every type with variant, reason and metadata', async () => {
    const grants = [grantOf(100)];
    await using under = new AskedServer().serves(
      documentOf({ grants, live: LIVE, version: 3 }),
      documentOf({ feature: 'text', grants, variants: { on: 'neu \u{1F9A5}', off: '' } }),
      documentOf({ feature: 'number', variants: { on: 1.5, off: 0 } }),
      documentOf({
        feature: 'object',
        grants: [grantOf(100, { groups: ['internal'] })],
        variants: { on: { a: [1, null] }, off: {} },
      }),
    );
    const page = await pageOf(under, { context: { ...USER, groups: ['internal'] } });
    expect(page.getBooleanDetails('checkout-v2', false)).toMatchObject({
      ...{ value: true, variant: 'on', reason: 'STATIC' },
      flagMetadata: { rolloutId: 'r-1', stage: 'canary', percentage: 100, cohort: 'treatment', version: 3 },
    });
    expect(page.getStringDetails('text', 'code')).toMatchObject({ value: 'neu \u{1F9A5}', variant: 'on' });
    expect(page.getNumberDetails('number', 7)).toMatchObject({ value: 0, variant: 'off', reason: 'STATIC' });
    expect(page.getObjectDetails('object', {})).toMatchObject({ value: { a: [1, null] }, reason: 'TARGETING_MATCH' });
  });

  test('gets the errors of single flags beside the answers of all others', async () => {
    await using under = new AskedServer().serves(
      documentOf({ feature: 'open', grants: [grantOf(100)] }),
      documentOf({ feature: 'split', grants: [grantOf(50)] }),
    );
    const page = await pageOf(under, { context: {} });
    expect(page.getBooleanDetails('open', false).value).toBe(true);
    expect(page.getBooleanDetails('split', true)).toMatchObject({ value: true, errorCode: 'TARGETING_KEY_MISSING' });
    expect(page.getBooleanDetails('nobody', true)).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND' });
    expect(page.getStringDetails('open', 'code')).toMatchObject({ value: 'code', errorCode: 'TYPE_MISMATCH' });
  });

  test('is told of a change, and of nothing as long as there is none: 304', async () => {
    await using under = new AskedServer().serves(documentOf());
    const page = await pageOf(under, { poll: true });
    const changes: unknown[] = [];
    const changed = new Promise<void>((resolve) => {
      page.addHandler(ProviderEvents.ConfigurationChanged, (details) => {
        changes.push(details?.flagsChanged);
        resolve();
      });
    });
    await under.hasAnswered(304);
    expect([changes, page.getBooleanDetails('checkout-v2', false).value]).toEqual([[], false]);
    under.serves(documentOf({ version: 2, grants: [grantOf(100)] }));
    await changed;
    expect([changes, page.getBooleanDetails('checkout-v2', false).value]).toEqual([[['checkout-v2']], true]);
  });

  test('asks anew for another user, and keeps away for as long as Retry-After says', async () => {
    await using under = new AskedServer({ lookupsPerMinute: 2 }).serves(
      documentOf({ grants: [grantOf(100, { tiers: ['pro'] })] }),
    );
    const page = await pageOf(under);
    const value = () => page.getBooleanDetails('checkout-v2', false).value;
    await WebOpenFeature.setContext({ ...USER, tier: 'pro' });
    expect(value()).toBe(true);
    await WebOpenFeature.setContext({ ...USER, tier: 'free' });
    expect([value(), under.answered]).toEqual([true, [200, 200, 429]]);
    await WebOpenFeature.setContext({ ...USER, tier: 'beta' });
    expect(under.answered).toEqual([200, 200, 429]);
  });

  test('does not come up without a token, nor with a context that can not be read', async () => {
    await using under = new AskedServer().serves(documentOf());
    await expect(pageOf(under, { token: 'wrong' })).rejects.toThrow('Initialization failed');
    expect(WebOpenFeature.getClient().providerStatus).toBe('FATAL');
    await expect(pageOf(under, { context: { region: 7 } })).rejects.toThrow('status: 400');
    expect(under.answered).toEqual([401, 400]);
  });
});
