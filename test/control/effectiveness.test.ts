import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../src/domain/contract/policy.ts';
import { proposalInput, stageInput } from '../support/proposals.ts';
import { bad, doubtful, FEATURE, healthy, inStage, startedRollout, until } from '../support/release.ts';
import { ANNA, EMIL, OLGA, pollFor, startReplica, worldOf } from '../support/simulatedInstallation.ts';
import { YOUNG_POLICY } from '../support/youngPolicy.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PLAN = proposalInput(
  {},
  {
    wedgeStages: [
      stageInput('canary', 10, { affectedCustomers: 1200 }),
      stageInput('half', 50),
      stageInput('all', 100),
    ],
  },
);

/** A release that is taken back in its first stage, ten minutes after it got there. `gone`: who is heard of no more from then on. */
async function oneRollback(gone: readonly string[] = []) {
  const world = worldOf({
    pollIntervalMs: MINUTE,
    policy: { ...DEFAULT_POLICY, ...YOUNG_POLICY, cooldownMinutes: 60 },
  });
  healthy(world);
  const replica = await startReplica(world);
  const id = await startedRollout(replica, PLAN);
  await until(replica, id, inStage(0));
  await pollFor(replica, 10 * MINUTE);
  bad(world);
  await world.storeAcknowledgements.hear(gone, world.clock.nowMs());
  await until(replica, id, ({ wedgeState }) => wedgeState === 'ROLLED_BACK');
  const report = (fromMs = 0, features: readonly string[] | null = null) =>
    replica.projections.effectiveness({ fromMs, toMs: world.clock.nowMs() + 1 }, features);
  return { world, replica, id, report };
}

describe('the effectiveness report', () => {
  it('counts who was not heard from, and calls no such rollback confirmed by all', async () => {
    const { replica, report } = await oneRollback(['replica:gone']);
    await pollFor(replica, 2 * MINUTE);
    const { rollbacks, timeToConfirmSeconds } = await report();
    expect(rollbacks).toMatchObject([{ removedAfterSeconds: 0, confirmedAfterSeconds: null, unheard: 1 }]);
    expect(timeToConfirmSeconds).toBeNull();
  });

  it('tells of a rollback when it was seen, when the exposure was gone, and how much there was', async () => {
    const { id, report } = await oneRollback();
    expect(await report()).toMatchObject({
      rollouts: { started: 1, completed: 0, rolledBack: 1 },
      automaticRollbacks: 1,
      falseAlarms: 0,
      rollbacks: [
        {
          ...{ rolloutId: id, feature: FEATURE, automatic: true, reason: 'criterion', fromStage: 'canary' },
          ...{ percentageBefore: 10, percentageAfter: 0, affectedCustomers: 1200 },
          ...{
            removedAfterSeconds: 0,
            confirmedAfterSeconds: 0,
            unheard: 0,
            falseAlarm: false,
            incidents: [`sluice:${id}:1`],
            mode: 'immediate',
            health: null,
          },
        },
      ],
      timeToRemoveSeconds: { count: 1, median: 0 },
      timeToConfirmSeconds: { count: 1, median: 0 },
    });
    const [rollback] = (await report()).rollbacks;
    expect(rollback?.detectedAfterSeconds).toBeGreaterThanOrEqual(600);
    expect(rollback?.detectedAfterSeconds).toBeLessThanOrEqual(780);
  });

  it('marks false alarms once, and counts them', async () => {
    const { replica, id, report } = await oneRollback();
    await replica.falseAlarms.mark(OLGA, id, 'the exporter lied');
    const before = await replica.world.kept.ledger.head(FEATURE);
    await replica.falseAlarms.mark(ANNA, id, 'I say so too');
    expect(await replica.world.kept.ledger.head(FEATURE)).toEqual(before);
    expect(await report()).toMatchObject({ falseAlarms: 1, rollbacks: [{ falseAlarm: true }] });
  });

  it('has no false alarm where nothing was taken back by itself', async () => {
    const { replica, world } = await oneRollback();
    healthy(world);
    await pollFor(replica, 2 * HOUR);
    const id = await startedRollout(replica, PLAN);
    await expect(replica.falseAlarms.mark(OLGA, id, 'a guess')).rejects.toMatchObject({ code: 'ILLEGAL_STATE' });
    await expect(replica.falseAlarms.mark(OLGA, 'nobody', 'a guess')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('counts an incident once, however often it is told, and shows it with its rollback', async () => {
    const { replica, id, report } = await oneRollback();
    const incident = {
      reference: 'INC-7',
      severity: 'sev2',
      url: null,
      detectedBySluice: true,
      resolved: false,
    } as const;
    await replica.incidents.link(OLGA, id, incident);
    await replica.incidents.link(OLGA, id, { ...incident, resolved: true });
    expect(await report()).toMatchObject({
      incidents: { linked: 2, detectedBySluice: 2, detectedByOthers: 0 },
      rollbacks: [{ incidents: [`sluice:${id}:1`, 'INC-7'] }],
    });
  });

  it('counts alerts, and the reviews that people gave of them', async () => {
    const world = worldOf({ pollIntervalMs: MINUTE });
    healthy(world);
    const replica = await startReplica(world);
    const [first, ...others] = PLAN.rolloutWedge.wedgeStages;
    if (first === undefined) throw new Error('no stage');
    const alert = {
      sli: 'error_rate',
      compare: 'absolute',
      operator: '>',
      threshold: 0.01,
      windowSeconds: 300,
    } as const;
    const rollbackTrigger = [...first.rollbackTrigger, { ...alert, severity: 'alert' as const }];
    const id = await startedRollout(
      replica,
      proposalInput({}, { wedgeStages: [{ ...first, rollbackTrigger }, ...others] }),
    );
    doubtful(world);
    await until(replica, id, ({ alerts }) => alerts.length === 1);
    await replica.reviews.give(OLGA, id, { criterion: 'trigger/1', comment: 'a bot' });
    const report = await replica.projections.effectiveness({ fromMs: 0, toMs: world.clock.nowMs() + 1 }, null);
    expect(report.alerts).toEqual({ raised: 1, reviewed: 1 });
  });

  it('counts waivers and what made use of them', async () => {
    const { replica, report, world } = await oneRollback();
    const input = proposalInput({}, { observationWindowHours: 0.5 });
    const { planDigest } = await replica.contracts.validate(input);
    const expiresAt = new Date(world.clock.nowMs() + 24 * HOUR).toISOString();
    const rules = ['OBSERVATION_WINDOW_MINIMUM'];
    const wish = { feature: FEATURE, planDigest, rules, rationale: 'a quiet service', expiresAt };
    const { state } = await replica.waivers.request(OLGA, wish);
    for (const who of [ANNA, EMIL]) {
      await replica.waivers.decide(who, state.waiverId, { decision: 'approve', comment: null });
    }
    const contract = (await replica.contracts.propose(OLGA, input)).state.contract;
    expect((await report()).waivers).toEqual({
      ...{ requested: 1, approvals: 2, rejected: 0, expired: 0 },
      used: [{ waiverId: state.waiverId, contractId: contract.id, rules }],
    });
  });

  it('tells of the period and the features alone that were asked for', async () => {
    const { world, report } = await oneRollback();
    expect(await report(world.clock.nowMs() + 1)).toMatchObject({ rollouts: { rolledBack: 0 }, rollbacks: [] });
    expect(await report(0, ['search'])).toMatchObject({ rollouts: { started: 0 }, rollbacks: [] });
    expect(await report(0, [])).toMatchObject({ timeToDetectSeconds: null, timeToRemoveSeconds: null });
  });
});
