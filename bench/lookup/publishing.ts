import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { introducePeople, type People } from '../../src/demo/story/people.ts';
import { bucketOf } from '../../src/domain/feature/bucketing.ts';
import { thresholdOf } from '../../src/domain/feature/threshold.ts';
import { startRedis } from '../../test/support/redis.ts';
import type { BenchContext, Figures } from '../support/bench.ts';
import { startDatabase } from '../support/database.ts';
import { Lookups } from '../support/lookups.ts';
import { percentile } from '../support/percentile.ts';
import { EXPOSED_PERCENTAGE } from '../support/proposal.ts';
import { ADMIN_TOKEN, startSluice } from '../support/sluice.ts';
import { type StartedRollout, startRollouts } from '../support/startRollouts.ts';
import { startStub } from '../support/stub.ts';
import { untilHeard } from '../support/untilHeard.ts';

const REPLICAS = ['first', 'second', 'third'];
const FEATURES = 10;
const PUBLISHES = 240;
const EVERY_MS = 1;
/** Propagation that has failed takes a second: the look at the store's revision. More is no figure. */
const PATIENCE_MS = 10_000;

/** A workspace with somebody who meets the feature, until it is closed for that workspace. */
type Exposed = { readonly feature: string; readonly workspaceId: string; readonly targetingKey: string };

/**
 * From the request that closes a feature for one workspace, just before it is sent, to the first lookup over HTTP that answers so in the
 * last of three processes that share Redis and PostgreSQL. Each is asked again and again, with a pause of 1 ms; the ledger's entry and
 * the answer to the request are within it.
 */
export async function publishing(around: BenchContext): Promise<Figures> {
  const context = { ...around, folder: join(around.folder, 'publishing') };
  await mkdir(context.folder, { mode: 0o711 });
  await using database = await startDatabase(context);
  const redis = await startRedis();
  await using _redis = { [Symbol.asyncDispose]: () => redis.stop() };
  await using stub = await startStub(context);
  const shared = { prometheusUrl: stub.url, databaseUrl: database.url, redisUrl: redis.url, pollIntervalSeconds: 15 };
  await using started = new AsyncDisposableStack();
  const urls: string[] = [];
  for (const name of REPLICAS) urls.push(started.use(await startSluice({ ...shared, name }, context)).url);
  const people = await introducePeople(urls[0] ?? '', ADMIN_TOKEN, context.signal);
  for (const url of urls) {
    await untilHeard(url, people.operator, context.signal);
    await untilHeard(url, people.shop, context.signal);
  }
  const rollouts = await startRollouts(FEATURES, urls[0] ?? '', people, context.signal);
  context.say(`publishing ${PUBLISHES} times to ${urls.length} replicas`);
  const milliseconds: number[] = [];
  for (let index = 0; index < PUBLISHES; index += 1) {
    const exposed = exposedIn(rollouts[index % rollouts.length], `workspace-${index}`);
    // Asked of each in turn, so that most is heard from elsewhere.
    milliseconds.push(await untilClosed(exposed, urls[index % urls.length] ?? '', { urls, people, ...context }));
  }
  return {
    publishes: milliseconds.length,
    publishToAllMillisecondsP50: percentile(milliseconds, 0.5),
    publishToAllMillisecondsP99: percentile(milliseconds, 0.99),
    publishToAllMillisecondsMax: Math.max(...milliseconds),
  };
}

function exposedIn(rollout: StartedRollout | undefined, workspaceId: string): Exposed {
  if (rollout === undefined) throw new Error('there is no rollout');
  for (let index = 0; ; index += 1) {
    const targetingKey = `user-${index}`;
    const isMet = bucketOf(rollout.salt, `${workspaceId}:${targetingKey}`) < thresholdOf(EXPOSED_PERCENTAGE);
    if (isMet) return { feature: rollout.feature, workspaceId, targetingKey };
  }
}

type Around = { readonly urls: readonly string[]; readonly people: People; readonly signal: AbortSignal };

async function untilClosed(exposed: Exposed, url: string, { urls, people, signal }: Around): Promise<number> {
  await using owned = new AsyncDisposableStack();
  const replicas = urls.map((each) => owned.use(new Lookups(each, people.shop)));
  await Promise.all(replicas.map((lookups) => untilAnswered(lookups, exposed, true, signal)));
  const closed = replicas.map((lookups) => untilAnswered(lookups, exposed, false, signal));
  const beganAtMs = performance.now();
  const [atMs] = await Promise.all([Promise.all(closed), close(exposed, url, people.operator, signal)]);
  return Math.max(...atMs) - beganAtMs;
}

/** The moment of the first such answer. */
async function untilAnswered(
  lookups: Lookups,
  { feature, targetingKey, workspaceId }: Exposed,
  isOn: boolean,
  signal: AbortSignal,
): Promise<number> {
  const giveUpAtMs = performance.now() + PATIENCE_MS;
  for (;;) {
    signal.throwIfAborted();
    if ((await lookups.isOn(feature, targetingKey, workspaceId)) === isOn) return performance.now();
    if (performance.now() > giveUpAtMs) throw new Error(`${feature} never went ${isOn ? 'on' : 'off'}`);
    await sleep(EVERY_MS);
  }
}

async function close(
  { feature, workspaceId }: Exposed,
  url: string,
  token: string,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch(`${url}/v1/features/${feature}/overrides/${workspaceId}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ percentage: 0, reason: 'bench' }),
    signal,
  });
  if (!response.ok) throw new Error(`closing ${feature} was answered ${response.status}: ${await response.text()}`);
}
