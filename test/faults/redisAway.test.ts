import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { eventually } from '../support/eventually.ts';
import { makeDatabase } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { ReleaseMetrics } from '../support/releaseMetrics.ts';
import { Replica } from '../support/replica.ts';
import { RunningRelease } from '../support/runningRelease.ts';
import { SHARES } from '../support/secondsPlan.ts';
import { wholeChain } from '../support/wholeChain.ts';

const LONGEST_MS = 400_000;

/** Sluice on a Redis that can go away and come back at the same place, with nothing in it. */
async function openWorld() {
  await using opened = new AsyncDisposableStack();
  const database = await makeDatabase();
  opened.defer(database.drop);
  let redis = await startRedis();
  opened.defer(() => redis.stop());
  const metrics = opened.use(await ReleaseMetrics.start());
  const setting = { metricSources: `shop=${metrics.address}`, databaseUrl: database.url, redisUrl: redis.url };
  const replica = opened.use(await Replica.start(setting));
  const owned = opened.move();
  return {
    metrics,
    replica,
    databaseUrl: database.url,
    stopRedis: () => redis.stop(),
    startRedis: async () => {
      redis = await startRedis(Number(new URL(redis.url).port));
    },
    storedPercentage: (feature: string) => storedPercentage(redis.url, feature),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function storedPercentage(url: string, feature: string): Promise<number | null> {
  const client = new Redis(url);
  try {
    const text = await client.hget(`flags:${feature}`, 'rollout_percent');
    return text === null ? null : Number(text);
  } finally {
    await client.quit();
  }
}

const REDIS_ERRORS = 'rollout_controller_runs_total{status="redis_error",environment="test"}';

describe('a Redis that is away', { timeout: LONGEST_MS }, () => {
  test('while a release advances: lookups follow the ledger, readiness and a metric say so, the store gets it when it is back', async () => {
    await using world = await openWorld();
    const { metrics, replica } = world;
    metrics.fail('checkout', SHARES.doubtful);
    const release = await RunningRelease.started(replica, 'checkout', { approvalFor: 'everyone' });
    await eventually(
      () => release.status(),
      ({ decision }) => decision?.reason === 'successCriteria',
    );
    expect(await world.storedPercentage('checkout')).toBe(25);
    expect(await replica.readiness()).toMatchObject({ status: 200, dependencies: { flagStore: { ok: true } } });

    await world.stopRedis();
    metrics.fail('checkout', SHARES.good);
    await eventually(
      () => release.status(),
      ({ percentage }) => percentage === 50,
    );
    const waiting = { ok: false, detail: expect.stringContaining('not yet published: checkout') };
    expect(await replica.readiness()).toMatchObject({ status: 503, dependencies: { flagStore: waiting } });
    expect(await replica.metric(REDIS_ERRORS)).toBeGreaterThan(0);
    await eventually(
      () => release.metBy(),
      (users) => users.length === release.below(50).length,
    );
    expect(await release.metBy()).toEqual(release.below(50));
    expect(await replica.readiness()).toMatchObject({ dependencies: { lookups: { ok: true } } });

    await world.startRedis();
    await eventually(
      () => world.storedPercentage('checkout'),
      (percentage) => percentage === 50,
    );
    await eventually(
      () => replica.readiness(),
      ({ status }) => status === 200,
    );
    expect(await release.metBy()).toEqual(release.below(50));
    const entries = await wholeChain(world.databaseUrl, 'checkout');
    expect(entries.filter(({ type }) => type === 'advanced')).toHaveLength(1);
  });

  test('while a release goes bad: own lookups close at once, the rollback is recorded, the removal once the store has it', async () => {
    await using world = await openWorld();
    const { metrics, replica } = world;
    const bad = await RunningRelease.started(replica, 'bad', { approvalFor: 'half' });
    const good = await RunningRelease.started(replica, 'good', { approvalFor: 'half' });
    for (const release of [bad, good]) {
      await eventually(
        () => release.status(),
        ({ decision }) => decision?.kind === 'awaitApproval',
      );
    }
    expect(await bad.metBy()).toEqual(bad.below(25));

    await world.stopRedis();
    metrics.fail('bad', SHARES.bad);
    await eventually(
      () => bad.metBy(),
      (users) => users.length === 0,
    );
    // Not because the view is old: then nobody would meet this one either.
    expect(await good.metBy()).toEqual(good.below(25));
    await eventually(
      () => bad.status(),
      ({ wedgeState }) => wedgeState === 'ROLLED_BACK',
    );
    const errors = await replica.metric(REDIS_ERRORS);
    await eventually(
      () => replica.metric(REDIS_ERRORS),
      (count) => count > errors,
    );
    expect((await bad.ledger()).map(({ type }) => type)).not.toContain('exposureRemoved');
    expect(await bad.metBy()).toEqual([]);

    const backAtMs = Date.now();
    await world.startRedis();
    const entries = await eventually(
      () => wholeChain(world.databaseUrl, 'bad'),
      (chain) => chain.some(({ type }) => type === 'exposureRemoved'),
    );
    const [rolledBack, removed] = (['rolledBack', 'exposureRemoved'] as const).map((type) =>
      entries.findLast((entry) => entry.type === type),
    );
    expect(rolledBack).toMatchObject({ type: 'rolledBack', late: false, percentageBefore: 25, percentageAfter: 0 });
    expect(removed).toMatchObject({ type: 'exposureRemoved' });
    expect(removedAtMs(removed)).toBeGreaterThanOrEqual(backAtMs);
    expect(await world.storedPercentage('bad')).toBe(0);
    expect(await good.metBy()).toEqual(good.below(25));
  });
});

const removedAtMs = (entry: Entry | undefined) => (entry?.type === 'exposureRemoved' ? entry.data.removedAtMs : null);
