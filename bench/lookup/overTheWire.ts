import { introducePeople } from '../../src/demo/story/people.ts';
import type { BenchContext, Figures } from '../support/bench.ts';
import { type Database, startDatabase } from '../support/database.ts';
import { ADMIN_TOKEN, type SluiceSetting, startSluice } from '../support/sluice.ts';
import { startRollouts } from '../support/startRollouts.ts';
import { startStub } from '../support/stub.ts';
import { bulkRequests, singleRequests } from './asked.ts';
import { comparedWithPeers } from './comparedWithPeers.ts';
import { pinToServerCore } from './cores.ts';
import type { Generator } from './load.ts';
import { issueLookupToken } from './lookupToken.ts';

const FEATURES = 200;
const BULK_FEATURES = 100;
const AN_HOUR_MS = 3_600_000;

/**
 * Lookups over HTTP, of 200 features that each have a live rollout at 25 %: what they cost Sluice, and what the same bodies cost a
 * route of Fastify and a server of `node:http` that do nothing for them. The rollouts' own polls are put off: `tick` measures those.
 */
export async function overTheWire(generator: Generator, context: BenchContext): Promise<Figures> {
  await using database = await startDatabase(context);
  await using stub = await startStub(context);
  const setting = { prometheusUrl: stub.url, databaseUrl: database.url, pollIntervalSeconds: 15 };
  const { features, all, some } = await setUp({ ...setting, name: 'setUp' }, database, context);
  await using sluice = await startSluice({ ...setting, name: 'sluice' }, context);
  await pinToServerCore(sluice.process.pid);
  const served = { name: 'sluice', url: sluice.url, pid: sluice.process.pid };
  const single = { name: 'single', requests: singleRequests(features), token: all };
  const bulk = { name: 'bulk', requests: bulkRequests(), token: some };
  return {
    ...(await comparedWithPeers(single, served, generator, context)),
    ...(await comparedWithPeers(bulk, served, generator, context)),
  };
}

/** By a process that ends afterwards: who is measured has done nothing but serve. */
async function setUp(setting: SluiceSetting, { sql }: Database, context: BenchContext) {
  const { signal, say } = context;
  await using sluice = await startSluice(setting, context);
  const people = await introducePeople(sluice.url, ADMIN_TOKEN, signal);
  say(`starting ${FEATURES} rollouts over the API`);
  const started = await startRollouts(FEATURES, sluice.url, people, signal);
  await sql('UPDATE rollouts SET next_check_at_ms = $1', [Date.now() + AN_HOUR_MS]);
  const features = started.map(({ feature }) => feature);
  return {
    features,
    all: await issueLookupToken(sluice.url, null, signal),
    some: await issueLookupToken(sluice.url, features.slice(0, BULK_FEATURES), signal),
  };
}
