import { join } from 'node:path';
import { Cable } from './cable.ts';
import { OwnPostgres } from './ownPostgres.ts';
import { startRedis } from './redis.ts';
import { ReleaseMetrics } from './releaseMetrics.ts';
import { Replica } from './replica.ts';

export type TwoReplicas = Awaited<ReturnType<typeof openTwoReplicas>>;

/** Two replicas on one Redis and one PostgreSQL, each by cables of its own. */
export async function openTwoReplicas(rollbackDeadlineSeconds: number) {
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
        rollbackDeadlineSeconds,
      }),
    );
  const [ours, theirs] = [await lay(), await lay()];
  const replicas = [await plugIn(ours), await plugIn(theirs)] as const;
  const owned = opened.move();
  return {
    postgres,
    metrics,
    replicas,
    redis: [ours[0], theirs[0]] as const,
    /** Of the second. */
    network: theirs,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const socketOf = (databaseUrl: string) => join(new URL(databaseUrl).searchParams.get('host') ?? '', '.s.PGSQL.5432');
