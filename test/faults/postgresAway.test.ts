import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Outage, OwnPostgres } from '../support/ownPostgres.ts';
import { ReleaseMetrics } from '../support/releaseMetrics.ts';
import { Replica } from '../support/replica.ts';
import { RunningRelease } from '../support/runningRelease.ts';
import { type Plan, SHARES } from '../support/secondsPlan.ts';
import { wholeChain } from '../support/wholeChain.ts';

const LONGEST_MS = 600_000;
const OUTAGES: readonly Outage[] = ['gone', 'standing still'];

async function openWorld() {
  await using opened = new AsyncDisposableStack();
  const postgres = opened.use(await OwnPostgres.start());
  const metrics = opened.use(await ReleaseMetrics.start());
  const replica = opened.use(await Replica.start({ metricSources: `shop=${metrics.address}`, databaseUrl: postgres.url }));
  const owned = opened.move();
  return { postgres, metrics, replica, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function releaseAtQuarter(replica: Replica, plan: Plan = { approvalFor: 'half' }): Promise<RunningRelease> {
  const release = await RunningRelease.started(replica, 'checkout', plan);
  await eventually(
    () => release.status(),
    ({ percentage, decision }) => percentage === 25 && decision?.kind !== 'ramp',
  );
  return release;
}

describe.for(OUTAGES)('with a PostgreSQL that is %s', { timeout: LONGEST_MS }, (outage) => {
  test('a bad release is taken back from lookups, and the ledger hears of it once it is back', async () => {
    await using world = await openWorld();
    const { postgres, metrics, replica } = world;
    const release = await releaseAtQuarter(replica);
    await postgres.takeAway(outage);
    const t0 = Date.now();
    metrics.fail('checkout', SHARES.bad);
    await eventually(
      () => release.metBy(),
      (users) => users.length === 0,
    );
    console.log('closed after', Date.now() - t0);
    await eventually(
      () => replica.lateClosings(),
      (closings) => closings.length > 0,
    );
    console.log('journal after', Date.now() - t0, await replica.lateClosings());
    expect(await replica.readiness()).toMatchObject({ status: 503, dependencies: { ledger: { ok: false } } });
    console.log('journal after', Date.now() - t0, await replica.lateClosings());
    const backAtMs = Date.now();
    await postgres.giveBack();
    await eventually(
      () => release.status().catch(() => null),
      (status) => status?.wedgeState === 'ROLLED_BACK',
    );
    await eventually(
      () => replica.lateClosings(),
      (closings) => closings.length === 0,
    );
    const entries = await wholeChain(postgres.url, 'checkout');
    console.log(entries.slice(-4).map((e) => JSON.stringify({ ...e, evidence: null })), backAtMs);
  });

  test('a kill', async () => {
    await using world = await openWorld();
    const { postgres, replica } = world;
    const release = await releaseAtQuarter(replica);
    await postgres.takeAway(outage);
    let t0 = Date.now();
    console.log(await release.kill(), Date.now() - t0);
    console.log(await release.metBy());
    t0 = Date.now();
    await postgres.giveBack();
    await eventually(
      () => release.status().catch(() => null),
      (status) => status?.wedgeState === 'ROLLED_BACK',
    );
    const entries = await wholeChain(postgres.url, 'checkout');
    console.log(entries.slice(-4).map((e) => JSON.stringify({ ...e, evidence: null })), t0);
  });

  test('a rollback', async () => {
    await using world = await openWorld();
    const { postgres, replica } = world;
    const release = await releaseAtQuarter(replica);
    await postgres.takeAway(outage);
    let t0 = Date.now();
    console.log(await release.rollBack(), Date.now() - t0);
    console.log(await release.metBy());
    t0 = Date.now();
    await postgres.giveBack();
    await eventually(
      () => release.status().catch(() => null),
      (status) => status?.wedgeState === 'ROLLED_BACK',
    );
    const entries = await wholeChain(postgres.url, 'checkout');
    console.log(entries.slice(-4).map((e) => JSON.stringify({ ...e, evidence: null })), t0);
  });
});
