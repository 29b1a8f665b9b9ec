import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { eventually } from '../support/eventually.ts';
import { Onlooker } from '../support/onlooker.ts';
import { makeDatabase, type TestDatabase } from '../support/postgres.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { redisCli } from '../support/redisCli.ts';
import { ReleaseMetrics } from '../support/releaseMetrics.ts';
import { Replica, type ReplicaSetting } from '../support/replica.ts';
import { RunningRelease } from '../support/runningRelease.ts';
import { wholeChain } from '../support/wholeChain.ts';

/** A Sluice on a real PostgreSQL and a real Redis, and somebody with nothing but `redis-cli`. */
describe('break-glass', { timeout: 600_000 }, () => {
  const opened = new AsyncDisposableStack();
  let database: TestDatabase;
  let redis: RedisServer;
  let setting: ReplicaSetting;
  let sluice: Replica;
  beforeAll(async () => {
    database = await makeDatabase();
    opened.defer(database.drop);
    redis = await startRedis();
    opened.defer(() => redis.stop());
    const metrics = opened.use(await ReleaseMetrics.start());
    setting = { metricSources: `shop=${metrics.address}`, databaseUrl: database.url, redisUrl: redis.url };
    sluice = opened.use(await Replica.start(setting));
  }, 300_000);
  afterAll(() => opened.disposeAsync());

  const cli = (command: string) => redisCli(redis.url, command);
  const entriesOf = ({ feature }: RunningRelease) => wholeChain(database.url, feature);
  const hasEntry = (type: Entry['type']) => (entries: readonly Entry[]) => entries.some((entry) => entry.type === type);

  /** Releases at 25 %, which wait there for somebody. */
  async function atQuarter<Name extends string>(...features: readonly Name[]): Promise<Record<Name, RunningRelease>> {
    const releases = await Promise.all(features.map((feature) => waitingAtQuarter(feature)));
    return Object.fromEntries(releases.map((release) => [release.feature, release])) as Record<Name, RunningRelease>;
  }
  async function waitingAtQuarter(feature: string): Promise<RunningRelease> {
    const release = await RunningRelease.started(sluice, feature, { approvalFor: 'half' });
    await eventually(
      () => release.status(),
      ({ decision }) => decision?.kind === 'awaitApproval',
    );
    return release;
  }

  async function untilMet(release: RunningRelease, percentage: number): Promise<void> {
    const expected = release.below(percentage).join();
    await eventually(
      () => release.metBy(),
      (users) => users.join() === expected,
    );
  }

  /** As an act of an operator who has no name. */
  const byHand = { actor: { kind: 'person', subject: 'flag-store' } };

  async function untilAdopted(release: RunningRelease): Promise<void> {
    const entries = await eventually(() => entriesOf(release), hasEntry('driftAdopted'));
    expect(entries.find(({ type }) => type === 'driftAdopted')).toMatchObject(byHand);
    expect(await release.status()).toMatchObject({ wedgeState: 'PAUSED' });
  }
  async function untilRolledBack(release: RunningRelease): Promise<void> {
    const entries = await eventually(() => entriesOf(release), hasEntry('rolledBack'));
    expect(entries.find(({ type }) => type === 'rolledBack')).toMatchObject({ ...byHand, percentageAfter: 0 });
  }
  async function untilKilled(release: RunningRelease): Promise<void> {
    const entries = await eventually(() => entriesOf(release), hasEntry('killed'));
    expect(entries.find(({ type }) => type === 'killed')).toMatchObject(byHand);
  }
  async function untilPutBack(release: RunningRelease, field: string, value: string): Promise<void> {
    await eventually(() => entriesOf(release), hasEntry('driftRepaired'));
    await eventually(
      () => cli(`HGET flags:${release.feature} ${field}`),
      (text) => text === value,
    );
  }
  const untilShown = (feature: string, percentage: string) =>
    eventually(
      () => cli(`HGET flags:${feature} rollout_percent`),
      (text) => text === percentage,
    );

  test('while Sluice runs: what lowers is served within seconds and adopted, and nothing by hand ever raises', async () => {
    const at = await atQuarter('held', 'lower', 'fickle', 'nobody', 'killed', 'internals', 'raised');
    const onlookers = Object.values(at).map((release) => ({ release, onlooker: new Onlooker(release) }));

    await cli('HSET flags:held paused true');
    await eventually(
      () => at.held.status(),
      ({ decision }) => decision?.reason === 'storePaused',
    );
    expect(await at.held.metBy()).toEqual(at.held.below(25));
    await cli('HSET flags:held paused false');
    await eventually(
      () => at.held.status(),
      ({ decision }) => decision?.kind === 'awaitApproval',
    );

    await cli('HSET flags:lower rollout_percent 10');
    await untilMet(at.lower, 10);
    // Written back before anybody has adopted it, or after: either lifts nothing.
    await cli('HSET flags:fickle rollout_percent 10');
    await untilMet(at.fickle, 10);
    await cli('HSET flags:fickle rollout_percent 25');
    await cli('HSET flags:nobody rollout_percent 0');
    await untilMet(at.nobody, 0);
    await cli('HSET flags:killed enabled false');
    await untilMet(at.killed, 0);
    await cli('HSET flags:internals internal_only true');
    await untilMet(at.internals, 0);
    expect(await at.internals.metByInternals()).toEqual(at.internals.below(25));
    await cli('HSET flags:raised rollout_percent 80');

    await untilAdopted(at.lower);
    await untilAdopted(at.fickle);
    await untilRolledBack(at.nobody);
    await untilKilled(at.killed);
    await untilAdopted(at.internals);
    await untilPutBack(at.raised, 'rollout_percent', '25');

    await untilShown('lower', '10');
    await cli('HSET flags:lower rollout_percent 25');
    await cli('HSET flags:killed enabled true');
    await untilPutBack(at.lower, 'rollout_percent', '10');
    await untilPutBack(at.killed, 'enabled', 'false');
    expect(await at.lower.metBy()).toEqual(at.lower.below(10));
    expect(await at.fickle.metBy()).toEqual(at.fickle.below(10));
    expect(await at.killed.metBy()).toEqual([]);
    await at.lower.rollBack();
    await untilMet(at.lower, 0);

    for (const { release, onlooker } of onlookers) {
      const more = (await onlooker.saw()).filter((user) => !release.below(25).includes(user));
      expect(more, release.feature).toEqual([]);
    }
  });

  test('a store that forgets one flag or all of them opens nothing, lifts nothing, and has it again from the ledger', async () => {
    const at = await atQuarter('forgotten', 'capped', 'stopped');
    const onlookers = Object.values(at).map((release) => ({ release, onlooker: new Onlooker(release) }));
    await cli('DEL flags:forgotten');
    await untilShown('forgotten', '25');
    expect(await at.forgotten.metBy()).toEqual(at.forgotten.below(25));

    await cli('HSET flags:stopped paused true');
    await eventually(
      () => at.stopped.status(),
      ({ decision }) => decision?.reason === 'storePaused',
    );
    await cli('HSET flags:capped rollout_percent 5');
    await untilMet(at.capped, 5);
    const capped = new Onlooker(at.capped);
    await cli('FLUSHALL');
    await untilAdopted(at.capped);
    await untilShown('forgotten', '25');
    await untilShown('capped', '5');
    await eventually(
      () => cli('HGET flags:stopped paused'),
      (text) => text === 'true',
    );
    expect((await capped.saw()).filter((user) => !at.capped.below(5).includes(user))).toEqual([]);
    for (const { release, onlooker } of onlookers) {
      expect((await onlooker.saw()).toSorted(), release.feature).toEqual(release.below(25).toSorted());
    }
  });

  test('while Sluice is down: it comes up with what was typed, adopts it, and opens nothing that was deleted', async () => {
    const at = await atQuarter(
      'd-held',
      'd-lower',
      'd-nobody',
      'd-killed',
      'd-internals',
      'd-raised',
      'd-deleted',
      'd-both',
    );
    sluice.signal('SIGTERM');
    await sluice.ended();
    await cli('HSET flags:d-held paused true');
    await cli('HSET flags:d-lower rollout_percent 10');
    await cli('HSET flags:d-nobody rollout_percent 0');
    await cli('HSET flags:d-killed enabled false');
    await cli('HSET flags:d-internals internal_only true');
    await cli('HSET flags:d-raised rollout_percent 80');
    await cli('DEL flags:d-deleted');
    await cli('DEL flags:d-both');
    await cli('HSET flags:d-both enabled false');

    await sluice.startAgain();
    expect(await at['d-lower'].metBy()).toEqual(at['d-lower'].below(10));
    for (const name of ['d-nobody', 'd-killed', 'd-internals', 'd-both'] as const) {
      expect(await at[name].metBy(), name).toEqual([]);
    }
    for (const name of ['d-held', 'd-raised', 'd-deleted'] as const) {
      expect(await at[name].metBy(), name).toEqual(at[name].below(25));
    }
    await untilAdopted(at['d-lower']);
    await untilRolledBack(at['d-nobody']);
    await untilKilled(at['d-killed']);
    await untilKilled(at['d-both']);
    await untilAdopted(at['d-internals']);
    await untilPutBack(at['d-raised'], 'rollout_percent', '25');
    await untilShown('d-deleted', '25');
    expect(await at['d-held'].status()).toMatchObject({ decision: { reason: 'storePaused' } });

    sluice.signal('SIGTERM');
    await sluice.ended();
    await cli('FLUSHALL');
    await sluice.startAgain();
    expect(await at['d-deleted'].metBy()).toEqual(at['d-deleted'].below(25));
    expect(await at['d-lower'].metBy()).toEqual(at['d-lower'].below(10));
    expect(await at['d-killed'].metBy()).toEqual([]);
    await untilShown('d-deleted', '25');
  });

  test('the environment of a Sluice closes a feature there, whatever ledger and store say', async () => {
    const { hard } = await atQuarter('hard');
    const environment = { FEATURE_HARD_ENABLED: 'false' };
    await using closed = await Replica.start({ ...setting, environment });
    expect(await hard.metBy(closed)).toEqual([]);
    await cli('HSET flags:hard rollout_percent 100');
    await untilPutBack(hard, 'rollout_percent', '25');
    expect(await hard.metBy(closed)).toEqual([]);
    expect(await hard.metBy()).toEqual(hard.below(25));
  });
});
