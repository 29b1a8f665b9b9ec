import { describe, expect, it } from 'vitest';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import { firstBearsMore, type ProposalInput, proposalInput, stageInput } from '../support/proposals.ts';
import {
  bad,
  createdRollout,
  exposed,
  FEATURE,
  healthy,
  inStage,
  measure,
  startedRollout,
  stateOf,
  until,
  wishFor,
} from '../support/release.ts';
import {
  ANNA,
  butFor,
  EMIL,
  OLGA,
  poll,
  pollFor,
  type Replica,
  startReplica,
  tickDue,
  worldOf,
} from '../support/simulatedInstallation.ts';
import { entriesOf, expectSound } from '../support/soundChain.ts';

const MINUTE = 60_000;
const TWENTY: ProposalInput['rolloutWedge']['rollback'] = { overMinutes: 20 };

async function inHalf(
  rollback = TWENTY,
  more: Partial<ProposalInput> = {},
  world = worldOf({ pollIntervalMs: MINUTE }),
) {
  healthy(world);
  const replica = await startReplica(world);
  const id = await startedRollout(replica, firstBearsMore(proposalInput(more, { rollback })));
  await until(replica, id, inStage(1));
  await poll(replica);
  return { world, replica, id };
}

const back = (replica: Replica, id: string, to: 'zero' | 'previousStage' | null = null) =>
  replica.closings.rollback(OLGA, id, { to, mode: 'progressive', comment: null });
