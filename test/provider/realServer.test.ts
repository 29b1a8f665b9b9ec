import { ServerProviderStatus } from '@openfeature/core';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../src/demo/process/freePort.ts';
import type { FlagDocument } from '../../src/domain/feature/flagDocument.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { ServerUnderTest } from '../http/serverUnderTest.ts';
import { eventually } from '../support/eventually.ts';
import { provided } from './providerUnderTest.ts';

const USER = { targetingKey: 'user-1' };
const LIVE = { rolloutId: 'r-1', stage: 'canary', whenStale: 'close', grant: 0 } as const;
const OPEN = documentOf({ grants: [grantOf(100)], live: LIVE, version: 3 });
const CLOSED = documentOf({ grants: [grantOf(0)], live: LIVE, version: 4 });

/** Sluice itself, behind its own routes. */
async function sluice(port: number, documents: readonly FlagDocument[]): Promise<ServerUnderTest> {
  const under = new ServerUnderTest();
  const { flags, clock } = under.application;
  for (const document of documents) flags.apply(document);
  flags.confirmed(clock.nowMs());
  await under.server.listen({ host: '127.0.0.1', port });
  return under;
}

const isOn = (client: Awaited<ReturnType<typeof provided>>['client']) => () =>
  client.getBooleanValue('checkout-v2', false, USER);

describe('the provider and a real Sluice', () => {
  test('agree; a rollback is heard; an outage and a restart are got over', async () => {
    const port = await freePort();
    const first = await sluice(port, [OPEN, documentOf({ feature: 'search-v3', version: 2 })]);
    const url = `http://127.0.0.1:${port}`;
    const token = first.application.token('service');
    const { client, changes, initialized } = await provided({ url }, { token });
    await initialized;
    expect(await isOn(client)()).toBe(true);
    await eventually(
      async () => client.providerStatus,
      (status) => status === ServerProviderStatus.READY,
    );
    first.application.flags.apply(CLOSED);
    await eventually(isOn(client), (on) => !on);
    expect(changes).toEqual([['checkout-v2', 'search-v3'], ['checkout-v2']]);
    await first[Symbol.asyncDispose]();
    await eventually(
      async () => client.providerStatus,
      (status) => status === ServerProviderStatus.STALE,
    );
    await using second = await sluice(port, [
      { ...OPEN, version: 5 },
      documentOf({ feature: 'search-v3', version: 2 }),
    ]);
    await eventually(
      async () => client.providerStatus,
      (status) => status === ServerProviderStatus.READY,
    );
    expect(await isOn(client)()).toBe(true);
    second.application.flags.apply({ ...CLOSED, version: 6 });
    await eventually(isOn(client), (on) => !on);
  });

  test('a rollout that an operator starts is met here, and is taken back here', async () => {
    const port = await freePort();
    await using under = await sluice(port, []);
    const token = under.application.token('service');
    const { client, provider, initialized } = await provided({ url: `http://127.0.0.1:${port}` }, { token });
    await initialized;
    const { id } = await under.started();
    /** Of a hundred people, who is met here; all of them in whatever scope the plan has. */
    const met = async () => {
      const people = Array.from({ length: 100 }, (_, number) => ({
        targetingKey: `user-${number}`,
        groups: ['internal'],
      }));
      const answers = await Promise.all(people.map((one) => client.getBooleanValue('checkout-v2', false, one)));
      return answers.filter(Boolean).length;
    };
    expect(await eventually(met, (count) => count > 0)).toBeLessThanOrEqual(100);
    const back = await under.post(`/v1/rollouts/${id}/rollback`, { as: 'operator', body: { reason: 'it is slow' } });
    expect(back.status).toBe(200);
    await eventually(met, (count) => count === 0);
    /** Who has said that they serve the version by which it was taken back. */
    const acknowledged = async () => (await under.get(`/v1/rollouts/${id}/acknowledgements`)).text;
    await eventually(acknowledged, (text) => /"kind":"provider"[^}]*"acknowledged":true/.test(text));
    await provider.onClose();
    expect(await acknowledged()).not.toContain('"kind":"provider"');
  });

  test('a token for one feature brings this one and its prerequisites', async () => {
    const port = await freePort();
    await using under = await sluice(port, [
      { ...OPEN, prerequisites: [{ feature: 'accounts-v2', variant: 'on' }] },
      documentOf({ feature: 'accounts-v2', grants: [grantOf(100)] }),
      documentOf({ feature: 'search-v3', grants: [grantOf(100)] }),
    ]);
    const token = under.application.token('bound');
    const { client, changes, initialized } = await provided({ url: `http://127.0.0.1:${port}` }, { token });
    await initialized;
    expect(await isOn(client)()).toBe(true);
    expect(changes[0]?.toSorted()).toEqual(['accounts-v2', 'checkout-v2']);
    under.application.flags.apply(documentOf({ feature: 'accounts-v2', version: 2 }));
    await eventually(isOn(client), (on) => !on);
  });

  test('a server that is itself not refreshed makes STALE, and closes what is live', async () => {
    const port = await freePort();
    await using under = await sluice(port, [OPEN]);
    const { clock, flags } = under.application;
    // The flag store is away: it refreshes nothing any more.
    await under.application.close();
    clock.set(clock.nowMs() + 60_000);
    const token = under.application.token('service');
    const { client, initialized } = await provided({ url: `http://127.0.0.1:${port}` }, { token });
    await initialized;
    await eventually(
      async () => client.providerStatus,
      (status) => status === ServerProviderStatus.STALE,
    );
    expect(await isOn(client)()).toBe(false);
    flags.confirmed(clock.nowMs());
    await eventually(
      async () => client.providerStatus,
      (status) => status === ServerProviderStatus.READY,
    );
    expect(await isOn(client)()).toBe(true);
  });
});
