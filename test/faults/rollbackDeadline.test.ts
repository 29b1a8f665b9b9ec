import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { Cable } from '../support/cable.ts';
import { eventually } from '../support/eventually.ts';
import { OwnPostgres } from '../support/ownPostgres.ts';
import { startRedis } from '../support/redis.ts';
import { ReleaseMetrics } from '../support/releaseMetrics.ts';
import { Replica } from '../support/replica.ts';
import { RunningRelease } from '../support/runningRelease.ts';
import { SHARES } from '../support/secondsPlan.ts';
import { wholeChain } from '../support/wholeChain.ts';

const LAW_MS = 60_000;
/** Of these installations; the law's own would only make the tests longer. */
const DEADLINE_SECONDS = 10;

type World = Awaited<ReturnType<typeof openWorld>>;
/** Begins an outage; the answer ends it. */
type Begin = (world: World) => Promise<() => Promise<void>>;

const OUTAGES: readonly (readonly [string, Begin])[] = [
  ['nothing', async () => async () => {}],
  ['Redis', async ({ redis }) => all(redis.map((cable) => cable.cut()))],
  [
    'Redis, which stands still,',
    async ({ redis }) => {
      for (const cable of redis) cable.freeze();
      return async () => {
        for (const cable of redis) cable.thaw();
      };
    },
  ],
  [
    'PostgreSQL',
    async ({ postgres }) => {
      await postgres.takeAway('gone');
      return () => postgres.giveBack();
    },
  ],
  [
    'PostgreSQL, which stands still,',
    async ({ postgres }) => {
      await postgres.takeAway('standing still');
      return () => postgres.giveBack();
    },
  ],
  ["one replica's network", async ({ network }) => all(network.map((cable) => cable.cut()))],
];

async function all(cuts: readonly Promise<() => Promise<void>>[]): Promise<() => Promise<void>> {
  const mends = await Promise.all(cuts);
  return async () => {
    for (const mend of mends) await mend();
  };
}

/** Two replicas on one Redis and one PostgreSQL, each by cables of its own. */
async function openWorld() {
  await using opened = new AsyncDisposableStack();
  const postgres = opened.use(await OwnPostgres.start());
  const server = await startRedis();
  opened.defer(server.stop);
  const metrics = opened.use(await ReleaseMetrics.start());
  const lay = async () => {
    const cables = [
      await Cable.to({ host: '127.0.0.1', port: Number(new URL(server.url).port) }),
      await Cable.to({ path: socketOf(postgres.url) }),
      await Cable.to({ host: '127.0.0.1', port: metrics.port }),
    ] as const;
    for (const cable of cables) opened.use(cable);
    return cables;
  };
  const plugIn = async ([redis, database, source]: Awaited<ReturnType<typeof lay>>) =>
    opened.use(
      await Replica.start({
        redisUrl: `redis://127.0.0.1:${redis.port}`,
        databaseUrl: `postgresql://sluice@127.0.0.1:${database.port}/sluice?sslmode=disable`,
        metricSources: `shop=prometheus+http://127.0.0.1:${source.port}`,
        rollbackDeadlineSeconds: DEADLINE_SECONDS,
      }),
    );
  const [ours, theirs] = [await lay(), await lay()];
  const replicas = [await plugIn(ours), await plugIn(theirs)] as const;
  const owned = opened.move();
  return {
    postgres,
    metrics,
    replicas,
    redis: [ours[0], theirs[0]],
    network: theirs,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const socketOf = (databaseUrl: string) => join(new URL(databaseUrl).searchParams.get('host') ?? '', '.s.PGSQL.5432');

describe('INV-RWG-ROLLBACK: from the trigger to exposure removed it takes at most 60 s,', { timeout: 600_000 }, () => {
  const opened = new AsyncDisposableStack();
  let world: World;
  beforeAll(async () => {
    world = opened.use(await openWorld());
  });
  afterAll(() => opened.disposeAsync());

  test.for(OUTAGES)('with %s away, in every replica', async ([name, begin]) => {
    const { metrics, postgres, replicas } = world;
    const feature = `without-${name.replaceAll(/\W+/g, '-').toLowerCase()}`;
    const release = await RunningRelease.started(replicas[0], feature, { approvalFor: 'half' });
    await eventually(
      () => release.status(),
      ({ decision }) => decision?.kind === 'awaitApproval',
    );
    for (const replica of replicas) {
      await eventually(
        // A replica hears of a new token within seconds.
        () => release.metBy(replica).catch(() => []),
        (users) => users.length === release.below(25).length,
      );
    }

    const end = await begin(world);
    onTestFinished(end);
    metrics.fail(feature, SHARES.bad);
    for (const replica of replicas) {
      await eventually(
        () => release.metBy(replica),
        (users) => users.length === 0,
      );
    }
    const closedAtMs = Date.now();
    await end();

    const entries = await eventually(
      () => wholeChain(postgres.url, feature),
      (chain) => chain.some(({ type }) => type === 'exposureRemoved'),
    );
    const rollbacks = entries.filter((entry) => entry.type === 'rolledBack');
    expect(rollbacks).toHaveLength(1);
    expect(closedAtMs - triggeredAtMs(rollbacks[0])).toBeLessThanOrEqual(LAW_MS);
    const removals = entries.filter((entry) => entry.type === 'exposureRemoved');
    expect(removals.map(({ data }) => data.removedAtMs - data.triggeredAtMs <= LAW_MS)).toEqual([true]);
    for (const replica of replicas) {
      // Once more with everything there: a lookup that is closed for being old may not open again for being new.
      await eventually(
        () => replica.readiness(),
        ({ status }) => status === 200,
      );
      expect(await release.metBy(replica)).toEqual([]);
    }
  });
});

const triggeredAtMs = (entry: Entry | undefined) =>
  entry?.type === 'rolledBack' ? entry.data.triggeredAtMs : Number.NaN;
