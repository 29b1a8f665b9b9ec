import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { OwnPostgres } from '../support/ownPostgres.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { redisCli } from '../support/redisCli.ts';
import { ReleaseMetrics } from '../support/releaseMetrics.ts';
import { ADMIN_TOKEN, Replica } from '../support/replica.ts';
import { RunningRelease } from '../support/runningRelease.ts';
import { wholeChain } from '../support/wholeChain.ts';

/** A Sluice whose database and flag store go and come, also while it is not there to see it. */
describe('a Sluice that starts', { timeout: 600_000 }, () => {
  const opened = new AsyncDisposableStack();
  let postgres: OwnPostgres;
  let redis: RedisServer;
  let sluice: Replica;
  let settled: RunningRelease;
  let live: RunningRelease;
  let killed: RunningRelease;
  beforeAll(async () => {
    postgres = opened.use(await OwnPostgres.start());
    redis = await startRedis();
    opened.defer(() => redis.stop());
    const metrics = opened.use(await ReleaseMetrics.start());
    const metricSources = `shop=${metrics.address}`;
    sluice = opened.use(await Replica.start({ metricSources, databaseUrl: postgres.url, redisUrl: redis.url }));
    [settled, live, killed] = await Promise.all([
      RunningRelease.started(sluice, 'settled'),
      RunningRelease.started(sluice, 'live', { approvalFor: 'half' }),
      RunningRelease.started(sluice, 'killed', { approvalFor: 'half' }),
    ]);
    await eventually(
      () => settled.status(),
      ({ wedgeState }) => wedgeState === 'COMPLETE',
    );
    for (const release of [live, killed]) {
      await eventually(
        () => release.status(),
        ({ decision }) => decision?.kind === 'awaitApproval',
      );
    }
  }, 300_000);
  afterAll(() => opened.disposeAsync());

  const lastKnown = () => join(sluice.dataFolder, 'last-known-flags.jsonl');
  async function stop(): Promise<void> {
    sluice.signal('SIGTERM');
    await sluice.ended();
  }
  async function untilMet(release: RunningRelease, percentage: number): Promise<void> {
    const expected = release.below(percentage).join();
    // Of a Sluice that has lost its tokens, too, until it has read them.
    await eventually(
      () => release.metBy().catch(() => null),
      (users) => users?.join() === expected,
    );
  }
  const ledgerIsBack = () =>
    eventually(
      () => sluice.readiness(),
      ({ dependencies }) => dependencies['ledger']?.ok === true,
    );

  test('without PostgreSQL answers from Redis, says what is missing, and goes on by itself when it is back', async () => {
    await stop();
    await postgres.takeAway('gone');
    await sluice.startAlone();
    expect(await settled.metBy()).toEqual(settled.below(100));
    expect(await live.metBy()).toEqual(live.below(25));
    expect(await sluice.readiness()).toMatchObject({
      status: 503,
      dependencies: { ledger: { ok: false }, flagStore: { ok: true }, lookups: { ok: true } },
    });
    await expect(live.status()).rejects.toThrow('503');
    await redisCli(redis.url, 'HSET flags:live rollout_percent 10');
    await untilMet(live, 10);

    await postgres.giveBack();
    await eventually(
      () => sluice.readiness(),
      ({ status }) => status === 200,
    );
    await eventually(
      () => live.status().catch(() => null),
      (status) => status?.wedgeState === 'PAUSED',
    );
    expect(await live.metBy()).toEqual(live.below(10));
  });

  test('without both answers from its own file: what is settled as it was, nobody meets what is live; a kill works and holds', async () => {
    await stop();
    expect((await readFile(lastKnown(), 'utf8')).includes('"settled"')).toBe(true);
    await postgres.takeAway('gone');
    await redis.stop();
    await sluice.startAlone();
    expect(await settled.metBy()).toEqual(settled.below(100));
    expect(await live.metBy()).toEqual([]);
    expect(await sluice.readiness()).toMatchObject({
      status: 503,
      dependencies: {
        ledger: { ok: false },
        flagStore: { ok: false },
        lookups: { ok: false, detail: expect.stringMatching(/a state of \d+ s ago/) },
      },
    });
    expect(await sluice.metric('flag_snapshot_age_seconds{environment="test"}')).toBeGreaterThan(0);
    // Evaluators elsewhere are told that nobody may go by it.
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    expect((await fetch(`${sluice.url}/v1/snapshot`, { headers })).headers.get('age')).toBe('2147483648');
    expect(await killed.kill()).toMatchObject({ killed: true, recorded: false });
    await eventually(
      () => readFile(lastKnown(), 'utf8'),
      (text) => text.includes('"killed":true'),
    );
    await sluice.kill();
    await sluice.startAlone();
    expect(await killed.metBy()).toEqual([]);

    // The ledger alone feeds lookups, under the cap that it has adopted; the kill is told late.
    await postgres.giveBack();
    await ledgerIsBack();
    await untilMet(live, 10);
    expect(await sluice.readiness()).toMatchObject({ dependencies: { lookups: { ok: true } } });
    await eventually(
      () => wholeChain(postgres.url, 'killed'),
      (entries) => entries.some(({ type, late }) => type === 'killed' && late),
    );
    expect(await killed.metBy()).toEqual([]);

    // And a Redis with nothing in it gets everything again.
    redis = await startRedis(Number(new URL(redis.url).port));
    await eventually(
      () => sluice.readiness(),
      ({ status }) => status === 200,
    );
    expect(await redisCli(redis.url, 'HGET flags:live rollout_percent')).toBe('10');
    expect(await live.metBy()).toEqual(live.below(10));
    expect(await settled.metBy()).toEqual(settled.below(100));
  });

  test('without both and with a damaged file refuses that in the log, and comes up all the same', async () => {
    await stop();
    const whole = await readFile(lastKnown(), 'utf8');
    await writeFile(lastKnown(), whole.slice(0, whole.length / 2));
    await postgres.takeAway('gone');
    await redis.stop();
    await sluice.startAlone();
    expect(sluice.said).toContain('"why":"it is half written"');
    expect(await sluice.readiness()).toMatchObject({
      status: 503,
      dependencies: { lookups: { ok: false, detail: expect.stringContaining('know no feature yet') } },
    });

    await postgres.giveBack();
    redis = await startRedis(Number(new URL(redis.url).port));
    await ledgerIsBack();
    await untilMet(settled, 100);
    await untilMet(live, 10);
  });

  test('SLU-DOOR: without Redis alone serves under what was typed into that while nobody could adopt it', async () => {
    await postgres.takeAway('gone');
    await redisCli(redis.url, 'HSET flags:settled rollout_percent 30');
    await untilMet(settled, 30);
    await eventually(
      () => readFile(lastKnown(), 'utf8'),
      (text) => text.includes('"rolloutPercent":30'),
    );
    await stop();
    await redis.stop();
    await postgres.giveBack();
    await sluice.startAgain();
    expect(await settled.metBy()).toEqual(settled.below(30));
    expect(await sluice.readiness()).toMatchObject({
      dependencies: { ledger: { ok: true }, flagStore: { ok: false }, lookups: { ok: true } },
    });

    redis = await startRedis(Number(new URL(redis.url).port));
    await eventually(
      () => wholeChain(postgres.url, 'settled'),
      (entries) => entries.some(({ type }) => type === 'driftAdopted'),
    );
    expect(await settled.metBy()).toEqual(settled.below(30));
  });
});
