import { introducePeople } from '../src/demo/story/people.ts';
import { startRedis } from '../test/support/redis.ts';
import type { Bench, Figures } from './support/bench.ts';
import { startDatabase } from './support/database.ts';
import { percentile } from './support/percentile.ts';
import { type Removal, Removals } from './support/removals.ts';
import { ADMIN_TOKEN, startSluice } from './support/sluice.ts';
import { startRollouts } from './support/startRollouts.ts';
import { startStub } from './support/stub.ts';
import { untilHeard } from './support/untilHeard.ts';

/** In each, as many rollbacks by a person, one after the other, as by criteria, all at once. */
const TURNS = 5;
const PER_TURN = 10;

/**
 * Rollbacks while two processes of the service share PostgreSQL and Redis and look at 100 rollouts each second. Each lasts
 * from its trigger (the moment of the tick that sees the criterion fail, before it asks Prometheus; a person's, just before
 * the request is sent) to the first lookup over HTTP that answers without the feature, in the later of the two processes.
 */
export const rollback: Bench = {
  name: 'rollback',
  limits: { rollbackSecondsP99: 1 },
  run: async (context) => {
    await using database = await startDatabase(context);
    const redis = await startRedis();
    await using _redis = { [Symbol.asyncDispose]: () => redis.stop() };
    await using stub = await startStub(context);
    const shared = { prometheusUrl: stub.url, databaseUrl: database.url, redisUrl: redis.url, pollIntervalSeconds: 1 };
    await using first = await startSluice({ ...shared, name: 'first' }, context);
    await using second = await startSluice({ ...shared, name: 'second' }, context);
    const people = await introducePeople(first.url, ADMIN_TOKEN, context.signal);
    await untilHeard(second.url, people.operator, context.signal);
    context.say(`starting ${2 * TURNS * PER_TURN} rollouts over the API`);
    const rollouts = await startRollouts(2 * TURNS * PER_TURN, first.url, people, context.signal);
    const removals = new Removals({ urls: [first.url, second.url], people, stub, signal: context.signal });
    const measured: Removal[] = [];
    for (const turn of turnsOf(rollouts)) {
      measured.push(...(await removals.byPerson(turn.slice(0, PER_TURN))));
      measured.push(...(await removals.byCriteria(turn.slice(PER_TURN))));
      context.say(`${measured.length} rollbacks, the last after ${measured.at(-1)?.seconds.toFixed(3)} s`);
    }
    return figuresOf(measured);
  },
};

function turnsOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: TURNS }, (_, turn) => all.slice(turn * 2 * PER_TURN, (turn + 1) * 2 * PER_TURN));
}

function figuresOf(removals: readonly Removal[]): Figures {
  const of = (by: Removal['by']) => removals.filter((removal) => removal.by === by).map(({ seconds }) => seconds);
  const all = removals.map(({ seconds }) => seconds);
  return {
    rollbacks: all.length,
    rollbackSecondsP50: percentile(all, 0.5),
    rollbackSecondsP99: percentile(all, 0.99),
    rollbackSecondsMax: Math.max(...all),
    byPersonSecondsP50: percentile(of('person'), 0.5),
    byPersonSecondsMax: Math.max(...of('person')),
    byCriteriaSecondsP50: percentile(of('criteria'), 0.5),
    byCriteriaSecondsMax: Math.max(...of('criteria')),
    secondsFromFaultP50: percentile(
      removals.flatMap(({ secondsFromFault }) => secondsFromFault ?? []),
      0.5,
    ),
  };
}
