import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { ReleaseMetrics } from '../support/releaseMetrics.ts';
import { Replica } from '../support/replica.ts';
import { rowsOf } from '../support/rowsOf.ts';
import { RunningRelease, type Status } from '../support/runningRelease.ts';
import { SHARES } from '../support/secondsPlan.ts';
import { wholeChain } from '../support/wholeChain.ts';

const LONGEST_MS = 300_000;
const POLL_MS = 1000;
const WANTED = 6;

const failuresIn = ({ slis }: Status) => slis.find(({ role }) => role === 'trigger')?.count ?? 0;

async function nextCheckAtMs(databaseUrl: string): Promise<number> {
  const [row] = await rowsOf<{ due: string }>(databaseUrl, 'SELECT next_check_at_ms AS due FROM rollouts');
  return Number(row?.due);
}

describe('a Sluice that is killed in the middle of a rollout', { timeout: LONGEST_MS }, () => {
  test('goes on where it stood: no look is skipped, none is repeated, and the same users meet the feature', async () => {
    await using metrics = await ReleaseMetrics.start();
    await using replica = await Replica.start({ metricSources: `shop=${metrics.address}` });
    const release = await RunningRelease.started(replica, 'checkout', { approvalFor: 'half', consecutive: WANTED });
    await eventually(
      () => release.status(),
      ({ decision }) => decision?.kind === 'awaitApproval',
    );
    metrics.fail('checkout', SHARES.bad);
    await eventually(
      () => release.status(),
      (status) => failuresIn(status) >= 2,
    );
    await replica.kill();

    const dueMs = await nextCheckAtMs(replica.embeddedUrl);
    const [{ looks: before } = { looks: 0 }] = await rowsOf<{ looks: number }>(
      replica.embeddedUrl,
      'SELECT count(*)::int AS looks FROM ticks',
    );
    metrics.hold();
    await replica.startAgain();
    expect(await release.metBy()).toEqual(release.below(25));
    metrics.letGo();

    const { nextCheckAt } = await eventually(
      () => release.status(),
      (status) => Date.parse(status.nextCheckAt ?? '') > dueMs,
    );
    expect((Date.parse(nextCheckAt ?? '') - dueMs) % POLL_MS).toBe(0);
    await eventually(
      () => release.status(),
      ({ wedgeState }) => wedgeState === 'ROLLED_BACK',
    );
    const looks = await release.looks();
    const failing = looks.filter(({ slis }) =>
      slis.some(({ role, verdict }) => role === 'trigger' && verdict === 'fail'),
    );
    expect(failing).toHaveLength(WANTED);
    const sinceDueMs = Date.parse(looks[before]?.at ?? '') - dueMs;
    expect(sinceDueMs).toBeGreaterThanOrEqual(0);
    const entries = await wholeChain(replica.embeddedUrl, 'checkout');
    const rollbacks = entries.filter(({ type }) => type === 'rolledBack');
    expect(rollbacks).toEqual([expect.objectContaining({ late: false, percentageBefore: 25, percentageAfter: 0 })]);
    expect(rollbacks[0]?.evidence?.poll?.counts['trigger/0']).toBe(WANTED);
    expect(await release.metBy()).toEqual([]);
  });

  test('has done nothing of the look that it was at, and takes every stage once', async () => {
    await using metrics = await ReleaseMetrics.start();
    await using replica = await Replica.start({ metricSources: `shop=${metrics.address}` });
    const release = await RunningRelease.started(replica, 'checkout');
    await eventually(
      () => release.status(),
      ({ percentage }) => percentage === 25,
    );
    metrics.hold();
    await eventually(
      async () => metrics.held,
      (held) => held > 0,
    );
    const { percentage, version } = await release.status();
    await replica.kill();
    await replica.startAgain();
    expect(await release.status()).toMatchObject({ percentage, version });
    expect(await release.metBy()).toEqual(release.below(percentage));
    metrics.letGo();

    await eventually(
      () => release.status(),
      ({ wedgeState }) => wedgeState === 'COMPLETE',
    );
    const entries = await wholeChain(replica.embeddedUrl, 'checkout');
    const steps = entries.filter(({ type }) => /^(started|ramped|advanced|completed)$/.test(type));
    expect(steps.map(({ type, percentageAfter }) => [type, percentageAfter])).toEqual([
      ['started', 5],
      ['ramped', 25],
      ['advanced', 50],
      ['advanced', 100],
      ['completed', 100],
    ]);
    expect(await release.metBy()).toEqual(release.below(100));
  });
});
