import { describe, expect, test } from 'vitest';
import type { SimulationResult } from '../../src/control/simulation/simulationEvent.ts';
import { FakeMetricSource } from '../support/fakeMetricSource.ts';
import { proposalInput, type StageInput, stageInput } from '../support/proposals.ts';
import { FEATURE } from '../support/release.ts';
import { OLGA, startReplica, worldOf } from '../support/simulatedInstallation.ts';

const HOUR_MS = 3_600_000;
const REPETITIONS = 60;

type Trigger = StageInput['rollbackTrigger'][number];
const NOISY: Trigger = {
  sli: 'error_rate',
  compare: 'baselineRatio',
  operator: '>',
  threshold: 1.5,
  windowSeconds: 600,
  minSamples: 10,
};

/** A service of which one request in a hundred fails, tried over seven hours by a plan with one more trigger. */
async function triedWith(trigger: Trigger, seed = 'a'): Promise<SimulationResult> {
  const world = worldOf({ pollIntervalMs: 60_000 });
  const metrics = new FakeMetricSource();
  for (const arm of ['treatment', 'control', 'all'] as const) metrics.observe('error_rate', arm, 0.01, 5000);
  const replica = await startReplica(world, { metrics, timer: { sleep: () => Promise.resolve() } });
  await replica.features.create(OLGA, { key: FEATURE });
  const stage = (id: string, percentage: number) => {
    const plain = stageInput(id, percentage);
    const passes = plain.successCriteria.map((criterion) => ({ ...criterion, threshold: 0.05 }) as typeof criterion);
    return { ...plain, successCriteria: passes, rollbackTrigger: [...plain.rollbackTrigger, trigger] };
  };
  const contract = proposalInput({}, { wedgeStages: [stage('canary', 10), stage('half', 50), stage('everyone', 100)] });
  const from = new Date(world.clock.nowMs() - 7 * HOUR_MS).toISOString();
  const told = replica.simulations.run(
    { contract, from, repetitions: REPETITIONS, seed },
    new AbortController().signal,
  );
  for await (const event of told) if (event.kind === 'result') return event.result;
  throw new Error('no result');
}

describe('how often a plan is wrong about cohorts that fare alike', () => {
  test('often, where it holds one small window against another', async () => {
    const { outcome, falseAlarms } = await triedWith(NOISY);
    // As it was recorded both cohorts had the very same rate.
    expect(outcome).toBe('completed');
    expect(falseAlarms?.rolledBack.share.low).toBeGreaterThan(0.5);
  });

  test('seldom, where it is sequential: at most as often as its alpha says', async () => {
    const { falseAlarms } = await triedWith({ sli: 'error_rate', alpha: 0.05 });
    expect(falseAlarms).toMatchObject({ repetitions: REPETITIONS, unfinished: { count: 0 } });
    expect(falseAlarms?.rolledBack.share.low).toBeLessThanOrEqual(0.05);
    expect(falseAlarms?.completed.count).toBeGreaterThan(0.8 * REPETITIONS);
  });

  test('the same for the same seed, and dealt anew for another', async () => {
    // Sometimes wrong: what is always or never wrong is so for every seed.
    const sometimes: Trigger = { ...NOISY, threshold: 4 };
    const of = async (seed: string) => (await triedWith(sometimes, seed)).falseAlarms;
    expect((await of('one'))?.rolledBack.share.value).not.toBe(1);
    expect(await of('one')).toEqual(await of('one'));
    expect(await of('one')).not.toEqual(await of('other'));
  });
});
