import { describe, expect, it } from 'vitest';
import { type ArmTraffic, armTraffic } from '../../bench/decisions/armTraffic.ts';
import { randomOf } from '../../src/domain/simulation/random.ts';
import { type ArmCounts, addCounts, NO_COUNTS } from '../../src/domain/statistics/armCounts.ts';
import { proposalInput, type StageInput, stageInput } from '../support/proposals.ts';
import { FEATURE, healthy, recordOf, startedRollout, until } from '../support/release.ts';
import { chainOf, startReplica, worldOf } from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;
const BAD_RATE = 0.01;
const REQUESTS_PER_POLL = 800;
const RELEASES = 30;

/** Users come in bursts, and whoever is hit fails with every request, over three minutes: a third of the windows of the past. */
const clustered = (seed: string): ArmTraffic =>
  armTraffic({ kind: 'clustered', size: 'geometric', sessionPolls: 3 }, randomOf(seed));

/** What everybody met in each ten minutes of a day. */
function dayBefore(run: number): readonly ArmCounts[] {
  const traffic = clustered(`past ${run}`);
  return Array.from({ length: 144 }, () =>
    Array.from({ length: 10 }, () => traffic(2 * REQUESTS_PER_POLL, BAD_RATE)).reduce(addCounts, NO_COUNTS),
  );
}

/** Judged by the comparison alone, but where there is no control. */
function stages(dispersion?: number): StageInput[] {
  const compared = { sli: 'error_rate', ...(dispersion === undefined ? {} : { dispersion }) };
  const alone = { successCriteria: [compared], rollbackTrigger: [compared] };
  return [stageInput('canary', 10, alone), stageInput('half', 50, alone), stageInput('everyone', 100)];
}

/** Whether a release that is as good as what was there is taken back, and the φ that it was judged by. */
async function healthyRelease(run: number, past: 'kept' | 'none', dispersion?: number) {
  const world = worldOf({ pollIntervalMs: MINUTE });
  healthy(world);
  for (const arm of ['treatment', 'control'] as const) {
    const traffic = clustered(`${arm} ${run}`);
    world.metrics.tally('error_rate', arm, () => traffic(REQUESTS_PER_POLL, BAD_RATE));
  }
  const windows = dayBefore(run);
  world.metrics.answer('error_rate', 'all', ({ sli: { id: query } }, atMs) => {
    const { bad, total } = windows[Math.floor(atMs / (10 * MINUTE)) % windows.length] ?? NO_COUNTS;
    if (past === 'none') return { kind: 'noTraffic', newestSampleAtMs: atMs, query };
    return { kind: 'observed', value: bad / total, samples: total, coveredSeconds: 600, newestSampleAtMs: atMs, query };
  });
  const replica = await startReplica(world);
  const id = await startedRollout(replica, proposalInput({}, { wedgeStages: stages(dispersion) }));
  await until(replica, id, ({ phase, stageIndex }) => phase === 'ended' || stageIndex === 2);
  const takenBack = (await chainOf(world, FEATURE)).some(({ type }) => type === 'rolledBack');
  const comparisons = (await recordOf(replica, id)).tick?.poll.comparisons ?? {};
  return { takenBack, phi: Object.values(comparisons)[0]?.dispersion.phi ?? null };
}

async function healthyReleases(past: 'kept' | 'none', dispersion?: number) {
  const releases = [];
  for (let run = 0; run < RELEASES; run += 1) releases.push(await healthyRelease(run, past, dispersion));
  return { takenBack: releases.filter((one) => one.takenBack).length, phis: releases.map(({ phi }) => phi) };
}

describe('requests that come in bursts of users', () => {
  it('are no regression: the past of the service says how they come', async () => {
    const { takenBack, phis } = await healthyReleases('kept');
    // Of 30 at 5 % each, four or more have a chance of 6 %; the seeds are fixed.
    expect(takenBack).toBeLessThan(4);
    expect(Math.min(...phis.map((phi) => phi ?? 0))).toBeGreaterThan(3);
  });

  it('without a past by which to know it they are taken for bursts all the same', async () => {
    const { takenBack, phis } = await healthyReleases('none');
    expect(takenBack).toBeLessThan(4);
    expect(new Set(phis)).toEqual(new Set([10]));
  });

  it('counted as if each were another user’s, by a contract that says so, they take most healthy releases back', async () => {
    const { takenBack, phis } = await healthyReleases('none', 1);
    expect(takenBack).toBeGreaterThan(RELEASES / 2);
    expect(new Set(phis)).toEqual(new Set([1]));
  });
});
