import { ServerProviderStatus } from '@openfeature/core';
import { describe, expect, test, vi } from 'vitest';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { eventually } from '../support/eventually.ts';
import { provided } from './providerUnderTest.ts';
import { WireServer } from './wireServer.ts';

const USER = { targetingKey: 'user-1' };
const LIVE = { rolloutId: 'r-1', stage: 'canary', whenStale: 'close', grant: 0 } as const;
const OPEN = documentOf({ grants: [grantOf(100)], live: LIVE, version: 3 });
const CLOSED = documentOf({ grants: [grantOf(0)], live: LIVE, version: 4 });

const until = (isIt: () => boolean) => eventually(async () => isIt(), Boolean);

describe('with Sluice there', () => {
  test('answers every type with variant, reason and metadata, through the SDK', async () => {
    await using server = await WireServer.start([
      OPEN,
      documentOf({ feature: 'text', grants: [grantOf(100)], variants: { on: 'new', off: 'old' } }),
      documentOf({ feature: 'number', variants: { on: 1.5, off: 0 } }),
      documentOf({ feature: 'object', grants: [grantOf(100)], variants: { on: { a: [1, null] }, off: {} } }),
    ]);
    const { client, initialized } = await provided(server);
    await initialized;
    expect(client.providerStatus).toBe(ServerProviderStatus.READY);
    expect(await client.getBooleanDetails('checkout-v2', false, USER)).toMatchObject({
      value: true,
      variant: 'on',
      reason: 'STATIC',
      flagMetadata: { rolloutId: 'r-1', stage: 'canary', percentage: 100, cohort: 'treatment', version: 3 },
    });
    expect(await client.getStringDetails('text', 'code', USER)).toMatchObject({ value: 'new' });
    expect(await client.getNumberDetails('number', 7, USER)).toMatchObject({ value: 0, variant: 'off' });
    expect(await client.getObjectDetails('object', {}, USER)).toMatchObject({ value: { a: [1, null] } });
  });

  test('answers with the code, and an error code, where it has no answer', async () => {
    await using server = await WireServer.start([documentOf({ grants: [grantOf(50)] })]);
    const { client, initialized } = await provided(server);
    await initialized;
    const details = (key: string, context: object) => client.getBooleanDetails(key, true, { ...context });
    expect(await details('nobody', USER)).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND', reason: 'ERROR' });
    expect(await details('checkout-v2', {})).toMatchObject({ value: true, errorCode: 'TARGETING_KEY_MISSING' });
    expect(await details('checkout-v2', { region: 7 })).toMatchObject({ value: true, errorCode: 'INVALID_CONTEXT' });
    const text = await client.getStringDetails('checkout-v2', 'code', USER);
    expect(text).toMatchObject({ value: 'code', errorCode: 'TYPE_MISMATCH' });
  });

  test('hears a change by the stream, tells the SDK, and acknowledges it', async () => {
    await using server = await WireServer.start([OPEN, documentOf({ feature: 'search-v3', version: 9 })]);
    const { client, changes, initialized } = await provided(server);
    await initialized;
    await until(() => server.streams === 1);
    server.publish(CLOSED);
    await until(() => changes.length === 2);
    expect(changes).toEqual([['checkout-v2', 'search-v3'], ['checkout-v2']]);
    expect(await client.getBooleanValue('checkout-v2', true, USER)).toBe(false);
    await until(() => server.acknowledgements.some(({ versions }) => versions['checkout-v2'] === 4));
    expect(server.acknowledgements[0]?.versions).toEqual({ 'checkout-v2': 3, 'search-v3': 9 });
    expect(server.acknowledgements[0]?.client).toMatch(/^shop:[0-9a-f]{8}$/);
    server.archive('search-v3');
    await until(() => changes.length === 3);
    expect(await client.getBooleanDetails('search-v3', true, USER)).toMatchObject({ errorCode: 'FLAG_NOT_FOUND' });
  });

  test('takes a snapshot where it is told to, or where it missed a change', async () => {
    await using server = await WireServer.start([OPEN]);
    const { client, initialized } = await provided(server);
    await initialized;
    await until(() => server.streams === 1);
    server.publishUnheard(CLOSED);
    // Nobody says a word of it, but each heartbeat names the state that it is in.
    await eventually(
      () => client.getBooleanValue('checkout-v2', true, USER),
      (isOn) => !isOn,
    );
    server.publishUnheard({ ...OPEN, version: 5 });
    server.refetch();
    await eventually(() => client.getBooleanValue('checkout-v2', false, USER), Boolean);
  });

  test('connects anew where it was, and lives on snapshots where there is no stream', async () => {
    await using server = await WireServer.start([OPEN]);
    const { client, events, initialized } = await provided(server);
    await initialized;
    await until(() => server.streams === 1);
    server.endStreams();
    await until(() => server.requests.filter((line) => line.includes('/v1/stream')).length > 1);
    const again = server.requests.filter((line) => line.includes('/v1/stream'))[1];
    expect(again).toMatch(/documents=true&client=shop%3A[0-9a-f]{8} tag-1$/);
    server.streamStatus = 404;
    server.endStreams();
    server.publishUnheard(CLOSED);
    await eventually(
      () => client.getBooleanValue('checkout-v2', true, USER),
      (isOn) => !isOn,
    );
    await until(() => server.requests.some((line) => line === 'GET /v1/snapshot "tag-2"'));
    expect(events).not.toContain('PROVIDER_STALE');
  });

  test('gives up a stream that is silent', async () => {
    await using server = await WireServer.start([OPEN]);
    server.aliveMs = null;
    const { initialized } = await provided(server, { silenceMilliseconds: 50 });
    await initialized;
    await until(() => server.requests.filter((line) => line.includes('/v1/stream')).length > 2);
  });

  test('a switch in the environment of the service closes a feature, whatever Sluice says', async () => {
    await using server = await WireServer.start([OPEN]);
    const { client, initialized } = await provided(server, { environment: { FEATURE_CHECKOUT_V2_ENABLED: 'false' } });
    await initialized;
    expect(await client.getBooleanDetails('checkout-v2', true, USER)).toMatchObject({ value: false, reason: 'STATIC' });
  });

  test('a switch that says neither true nor false closes nothing, and the log says so', async () => {
    await using server = await WireServer.start([OPEN]);
    const environment = { FEATURE_CHECKOUT_V2_ENABLED: '0', FEATURE_OTHER_ENABLED: 'maybe' };
    const { client, logger, initialized } = await provided(server, { environment });
    await initialized;
    expect(await client.getBooleanValue('checkout-v2', false, USER)).toBe(true);
    expect(logger.lines).toEqual([
      expect.stringMatching(/^warn .*FEATURE_CHECKOUT_V2_ENABLED: it must be true or false/),
    ]);
  });

  test('takes leave when it is closed, and leaves nothing open', async () => {
    await using server = await WireServer.start([OPEN]);
    const { provider, client, initialized } = await provided(server);
    await initialized;
    await until(() => server.streams === 1 && server.acknowledgements.length > 0);
    await provider.onClose();
    await provider.onClose();
    expect(server.acknowledgements.at(-1)).toEqual({
      client: server.acknowledgements[0]?.client,
      versions: {},
      leaving: true,
    });
    await until(() => server.streams === 0);
    expect(await client.getBooleanValue('checkout-v2', false, USER)).toBe(true);
  });
});