describe('a progressive rollback', () => {
  it('goes from stage to stage, and the rollout lives on where it came to', async () => {
    const { world, replica, id } = await inHalf();
    await back(replica, id, 'previousStage');
    expect(exposed(replica)).toEqual({ here: 30_000, stored: 30_000 });
    await pollFor(replica, 20 * MINUTE);
    expect(exposed(replica)).toEqual({ here: 10_000, stored: 10_000 });
    expect(await stateOf(replica, id)).toMatchObject({
      ...{ wedgeState: 'ACTIVE', stageIndex: 0, visit: 3, rollingBack: null, rolledBackFrom: ['half'] },
      ...{ automaticRollbacks: 0, healthWatch: { automatic: false, found: null } },
    });
    expect(await entriesOf({ world }, 'rolledBack')).toMatchObject([
      { data: { mode: 'progressive', automatic: false } },
    ]);
    await expectSound({ world });
  });

  it('is told apart from the one that follows it: each began where its own exposure was', async () => {
    const { world, replica, id } = await inHalf();
    await back(replica, id, 'previousStage');
    await pollFor(replica, 20 * MINUTE);
    await replica.closings.rollback(OLGA, id, { to: 'zero', mode: 'immediate', comment: null });
    const period = { fromMs: 0, toMs: world.clock.nowMs() + 1 };
    expect((await replica.projections.effectiveness(period, null)).rollbacks).toMatchObject([
      { percentageBefore: 50, percentageAfter: 10 },
      { percentageBefore: 10, percentageAfter: 0 },
    ]);
  });

  it('is looked at for each step, also where the contract polls less often', async () => {
    const { world, replica, id } = await inHalf({ overMinutes: 10 }, { pollIntervalSeconds: 1800 });
    await back(replica, id);
    await pollFor(replica, 10 * MINUTE);
    expect(await entriesOf({ world }, 'rollbackStep')).toHaveLength(10);
    expect(exposed(replica).stored).toBe(0);
    await expectSound({ world });
  });

  it('makes up for steps that nobody took, and is over when its time is', async () => {
    const { world, replica, id } = await inHalf();
    await back(replica, id);
    await tickDue(replica, 11 * MINUTE);
    expect(exposed(replica).stored).toBe(12_500);
    expect(await entriesOf({ world }, 'rollbackStep')).toMatchObject([{ data: { step: 0 } }, { data: { step: 5 } }]);
    await tickDue(replica, 3 * 60 * MINUTE);
    expect(exposed(replica).stored).toBe(0);
    await expectSound({ world });
  });

  it('never goes up with a clock that goes back', async () => {
    const { world, replica, id } = await inHalf();
    await back(replica, id);
    await pollFor(replica, 6 * MINUTE);
    const before = exposed(replica).stored;
    world.clock.advance(-60 * MINUTE);
    await pollFor(replica, 3 * MINUTE);
    expect(exposed(replica).stored).toBeLessThanOrEqual(before);
    await pollFor(replica, 90 * MINUTE);
    expect(exposed(replica).stored).toBe(0);
    await expectSound({ world });
  });

  it('leaves a pause standing', async () => {
    const { world, replica, id } = await inHalf();
    await replica.closings.pause(OLGA, id, null);
    await back(replica, id, 'previousStage');
    await pollFor(replica, 20 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED', stageIndex: 0 });
    await expectSound({ world });
  });

  it('of a dry run pretends', async () => {
    const world = worldOf({ pollIntervalMs: MINUTE });
    healthy(world);
    const replica = await startReplica(world);
    const id = await startedRollout(replica, proposalInput({}, { rollback: TWENTY }), { dryRun: true });
    await until(replica, id, inStage(1));
    await back(replica, id);
    expect(await stateOf(replica, id)).toMatchObject({ threshold: 25_000 });
    await pollFor(replica, 20 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK', healthWatch: null });
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    await expectSound({ world });
  });
});

describe('SLU-CLOSE: a progressive rollback goes on', () => {
  it('with the flag store away: own lookups go down, and the store follows', async () => {
    const { world, replica, id } = await inHalf();
    world.store.cut();
    await back(replica, id);
    expect(exposed(replica)).toEqual({ here: 25_000, stored: 50_000 });
    await pollFor(replica, 4 * MINUTE);
    expect(exposed(replica)).toEqual({ here: 20_000, stored: 50_000 });
    world.store.mend();
    await poll(replica);
    expect(exposed(replica).stored).toBeLessThanOrEqual(20_000);
    await pollFor(replica, 20 * MINUTE);
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    await expectSound({ world });
  });

  it('with the ledger away when it is asked for: all the way at once, and the ledger hears of it', async () => {
    const { world, replica, id } = await inHalf();
    world.kept.cut();
    const status = await back(replica, id, 'previousStage');
    expect(status).toMatchObject({ percentage: 10, rollingBack: null });
    expect(exposed(replica)).toEqual({ here: 10_000, stored: 10_000 });
    world.kept.mend();
    await poll(replica);
    expect(await entriesOf({ world }, 'rolledBack')).toMatchObject([{ late: true, data: { mode: 'immediate' } }]);
    await expectSound({ world });
  });

  it('with a ledger that takes no step: all the way at once', async () => {
    const { world, replica, id } = await inHalf();
    await back(replica, id);
    let isFull = true;
    const ledger = butFor(world.kept.ledger, {
      append: (append) => {
        if (isFull) throw new LedgerUnreachable('the disk is full');
        return world.kept.ledger.append(append);
      },
    });
    const other = await startReplica(world, { kept: { ...world.kept, ledger } });
    await tickDue(other, 3 * MINUTE);
    expect(exposed(other)).toEqual({ here: 0, stored: 0 });
    isFull = false;
    await poll(other);
    expect(await stateOf(other, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    await expectSound({ world });
  });

  it('with the source away: all the way at once', async () => {
    const { world, replica, id } = await inHalf();
    await back(replica, id, 'previousStage');
    world.metrics.fail('connection refused');
    await poll(replica);
    expect(exposed(replica)).toEqual({ here: 10_000, stored: 10_000 });
    expect(await entriesOf({ world }, 'rolledBack')).toMatchObject([
      { reason: 'sourceUnavailable', data: { automatic: false, mode: 'immediate' } },
    ]);
    await expectSound({ world });
  });
});

describe('a progressive rollback becomes immediate', () => {
  it('with a criterion that fails, and then goes where the contract says if that is lower', async () => {
    const { world, replica, id } = await inHalf({ ...TWENTY, to: 'zero' });
    await back(replica, id, 'previousStage');
    bad(world);
    await poll(replica);
    expect(exposed(replica).stored).toBe(0);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK', automaticRollbacks: 1 });
    await expectSound({ world });
  });

  it('with a criterion that would only pause', async () => {
    const world = worldOf({ pollIntervalMs: MINUTE });
    healthy(world);
    measure(world, 'latency', 0.1);
    const replica = await startReplica(world);
    const slow = { sli: 'latency', compare: 'absolute', operator: '>', threshold: 1, windowSeconds: 60 } as const;
    const pausing = (stage: ReturnType<typeof stageInput>) => ({
      ...stage,
      rollbackTrigger: [...stage.rollbackTrigger, { ...slow, severity: 'pause' as const }],
    });
    const latency = { id: 'latency', kind: 'gauge', source: 'prometheus', direction: 'lower', metric: 'l' } as const;
    const plain = proposalInput(
      {},
      {
        rollback: TWENTY,
        wedgeStages: [pausing(stageInput('canary', 10)), pausing(stageInput('half', 50))],
      },
    );
    const id = await startedRollout(replica, { ...plain, slis: [...plain.slis, latency] });
    await until(replica, id, inStage(1));
    await back(replica, id);
    measure(world, 'latency', 5);
    await pollFor(replica, 2 * MINUTE);
    expect(await entriesOf({ world }, 'rolledBack')).toMatchObject([
      { reason: 'criterion', data: { automatic: false, mode: 'immediate', toStageIndex: null } },
    ]);
    expect(await entriesOf({ world }, 'incidentLinked')).toEqual([]);
    await expectSound({ world });
  });

  it.for([
    [
      'another call',
      (replica: Replica, id: string) => replica.closings.rollback(OLGA, id, { to: null, comment: null }),
    ],
    [
      'one that says so',
      (replica: Replica, id: string) =>
        replica.closings.rollback(OLGA, id, { to: 'zero', mode: 'immediate', comment: null }),
    ],
    ['a kill', (replica: Replica) => replica.closings.kill(OLGA, FEATURE, 'burning')],
  ] as const)('with %s', async ([, hurry]) => {
    const { world, replica, id } = await inHalf({ ...TWENTY, mode: 'progressive' });
    await replica.closings.rollback(OLGA, id, { to: null, comment: null });
    expect(exposed(replica).stored).toBe(25_000);
    await hurry(replica, id);
    expect(exposed(replica).stored).toBe(0);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK', rollingBack: null });
    await expectSound({ world });
  });

  it('and not higher than it was on its way to', async () => {
    const { replica, id } = await inHalf();
    await back(replica, id, 'zero');
    await replica.closings.rollback(OLGA, id, { to: 'previousStage', mode: 'immediate', comment: null });
    expect(exposed(replica).stored).toBe(0);
  });

  it('but not with the very same call, as after an answer that was lost', async () => {
    const { world, replica, id } = await inHalf();
    await back(replica, id);
    await back(replica, id);
    expect(exposed(replica).stored).toBe(25_000);
    expect(await entriesOf({ world }, 'rollbackStep')).toHaveLength(1);
  });
});

describe('while a rollback is under way nothing opens', () => {
  it('no stage, no takeover, and no workspace by two people', async () => {
    const { world, replica, id } = await inHalf({ ...TWENTY, overMinutes: 600 });
    const next = await createdRollout(replica, proposalInput({ supersedes: id }));
    await back(replica, id, 'previousStage');
    const held = { code: 'HELD', more: { reason: 'rollingBack' } };
    await expect(replica.rollouts.advance(ANNA, id, await wishFor(replica, id, 'on'))).rejects.toMatchObject(held);
    const wish = { threshold: 90_000, expiresAtMs: null, comment: 'they asked' };
    await expect(replica.overrides.set(EMIL, FEATURE, 'acme', wish)).rejects.toMatchObject(held);
    await expect(replica.rollouts.start(ANNA, next, await wishFor(replica, next))).rejects.toMatchObject({
      more: { reason: 'concurrency' },
    });
    await pollFor(replica, 3 * 60 * MINUTE);
    expect(exposed(replica).stored).toBeLessThanOrEqual(30_000);
    await expectSound({ world });
  });

  it('but a dry run, which lets nobody in, and the verifier knows that', async () => {
    const { replica, id } = await inHalf({ ...TWENTY, overMinutes: 600 });
    const rehearsed = await createdRollout(replica, proposalInput(), { dryRun: true });
    await back(replica, id, 'previousStage');
    await replica.rollouts.start(OLGA, rehearsed, await wishFor(replica, rehearsed));
    await pollFor(replica, 30 * MINUTE);
    expect(await stateOf(replica, rehearsed)).toMatchObject({ phase: 'stage' });
    await expectSound(replica);
  });

  it('and there is nothing to take back step by step before it has begun, or after it is complete', async () => {
    const world = worldOf({ pollIntervalMs: MINUTE });
    healthy(world);
    const replica = await startReplica(world);
    const id = await createdRollout(replica, proposalInput());
    await expect(back(replica, id)).rejects.toMatchObject({ code: 'ILLEGAL_STATE' });
    await replica.rollouts.start(OLGA, id, await wishFor(replica, id));
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    await expect(back(replica, id)).rejects.toMatchObject({ code: 'ILLEGAL_STATE' });
    expect(exposed(replica).stored).toBe(100_000);
  });
});
