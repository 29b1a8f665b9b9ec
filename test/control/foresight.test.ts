import { describe, expect, it } from 'vitest';
import type { MetricSource } from '../../src/control/ports/metricSource.ts';
import { proposalInput, stageInput } from '../support/proposals.ts';
import { createdRollout, FEATURE, healthy, inStage, startedRollout, until } from '../support/release.ts';
import { SimulatedCounters } from '../support/simulatedCounters.ts';
import { butFor, OLGA, pollFor, startReplica, worldOf } from '../support/simulatedInstallation.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const SEQUENTIAL = { successCriteria: [{ sli: 'error_rate' }], rollbackTrigger: [{ sli: 'error_rate' }] };
const INPUT = proposalInput(
  {},
  {
    wedgeStages: [
      stageInput('canary', 10, { ...SEQUENTIAL, durationHours: 24 }),
      stageInput('half', 50, SEQUENTIAL),
      stageInput('everyone', 100),
    ],
  },
);
const BY_THE_PAST = { baseRate: null };

/** A service of 20,000 requests an hour, one in a hundred bad. */
function serviceWorld() {
  const world = worldOf();
  world.metrics.observe('error_rate', 'all', 0.01, 20_000 / 6);
  return world;
}

describe('what a plan can notice', () => {
  it('is told with its judgement, by one look back, and is no part of what is stored', async () => {
    const world = serviceWorld();
    const replica = await startReplica(world);
    await replica.features.create(OLGA, { key: FEATURE });
    const short = proposalInput(
      {},
      { wedgeStages: [stageInput('canary', 10, SEQUENTIAL), stageInput('everyone', 100)] },
    );
    const { power, warnings } = await replica.contracts.validate(short);
    expect(power?.map(({ stageId, windowHours }) => [stageId, windowHours])).toEqual([
      ['canary', 1],
      ['everyone', 1],
    ]);
    expect(power?.[0]?.criteria[0]).toMatchObject({
      kind: 'comparison',
      treatmentPerHour: expect.closeTo(2000, 6),
      said: expect.stringMatching(/^with 2,000 requests an hour in each arm, 1 % of them bad, this stage sees /),
    });
    expect(warnings).toMatchObject([{ rule: 'DETECTION_BEYOND_STAGE', found: 1 }]);
    expect(world.metrics.ranged).toHaveLength(1);
    const { state } = await replica.contracts.propose(OLGA, short);
    expect(state.warnings).toEqual([]);
    expect(await replica.contracts.power(state.contract.id, BY_THE_PAST)).toEqual({ power, warnings });
  });

  it('of a source that does not answer is unknown, and the judgement does not wait for it', async () => {
    const world = serviceWorld();
    const given: AbortSignal[] = [];
    const range: MetricSource['range'] = (_query, _range, signal) => {
      if (signal !== undefined) given.push(signal);
      return new Promise(() => {});
    };
    const timer = { sleep: () => Promise.resolve() };
    const replica = await startReplica(world, { metrics: butFor<MetricSource>(world.metrics, { range }), timer });
    await replica.features.create(OLGA, { key: FEATURE });
    const { planDigest, power, warnings } = await replica.contracts.validate(INPUT);
    expect(planDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(power?.[0]?.criteria[0]).toMatchObject({
      ...{ kind: 'unknown', reason: 'unavailable' },
      detail: 'source prometheus did not answer within 3 s',
    });
    expect(warnings).toEqual([]);
    expect(given.every(({ aborted }) => aborted)).toBe(true);
  });

  it('of a plan that can not be read is null', async () => {
    const replica = await startReplica(serviceWorld());
    expect(await replica.contracts.validate({ feature: FEATURE })).toMatchObject({ power: null, planDigest: null });
  });
});

describe('what a running stage can notice', () => {
  it('goes by the traffic that it counted itself, once there is enough of it', async () => {
    const world = serviceWorld();
    healthy(world);
    // 100 requests of each cohort every 5 s, one of them bad.
    const shop = new SimulatedCounters(world.clock, 5 * SECOND);
    world.metrics.tallyBy('error_rate', (query) => shop.count(query));
    const replica = await startReplica(world);
    const id = await startedRollout(replica, INPUT);
    const powerNow = async () => (await replica.rollouts.status(id)).power;
    expect(await powerNow()).toMatchObject([{ reason: 'tooYoung' }, { reason: 'tooYoung' }]);
    await until(replica, id, inStage(0));
    await pollFor(replica, 4 * MINUTE);
    expect(await powerNow()).toMatchObject([{ criterion: 'trigger/0', reason: 'tooYoung' }, { reason: 'tooYoung' }]);
    await pollFor(replica, 26 * MINUTE);
    const [trigger, success] = (await powerNow()) ?? [];
    if (trigger?.kind !== 'comparison') throw new Error(trigger?.said);
    expect(trigger).toMatchObject({ trafficFrom: 'measured', baseRateFrom: 'measured', alpha: 0.05, windowHours: 24 });
    for (const perHour of [trigger.treatmentPerHour, trigger.controlPerHour]) {
      expect(Math.abs(perHour / 72_000 - 1)).toBeLessThan(0.02);
    }
    expect(trigger.baseRate).toBeCloseTo(0.01, 3);
    expect(success).toMatchObject({ criterion: 'success/0', kind: 'comparison' });
  });

  it('is null while nothing is exposed', async () => {
    const replica = await startReplica(serviceWorld());
    const id = await createdRollout(replica, INPUT);
    expect((await replica.rollouts.status(id)).power).toBeNull();
  });
});
