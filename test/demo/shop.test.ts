import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { censusReport } from '../../src/demo/shop/censusReport.ts';
import { type Lookups, openLookups } from '../../src/demo/shop/lookups.ts';
import { BAD_PAGE, GOOD_PAGE, PAGES } from '../../src/demo/shop/pages.ts';
import { Shop } from '../../src/demo/shop/shop.ts';
import { shopServer } from '../../src/demo/shop/shopServer.ts';
import { NewVariant } from '../../src/demo/shop/variant.ts';
import { bucketOf } from '../../src/demo/story/bucket.ts';
import { userNames } from '../../src/demo/traffic/users.ts';
import { STUB_SALT, stubFlags } from './stubFlags.ts';

const USERS = userNames(40);
const never = () => 0.999;

async function openShop(lookups: Lookups, chance: () => number) {
  const server = shopServer(new Shop(PAGES, lookups, { now: Date.now, chance })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    get: (path: string) => fetch(`${url}${path}`),
    text: async (path: string) => await (await fetch(`${url}${path}`)).text(),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      await lookups.close();
    },
  };
}

describe('the shop', () => {
  test('serves the variant that the lookup names, and keeps books of it', async () => {
    await using flags = await stubFlags({ percentage: 25, version: 7 });
    await using shop = await openShop(await openLookups(flags.url, 'token'), never);
    for (const user of USERS) await (await shop.get(`${GOOD_PAGE.path}?user=${user}`)).body?.cancel();
    const record = censusReport.parse(JSON.parse(await shop.text('/census')))[GOOD_PAGE.feature];
    const below = USERS.filter((user) => bucketOf(STUB_SALT, user) < 25_000);
    expect(below.length).toBeGreaterThan(0);
    expect(record?.met).toEqual(below);
    expect(record?.exposures).toEqual([
      { version: 7, stage: 'half', percentage: 25, on: below, off: USERS.filter((user) => !below.includes(user)) },
    ]);
    const metrics = await shop.text('/metrics');
    expect(metrics).toContain(
      `http_requests_total{feature="checkout-v2",cohort="treatment",code="200"} ${below.length}\n`,
    );
    expect(metrics).toContain(
      `http_request_duration_seconds_count{feature="checkout-v2",cohort="treatment"} ${below.length}\n`,
    );
  });

  test('answers 500 where a request fails, and counts it', async () => {
    await using flags = await stubFlags({ percentage: 100, version: 1 });
    await using shop = await openShop(await openLookups(flags.url, 'token'), () => 0);
    expect((await shop.get(`${GOOD_PAGE.path}?user=user-001`)).status).toBe(500);
    expect(await shop.text('/metrics')).toContain('{feature="checkout-v2",cohort="treatment",code="500"} 1\n');
  });

  test('begins every series at 0', async () => {
    await using flags = await stubFlags({ percentage: 0, version: 1 });
    await using shop = await openShop(await openLookups(flags.url, 'token'), never);
    const counters = (await shop.text('/metrics'))
      .split('\n')
      .filter((line) => line.startsWith('http_requests_total{'));
    expect(counters).toHaveLength(16);
    expect(counters.filter((line) => !line.endsWith(' 0'))).toEqual([]);
  });

  test('serves the old variant where the lookup fails, and says so', async () => {
    await using flags = await stubFlags({ percentage: 100, version: 1, fails: true });
    await using shop = await openShop(await openLookups(flags.url, 'token'), never);
    expect(await (await shop.get(`${GOOD_PAGE.path}?user=user-001`)).json()).toMatchObject({ variant: 'off' });
    const record = censusReport.parse(JSON.parse(await shop.text('/census')))[GOOD_PAGE.feature];
    expect(record).toMatchObject({ failedLookups: 1, met: [], exposures: [] });
  });

  test('refuses visitors without a name, and pages that there are not', async () => {
    await using flags = await stubFlags({ percentage: 0, version: 1 });
    await using shop = await openShop(await openLookups(flags.url, 'token'), never);
    expect((await shop.get(GOOD_PAGE.path)).status).toBe(400);
    expect((await shop.get('/nowhere?user=user-001')).status).toBe(404);
  });
});

describe('a new variant', () => {
  test('with a fault serves well until it shows, and then fails and is slow', () => {
    const variant = new NewVariant(BAD_PAGE);
    const courses = Array.from({ length: 601 }, () => variant.serve(() => 0.3));
    expect(courses.slice(0, 600).every((course) => !course.faulty && !course.fails)).toBe(true);
    expect(courses[600]).toMatchObject({ faulty: true, fails: true });
    expect(courses[600]?.latencyMs).toBeGreaterThan(150);
  });

  test('without a fault never shows one', () => {
    const variant = new NewVariant(GOOD_PAGE);
    expect(Array.from({ length: 2000 }, () => variant.serve(() => 0.3)).some((course) => course.faulty)).toBe(false);
  });
});