describe('with Sluice away', () => {
  test('goes on answering, says STALE, and is mended when it is back', async () => {
    await using server = await WireServer.start([OPEN]);
    const { client, events, initialized } = await provided(server);
    await initialized;
    await until(() => server.streams === 1);
    await server.goAway();
    await until(() => client.providerStatus === ServerProviderStatus.STALE);
    expect(await client.getBooleanValue('checkout-v2', false, USER)).toBe(true);
    server.publishUnheard(CLOSED);
    await server.listen();
    await until(() => client.providerStatus === ServerProviderStatus.READY);
    expect(await client.getBooleanValue('checkout-v2', true, USER)).toBe(false);
    expect(events.filter((event) => event !== 'PROVIDER_CONFIGURATION_CHANGED')).toEqual([
      'PROVIDER_STALE',
      'PROVIDER_READY',
    ]);
  });

  test('closes features with a live rollout once the deadline has passed, and no others', async () => {
    const kept = documentOf({ feature: 'kept', grants: [grantOf(100)], live: { ...LIVE, whenStale: 'keep' } });
    const done = documentOf({ feature: 'done', grants: [grantOf(100)] });
    await using server = await WireServer.start([OPEN, kept, done]);
    server.staleAfterSeconds = 0.3;
    const { client, initialized } = await provided(server);
    await initialized;
    await until(() => server.streams === 1);
    await server.goAway();
    await eventually(
      () => client.getBooleanValue('checkout-v2', true, USER),
      (isOn) => !isOn,
    );
    expect(await client.getBooleanValue('kept', false, USER)).toBe(true);
    expect(await client.getBooleanValue('done', false, USER)).toBe(true);
  });

  test('a Sluice that is itself cut off is no fresher than it says', async () => {
    await using server = await WireServer.start([OPEN]);
    server.staleAfterSeconds = 0.3;
    const { client, initialized } = await provided(server);
    await initialized;
    server.ageSeconds = 10;
    await until(() => client.providerStatus === ServerProviderStatus.STALE);
    expect(server.streams).toBe(1);
    expect(await client.getBooleanValue('checkout-v2', true, USER)).toBe(false);
    server.ageSeconds = 0;
    await until(() => client.providerStatus === ServerProviderStatus.READY);
    expect(await client.getBooleanValue('checkout-v2', false, USER)).toBe(true);
  });

  test('started without it and without a file, it says ERROR, and READY once Sluice is there', async () => {
    await using server = await WireServer.start([OPEN]);
    await server.goAway();
    const { client, initialized, logger } = await provided(server);
    await expect(initialized).rejects.toThrow();
    expect(client.providerStatus).toBe(ServerProviderStatus.ERROR);
    expect(await client.getBooleanDetails('checkout-v2', false, USER)).toMatchObject({ value: false, reason: 'ERROR' });
    await server.listen();
    await until(() => client.providerStatus === ServerProviderStatus.READY);
    expect(await client.getBooleanValue('checkout-v2', false, USER)).toBe(true);
    expect(logger.lines.filter((line) => line.startsWith('warn'))).toHaveLength(1);
  });

  test('a token that is refused is an error that does not repeat it', async () => {
    await using server = await WireServer.start([OPEN]);
    const secret = 'a-token-that-nobody-knows';
    const { initialized, logger, client } = await provided(server, { token: secret });
    await expect(initialized).rejects.toThrow('/v1/snapshot was answered with 401');
    expect(client.providerStatus).toBe(ServerProviderStatus.ERROR);
    expect(logger.lines.join('\n')).not.toContain(secret);
  });

  test('asked to wait, it waits, no longer than it may', async () => {
    await using server = await WireServer.start([OPEN]);
    const { client, initialized } = await provided(server);
    await initialized;
    server.retryAfter = '3600';
    server.status = 503;
    server.endStreams();
    await until(() => client.providerStatus === ServerProviderStatus.STALE);
    server.status = null;
    await until(() => client.providerStatus === ServerProviderStatus.READY);
  });

  test('a log that throws costs nothing', async () => {
    await using server = await WireServer.start([OPEN]);
    const throws = () => {
      throw new Error('the disk is full');
    };
    const logger = { error: throws, warn: throws, info: throws, debug: throws };
    const { client, initialized, provider } = await provided(server, { logger });
    await initialized;
    await server.goAway();
    await until(() => client.providerStatus === ServerProviderStatus.STALE);
    await server.listen();
    await until(() => client.providerStatus === ServerProviderStatus.READY);
    await provider.onClose();
  });

  test('what it can not tell Sluice, it tells later', async () => {
    await using server = await WireServer.start([OPEN]);
    const warned = vi.fn();
    const logger = { error: warned, warn: warned, info: warned, debug: warned };
    const { initialized } = await provided(server, { logger });
    await initialized;
    await until(() => server.streams === 1);
    server.acknowledgements.length = 0;
    server.status = 500;
    server.publish(CLOSED);
    await until(() => warned.mock.calls.some(([line]) => String(line).includes('acknowledging')));
    server.status = null;
    await until(() => server.acknowledgements.some(({ versions }) => versions['checkout-v2'] === 4));
  });
});
