import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { eventually } from '../support/eventually.ts';
import { Onlooker } from '../support/onlooker.ts';
import { type Outage, OwnPostgres } from '../support/ownPostgres.ts';
import { ReleaseMetrics } from '../support/releaseMetrics.ts';
import { Replica } from '../support/replica.ts';
import { RunningRelease } from '../support/runningRelease.ts';
import { SHARES } from '../support/secondsPlan.ts';
import { wholeChain } from '../support/wholeChain.ts';

const OUTAGES: readonly Outage[] = ['gone', 'standing still'];
/** What is recorded more than a second afterwards is marked late. */
const LATE_MS = 1_100;

describe.for(OUTAGES)('while PostgreSQL is %s,', { timeout: 600_000 }, (outage) => {
  const opened = new AsyncDisposableStack();
  let postgres: OwnPostgres;
  let metrics: ReleaseMetrics;
  let replica: Replica;
  beforeAll(async () => {
    postgres = opened.use(await OwnPostgres.start());
    metrics = opened.use(await ReleaseMetrics.start());
    const metricSources = `shop=${metrics.address}`;
    replica = opened.use(await Replica.start({ metricSources, databaseUrl: postgres.url }));
  });
  afterEach(() => postgres.giveBack());
  afterAll(() => opened.disposeAsync());

  /** At 25 %, where doubtful numbers hold it. */
  async function atQuarter(feature: string): Promise<RunningRelease> {
    metrics.fail(feature, SHARES.doubtful);
    const release = await RunningRelease.started(replica, feature);
    await eventually(
      () => release.status(),
      ({ percentage, decision }) => percentage === 25 && decision?.reason === 'successCriteria',
    );
    expect(await release.metBy()).toEqual(release.below(25));
    return release;
  }

  async function untilClosed(release: RunningRelease): Promise<void> {
    await eventually(
      () => release.metBy(),
      (users) => users.length === 0,
    );
    await eventually(
      () => replica.lateClosings(),
      (closings) => closings.length > 0,
    );
  }

  /** The ledger once it has heard of everything. */
  async function untilRecorded(release: RunningRelease): Promise<readonly Entry[]> {
    await eventually(
      () => replica.lateClosings(),
      (closings) => closings.length === 0,
    );
    await eventually(
      () => release.status().catch(() => null),
      (status) => status !== null,
    );
    return wholeChain(postgres.url, release.feature);
  }

  test('a bad release is taken back from lookups, and stays so; the ledger hears of it late, and of when it was', async () => {
    const release = await atQuarter('bad');
    await postgres.takeAway(outage);
    metrics.fail('bad', SHARES.bad);
    await untilClosed(release);
    const onlooker = new Onlooker(release);
    expect(await replica.readiness()).toMatchObject({ status: 503, dependencies: { ledger: { ok: false } } });
    await sleep(LATE_MS);

    const backAtMs = Date.now();
    // Good again, now that nobody meets it: a look that has not heard of the closing would go on with the release.
    metrics.fail('bad', SHARES.good);
    await postgres.giveBack();
    expectClosedBefore(backAtMs, await untilRecorded(release), { kind: 'sluice', subject: 'sluice' });
    expect(await release.status()).toMatchObject({ wedgeState: 'ROLLED_BACK', percentage: 0 });
    expect(await onlooker.saw()).toEqual([]);
  });

  test("an operator's rollback is answered and closes; the ledger hears of it late, and of when it was", async () => {
    const release = await atQuarter('rolled-back');
    await postgres.takeAway(outage);
    expect(await release.rollBack()).toMatchObject({ feature: 'rolled-back', percentage: 0 });
    expect(await release.metBy()).toEqual([]);
    const onlooker = new Onlooker(release);
    await sleep(LATE_MS);

    const backAtMs = Date.now();
    await postgres.giveBack();
    expectClosedBefore(backAtMs, await untilRecorded(release), { kind: 'person', subject: 'olga' });
    expect(await onlooker.saw()).toEqual([]);
  });

  test("an operator's kill is answered and closes; the ledger hears of it late, and of when it was", async () => {
    const release = await atQuarter('killed');
    await postgres.takeAway(outage);
    expect(await release.kill()).toMatchObject({ key: 'killed', killed: true, recorded: false });
    expect(await release.metBy()).toEqual([]);
    const onlooker = new Onlooker(release);
    await sleep(LATE_MS);

    const backAtMs = Date.now();
    await postgres.giveBack();
    const entries = await untilRecorded(release);
    const by = { kind: 'person', subject: 'olga' };
    // A tick that was under way may tell of its end first; who killed it stands in the kill.
    expectClosedBefore(backAtMs, entries, expect.anything());
    expect(entries.filter(({ type }) => type === 'killed')).toEqual([
      expect.objectContaining({ late: true, actor: by }),
    ]);
    expect(await onlooker.saw()).toEqual([]);
  });

  test("an operator's pause is answered; the ledger hears of it before anything opens", async () => {
    const release = await atQuarter('paused');
    await postgres.takeAway(outage);
    expect(await release.pause()).toMatchObject({ feature: 'paused' });
    metrics.fail('paused', SHARES.good);
    await sleep(LATE_MS);

    await postgres.giveBack();
    const entries = await untilRecorded(release);
    expect(entries.filter(({ type }) => type === 'paused')).toEqual([expect.objectContaining({ late: true })]);
    expect(entries.map(({ type }) => type)).not.toContain('advanced');
    expect(await release.status()).toMatchObject({ wedgeState: 'PAUSED', percentage: 25 });
  });

  test('a Sluice that has closed and is killed does not open when both are back: its journal has it', async () => {
    const release = await atQuarter('crashed');
    await postgres.takeAway(outage);
    metrics.fail('crashed', SHARES.bad);
    await untilClosed(release);
    await replica.kill();
    await sleep(LATE_MS);

    const backAtMs = Date.now();
    metrics.fail('crashed', SHARES.good);
    await postgres.giveBack();
    const onlooker = new Onlooker(release);
    await replica.startAgain();
    expectClosedBefore(backAtMs, await untilRecorded(release), { kind: 'sluice', subject: 'sluice' });
    expect(await release.status()).toMatchObject({ wedgeState: 'ROLLED_BACK', percentage: 0 });
    expect(await onlooker.saw()).toEqual([]);
  });
});

/** Once, from 25 % to nobody, by them, and before the ledger was back: all of it told afterwards. */
function expectClosedBefore(backAtMs: number, entries: readonly Entry[], actor: object): void {
  const rollbacks = entries.filter((entry) => entry.type === 'rolledBack');
  const removals = entries.filter((entry) => entry.type === 'exposureRemoved');
  const once = { late: true, actor, percentageBefore: 25, percentageAfter: 0 };
  expect(rollbacks).toEqual([expect.objectContaining(once)]);
  expect(Date.parse(rollbacks[0]?.at ?? '')).toBeLessThanOrEqual(backAtMs);
  expect(removals.map(({ data }) => data.removedAtMs <= backAtMs)).toEqual([true]);
  expect(entries.map(({ type }) => type)).not.toContain('advanced');
}
