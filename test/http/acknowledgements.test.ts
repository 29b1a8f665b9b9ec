import { describe, expect, test } from 'vitest';
import { documentOf } from '../domain/feature/documents.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const POST = '/v1/acknowledgements';
const NAME = 'provider:shop/pod-1';

const wordOf = (versions: Readonly<Record<string, unknown>>, given: object = {}) => ({
  as: 'service' as const,
  body: { client: 'pod-1', versions, ...given },
});

/** A rollout that runs, and who serves its feature. */
async function running(under: ServerUnderTest) {
  const { id } = await under.started();
  const path = `/v1/rollouts/${id}/acknowledgements`;
  const list = async () => (await under.get(path, { as: 'viewer' })).body['items'];
  const served = under.application.flags.version('checkout-v2') ?? 0;
  return { id, path, list, served };
}

describe('acknowledgements', () => {
  test('of a provider are told beneath the subject of its token, beside those of replicas', async () => {
    await using under = new ServerUnderTest();
    const { list, served } = await running(under);
    const old = await under.post(POST, wordOf({ 'checkout-v2': served - 1 }));
    expect([old.status, old.text]).toEqual([204, '']);
    expect(await list()).toMatchObject([
      { member: 'replica:test', kind: 'replica', version: served, wantedVersion: served, acknowledged: true },
      { member: NAME, kind: 'provider', version: served - 1, wantedVersion: served, acknowledged: false },
    ]);
    await under.post(POST, wordOf({ 'checkout-v2': served + 5 }));
    expect(await list()).toMatchObject([{}, { member: NAME, acknowledged: true }]);
  });

  test('of one client under two subjects are two', async () => {
    await using under = new ServerUnderTest();
    const { list, served } = await running(under);
    await under.post(POST, wordOf({ 'checkout-v2': served }));
    await under.post(POST, { ...wordOf({ 'checkout-v2': served }), as: 'bound' });
    const members = ((await list()) as readonly { member: string }[]).map(({ member }) => member);
    expect(members.toSorted()).toEqual(['provider:bela/pod-1', NAME, 'replica:test']);
  });

  test('without a version say that it is there; taking leave, that it is not', async () => {
    await using under = new ServerUnderTest();
    const { list } = await running(under);
    expect((await under.post(POST, wordOf({}))).status).toBe(204);
    expect(await list()).toMatchObject([{}, { member: NAME, version: null, acknowledged: null }]);
    expect((await under.post(POST, wordOf({}, { leaving: true }))).status).toBe(204);
    expect(await list()).toHaveLength(1);
    // Once more it is as it was.
    expect((await under.post(POST, wordOf({}, { leaving: true }))).status).toBe(204);
  });

  test('of features that nobody has made are no record', async () => {
    await using under = new ServerUnderTest();
    await running(under);
    expect((await under.post(POST, wordOf({ 'made-up': 7 }))).status).toBe(204);
    expect(await under.application.kept.acknowledgements.acknowledgements(['made-up'])).toEqual([]);
  });

  test('of a token for some features are taken of these and of their prerequisites, and passed over of others', async () => {
    await using under = new ServerUnderTest();
    const { flags, kept } = under.application;
    const checkout = documentOf({ prerequisites: [{ feature: 'accounts-v2', variant: 'on' }] });
    for (const document of [checkout, documentOf({ feature: 'accounts-v2' }), documentOf({ feature: 'search-v2' })]) {
      flags.apply(document);
    }
    const said = { 'checkout-v2': 1, 'accounts-v2': 1, 'search-v2': 1 };
    expect((await under.post(POST, { ...wordOf(said), as: 'bound' })).status).toBe(204);
    const words = await kept.acknowledgements.acknowledgements(Object.keys(said));
    const ofProvider = words.filter(({ member }) => member === 'provider:bela/pod-1');
    expect(ofProvider.map(({ feature }) => feature).toSorted()).toEqual(['accounts-v2', 'checkout-v2']);
  });

  test('of a wrong form are refused with all their mistakes, and change nothing', async () => {
    await using under = new ServerUnderTest();
    const { list } = await running(under);
    const wrong = { 'Not A Key': 1, checkout: -1, search: 1.5, basket: '7', accounts: 1e300 };
    const refused = await under.post(POST, wordOf(wrong, { client: 'a/b', leaving: 'yes', zzz: 1 }));
    expect(refused.body).toMatchObject({ status: 422, code: 'SCHEMA' });
    const paths = (refused.body['violations'] as { path: string }[]).map(({ path }) => path);
    for (const path of [
      '$.client',
      '$.leaving',
      '$.zzz',
      '$.versions.checkout',
      '$.versions.search',
      '$.versions.basket',
    ]) {
      expect(paths).toContain(path);
    }
    expect(await list()).toHaveLength(1);
  });

  test.for(['', 'a b', 'ä', 'a/b', '../x', 'x'.repeat(129), 'a\n'])('under the name %j are refused', async (client) => {
    await using under = new ServerUnderTest();
    expect(await under.refusal('POST', POST, wordOf({}, { client }))).toBe('422 SCHEMA');
  });

  test('of a thousand features are taken, of one more they are not', async () => {
    await using under = new ServerUnderTest();
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 1]));
    expect((await under.post(POST, wordOf(many(1000)))).status).toBe(204);
    expect(await under.refusal('POST', POST, wordOf(many(1001)))).toBe('422 SCHEMA');
  });

  test('are taken with the ledger away: the flag store takes them', async () => {
    await using under = new ServerUnderTest();
    const { path, served, list } = await running(under);
    under.application.kept.cut();
    expect((await under.post(POST, wordOf({ 'checkout-v2': served }))).status).toBe(204);
    expect(await under.refusal('GET', path, { as: 'viewer' })).toBe('503 LEDGER_UNREACHABLE');
    under.application.kept.mend();
    expect(await list()).toMatchObject([{}, { member: NAME, acknowledged: true }]);
  });

  test('are listed by pages, replicas first', async () => {
    await using under = new ServerUnderTest();
    const { path } = await running(under);
    for (const client of ['a', 'b', 'c']) await under.post(POST, wordOf({}, { client }));
    const seen: string[] = [];
    let cursor: unknown = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${String(cursor)}`;
      const { body } = await under.get(`${path}?limit=1${query}`);
      seen.push(...(body['items'] as { member: string }[]).map(({ member }) => member));
      cursor = body['nextCursor'];
    } while (cursor !== null);
    expect(seen[0]).toBe('replica:test');
    expect(seen.toSorted()).toEqual(['provider:shop/a', 'provider:shop/b', 'provider:shop/c', 'replica:test']);
  });

  test('of a rollout that is not there are not there', async () => {
    await using under = new ServerUnderTest();
    expect(await under.refusal('GET', '/v1/rollouts/nobody/acknowledgements')).toBe('404 NOT_FOUND');
  });

  test('the status tells how far a rollback has come', async () => {
    await using under = new ServerUnderTest();
    const { id } = await running(under);
    expect((await under.get(`/v1/rollouts/${id}/status`)).body['removal']).toBeNull();
    const back = await under.post(`/v1/rollouts/${id}/rollback`, { as: 'operator', body: { reason: 'enough' } });
    expect(back.body['removal']).toMatchObject({ state: 'removed', removedAfterSeconds: 0, confirmedAt: null });
  });
});
