import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { introducePeople } from '../../src/demo/story/people.ts';
import type { BenchContext, Figures } from '../support/bench.ts';
import { type Database, startDatabase } from '../support/database.ts';
import { Lookups } from '../support/lookups.ts';
import { median } from '../support/percentile.ts';
import { cpuSecondsOf } from '../support/processTable.ts';
import { ResidentWatch } from '../support/residentWatch.ts';
import { ADMIN_TOKEN, type SluiceSetting, spawnSluice, startSluice } from '../support/sluice.ts';
import { startRollouts } from '../support/startRollouts.ts';
import { startStub } from '../support/stub.ts';
import { singleRequests } from './asked.ts';
import { targetAt } from './comparedWithPeers.ts';
import { pinToServerCore } from './cores.ts';
import { interleaved, medianOf, type Rounds } from './interleaved.ts';
import type { Generator } from './load.ts';
import { issueLookupToken } from './lookupToken.ts';

const FEW = 10;
const MANY = 10_000;
/** Twice the time between two looks at everything. */
const IDLE_SECONDS = 10;
const PATIENCE_MS = 120_000;

/**
 * Lookups of an installation with 10 features beside one with 10,000, each on its own PostgreSQL, all features open to 25 %;
 * and the memory that the many take. Sluice looks at every feature each five seconds whether anybody asks or not: what that costs is
 * measured while nobody does, and taken off what lookups cost.
 */
export async function growth(generator: Generator, context: BenchContext): Promise<Figures> {
  await using few = await startInstallation('few', FEW, context);
  await using many = await startInstallation('many', MANY, context);
  const idle = new Map<string, Idle>();
  for (const { name, pid } of [few, many]) idle.set(name, await idleOf(pid, context.signal));
  context.say(`single lookups of ${FEW} and of ${MANY} features, CPU a request`);
  const targets = await Promise.all(
    [few, many].map((installation) => {
      const work = { name: 'growth', requests: singleRequests(installation.asked), token: installation.token };
      return targetAt(installation, work, generator, context);
    }),
  );
  return figuresOf(await interleaved(targets, generator, context), idle);
}

type Idle = { readonly megabytes: number; readonly cpuShare: number };
type Installation = AsyncDisposable & {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  readonly token: string;
  readonly asked: readonly string[];
};

async function startInstallation(name: string, count: number, context: BenchContext): Promise<Installation> {
  const { signal, say } = context;
  await using starting = new AsyncDisposableStack();
  const folder = join(context.folder, name);
  await mkdir(folder, { mode: 0o711 });
  const own = { ...context, folder };
  const database = starting.use(await startDatabase(own));
  const stub = starting.use(await startStub(own));
  const shared = { prometheusUrl: stub.url, databaseUrl: database.url, pollIntervalSeconds: 15 };
  const token = await setUp({ ...shared, name: 'setUp' }, own);
  say(`${name}: ${count} features`);
  const features = await copiedFeatures(count, database);
  const sluice = starting.use(await spawnSluice({ ...shared, name }, own));
  // It tells the flag store of all of them before it serves.
  await sluice.process.answering(`${sluice.url}/livez`, signal, PATIENCE_MS);
  await pinToServerCore(sluice.process.pid);
  await untilServed(features, sluice.url, token, signal);
  const owned = starting.move();
  // As many as there are users at most, from first to last.
  const asked = features.filter((_, index) => index % Math.ceil(count / 2000) === 0);
  const { pid } = sluice.process;
  return { name, url: sluice.url, pid, token, asked, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function setUp(setting: SluiceSetting, context: BenchContext): Promise<string> {
  await using sluice = await startSluice(setting, context);
  const people = await introducePeople(sluice.url, ADMIN_TOKEN, context.signal);
  await startRollouts(1, sluice.url, people, context.signal);
  return await issueLookupToken(sluice.url, null, context.signal);
}

/** As many as are wanted, from the one that was made over the API: 10,000 requests would take a minute, and rollouts half an hour. */
async function copiedFeatures(count: number, { sql }: Database): Promise<readonly string[]> {
  const rows = await sql(
    `INSERT INTO features (key, owner, archived, definition, definition_version, state, customer_position, confirming)
     SELECT copy, owner, archived, (definition::jsonb || jsonb_build_object('key', copy, 'salt', md5(copy)))::json,
       definition_version, jsonb_set(state::jsonb, '{exposure,live}', 'null')::json, md5(copy) || md5(copy || '.'), confirming
     FROM features, LATERAL (SELECT 'copy-' || n AS copy FROM generate_series(2, $1::int) AS n) AS copies
     RETURNING key`,
    [count],
  );
  return rows.map(({ key }) => String(key));
}

/** The last one was told of last. */
async function untilServed(
  features: readonly string[],
  url: string,
  token: string,
  signal: AbortSignal,
): Promise<void> {
  await using lookups = new Lookups(url, token);
  const last = features.toSorted().at(-1) ?? '';
  const giveUpAtMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await lookups.isOn(last, 'user-1');
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (performance.now() > giveUpAtMs) throw error;
      await sleep(200);
    }
  }
}

async function idleOf(pid: number, signal: AbortSignal): Promise<Idle> {
  using resident = new ResidentWatch(pid);
  const before = cpuSecondsOf(pid);
  await sleep(IDLE_SECONDS * 1000, undefined, { signal });
  return { megabytes: resident.megabytes, cpuShare: (cpuSecondsOf(pid) - before) / IDLE_SECONDS };
}

function figuresOf(rounds: Rounds, idle: ReadonlyMap<string, Idle>): Figures {
  const few = lookupCosts('few', rounds, idle);
  const many = lookupCosts('many', rounds, idle);
  const megabytes = (idle.get('many')?.megabytes ?? Number.NaN) - (idle.get('few')?.megabytes ?? Number.NaN);
  return {
    growthFewCpuMicroseconds: medianOf(rounds, 'few', 'cpuMicroseconds'),
    growthManyCpuMicroseconds: medianOf(rounds, 'many', 'cpuMicroseconds'),
    growthManyIdleCpuPercent: 100 * (idle.get('many')?.cpuShare ?? Number.NaN),
    growthManyOverFewLookupCpu: median(many.map((cost, round) => cost / (few[round] ?? Number.NaN))),
    growthManyMegabytesOverFew: megabytes,
  };
}

/** Microseconds of CPU a lookup in each round, without what the process does anyway. */
function lookupCosts(name: string, rounds: Rounds, idle: ReadonlyMap<string, Idle>): readonly number[] {
  const anyway = (idle.get(name)?.cpuShare ?? Number.NaN) * 1e6;
  return (rounds.get(name) ?? []).map((spent) => spent.cpuMicroseconds - anyway / spent.requestsPerSecond);
}
