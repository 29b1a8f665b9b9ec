import { describe, expect, it } from 'vitest';
import type { AuditVerdict } from '../../src/domain/audit/report.ts';
import { DEFAULT_POLICY } from '../../src/domain/contract/policy.ts';
import type { Scope } from '../../src/domain/feature/scope.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { type ProposalInput, proposalInput, stageInput } from '../support/proposals.ts';
import {
  bad,
  createdRollout,
  exposed,
  FEATURE,
  healthy,
  inStage,
  startedRollout,
  stateOf,
  until,
  wishFor,
} from '../support/release.ts';
import {
  AUREL,
  butFor,
  chainOf,
  OLGA,
  pollFor,
  type Replica,
  startReplica,
  tickDue,
  worldOf,
} from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;
const BETA: Scope = { groups: 'all', regions: 'all', tiers: ['beta'] };

/** Three stages of everyone, with these targets. */
function planOf(targets: readonly [number, number, number], more: Partial<ProposalInput> = {}): ProposalInput {
  const [first, second, third] = targets;
  const wedgeStages = [stageInput('one', first), stageInput('two', second), stageInput('three', third)];
  return proposalInput(more, { initialPercentage: Math.min(5, first), wedgeStages });
}

/** A release that stands in its second stage, at 50 %. */
const atFifty = () => inTheSecondStage(planOf([10, 50, 100]));

async function inTheSecondStage(plan: ProposalInput) {
  const world = worldOf({ pollIntervalMs: 5 * MINUTE, policy: { ...DEFAULT_POLICY, cooldownMinutes: 20 } });
  healthy(world);
  const replica = await startReplica(world);
  const old = await startedRollout(replica, plan);
  await until(replica, old, inStage(0));
  if (plan.audit === 'external') await sayAsAuditor(replica, old, 'PASS');
  await until(replica, old, inStage(1));
  return { world, replica, old };
}

const sayAsAuditor = (replica: Replica, id: string, verdict: AuditVerdict) =>
  replica.audits.say(AUREL, id, { verdict, subject: 'visit', findings: [], comment: null });

const start = async (replica: Replica, id: string) => replica.rollouts.start(OLGA, id, await wishFor(replica, id));

describe('a contract that supersedes a live rollout', () => {
  it('ends it and takes over at the present grants, at a stage no wider, with fresh clocks', async () => {
    const { replica, old, world } = await atFifty();
    const id = await createdRollout(replica, planOf([10, 40, 80], { supersedes: old }));
    const status = await start(replica, id);
    expect(status).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 1, percentage: 50, elapsedSeconds: 0, visit: 1 });
    expect(await stateOf(replica, old)).toMatchObject({ wedgeState: 'SUPERSEDED', phase: 'ended' });
    expect(exposed(replica)).toEqual({ here: 50_000, stored: 50_000 });
    expect(world.store.document(FEATURE)?.live).toMatchObject({ rolloutId: id, stage: 'two' });
    const [ended, started] = (await chainOf(world, FEATURE)).slice(-2);
    expect([ended?.type, ended?.rollout, started?.type, started?.rollout]).toEqual(['superseded', old, 'started', id]);
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    expect(exposed(replica).here).toBe(80_000);
  });

  it('goes back to what was there before both of them', async () => {
    const { replica, old, world } = await atFifty();
    const id = await createdRollout(replica, planOf([10, 40, 80], { supersedes: old }));
    await start(replica, id);
    bad(world);
    await until(replica, id, ({ wedgeState }) => wedgeState === 'ROLLED_BACK');
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
  });

  it('waits in its ramp where its first stage is wider than what is exposed', async () => {
    const { replica, old } = await atFifty();
    await replica.closings.rollback(OLGA, old, { to: 'previousStage', comment: null });
    expect(exposed(replica).here).toBe(10_000);
    await pollFor(replica, 65 * MINUTE);
    const id = await createdRollout(replica, planOf([20, 40, 80], { supersedes: old }));
    expect(await start(replica, id)).toMatchObject({ phase: 'ramp', stageIndex: 0, percentage: 10 });
    expect(exposed(replica).here).toBe(10_000);
    await until(replica, id, inStage(0));
    expect(exposed(replica).here).toBe(20_000);
  });

  it('takes a paused one over: that is how a wrong threshold is mended', async () => {
    const { replica, old } = await atFifty();
    await replica.closings.pause(OLGA, old, 'the threshold is wrong');
    const id = await createdRollout(replica, planOf([10, 40, 80], { supersedes: old }));
    expect(await start(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', percentage: 50 });
  });

  it('does not start while the audit of the visit that it would end is FAIL, and does after a rollback', async () => {
    const { replica, old, world } = await inTheSecondStage(planOf([10, 50, 100], { audit: 'external' }));
    const id = await createdRollout(replica, planOf([5, 40, 80], { supersedes: old }));
    await sayAsAuditor(replica, old, 'FAIL');
    await expect(start(replica, id)).rejects.toMatchObject({
      code: 'HELD',
      message: `the audit of rollout ${old} is FAIL: only a rollback leaves such a visit`,
      more: { reason: 'audit' },
    });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PENDING' });
    expect((await stateOf(replica, old)).supersededBy).toBeNull();
    await replica.closings.rollback(OLGA, old, { to: 'previousStage', comment: null });
    await pollFor(replica, 65 * MINUTE);
    await start(replica, id);
    expect(await stateOf(replica, old)).toMatchObject({ wedgeState: 'SUPERSEDED' });
    expect(findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()))).toEqual([]);
  });

  it('starts over a visit that an auditor is undecided about', async () => {
    const { replica, old, world } = await inTheSecondStage(planOf([10, 50, 100], { audit: 'external' }));
    const id = await createdRollout(replica, planOf([10, 40, 80], { supersedes: old }));
    await sayAsAuditor(replica, old, 'INCONCLUSIVE');
    await start(replica, id);
    expect(findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()))).toEqual([]);
  });

  it('loses to an auditor who fails that visit while it starts', async () => {
    const { replica, old, world } = await inTheSecondStage(planOf([10, 50, 100], { audit: 'external' }));
    const id = await createdRollout(replica, planOf([10, 40, 80], { supersedes: old }));
    world.hooks.answer('beforeStart', async () => {
      await sayAsAuditor(replica, old, 'FAIL');
      return null;
    });
    await expect(start(replica, id)).rejects.toMatchObject({ code: 'VERSION_STALE' });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PENDING' });
  });

  it('keeps for later stages what it took over, also of a scope that its own plan never names', async () => {
    const { replica, world } = await atFifty().then(async (at) => {
      await at.replica.closings.rollback(OLGA, at.old, { to: 'zero', comment: null });
      await pollFor(at.replica, 65 * MINUTE);
      return at;
    });
    const wedgeStages = [
      stageInput('beta', 20, { scope: BETA }),
      stageInput('betas', 60, { scope: BETA }),
      stageInput('all', 80),
    ];
    const old = await startedRollout(replica, proposalInput({}, { wedgeStages }));
    await until(replica, old, inStage(1));
    const plan = [stageInput('few', 10, { scope: BETA }), stageInput('everyone', 30), stageInput('most', 80)];
    const id = await createdRollout(replica, proposalInput({ supersedes: old }, { wedgeStages: plan }));
    await start(replica, id);
    await until(replica, id, inStage(1));
    const grants = world.store.document(FEATURE)?.grants;
    expect(grants).toContainEqual({ scope: BETA, threshold: 60_000 });
    expect(grants).toContainEqual({ scope: stageInput('everyone', 30).scope, threshold: 30_000 });
  });

  it('at everybody has no control left, also where its own plan goes less far, and the verifier knows', async () => {
    const { replica, old, world } = await atFifty();
    await until(replica, old, inStage(2));
    const worse = { compare: 'baselineRatio' as const, operator: '>' as const, threshold: 3, windowSeconds: 300 };
    const stages = ([10, 50, 90] as const).map((target) => {
      const stage = stageInput(`to-${target}`, target);
      return { ...stage, rollbackTrigger: [...stage.rollbackTrigger, { sli: 'error_rate', ...worse }] };
    });
    const id = await createdRollout(replica, proposalInput({ supersedes: old }, { wedgeStages: stages }));
    await start(replica, id);
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    expect(findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()))).toEqual([]);
  });

  it('is not started once the other has ended: then there is nothing to take over', async () => {
    const { replica, old } = await atFifty();
    const id = await createdRollout(replica, planOf([10, 40, 80], { supersedes: old }));
    await replica.closings.rollback(OLGA, old, { to: 'zero', comment: null });
    await pollFor(replica, 65 * MINUTE);
    await expect(start(replica, id)).rejects.toMatchObject({ code: 'HELD', more: { reason: 'concurrency' } });
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PENDING' });
  });

  it('names a live rollout of its own feature, or is refused', async () => {
    const { replica, old } = await atFifty();
    await replica.features.create(OLGA, { key: 'search' });
    const foreign = replica.contracts.propose(OLGA, planOf([10, 40, 80], { feature: 'search', supersedes: old }));
    await expect(foreign).rejects.toMatchObject({ more: { violations: [{ rule: 'SUPERSEDES_LIVE' }] } });
    const unknown = replica.contracts.propose(OLGA, planOf([10, 40, 80], { supersedes: 'nobody' }));
    await expect(unknown).rejects.toMatchObject({ more: { violations: [{ rule: 'SUPERSEDES_LIVE' }] } });
  });

  it('must be approved like any other', async () => {
    const { replica, old } = await atFifty();
    const { state } = await replica.contracts.propose(OLGA, planOf([10, 40, 80], { supersedes: old }));
    const wish = { contractId: state.contract.id, dryRun: false, startAtMs: null };
    await expect(replica.rollouts.create(OLGA, wish)).rejects.toMatchObject({ code: 'CONTRACT_NOT_APPROVED' });
  });

  it('as a dry run ends nothing and exposes nobody', async () => {
    const { replica, old } = await atFifty();
    const id = await createdRollout(replica, planOf([10, 40, 80], { supersedes: old }), { dryRun: true });
    await start(replica, id);
    expect(await stateOf(replica, old)).toMatchObject({ wedgeState: 'ACTIVE' });
    expect(exposed(replica)).toEqual({ here: 50_000, stored: 50_000 });
  });

  it('at an hour takes over by itself', async () => {
    const { replica, old, world } = await atFifty();
    const startAtMs = world.clock.nowMs() + 10 * MINUTE;
    const id = await createdRollout(replica, planOf([10, 40, 80], { supersedes: old }), { startAtMs });
    for (let ticks = 0; ticks < 3; ticks += 1) await tickDue(replica);
    expect((await stateOf(replica, id)).wedgeState).toBe('ACTIVE');
    expect((await stateOf(replica, old)).wedgeState).toBe('SUPERSEDED');
    expect(replica.known.get(old)).toBeNull();
    expect(exposed(replica)).toEqual({ here: 50_000, stored: 50_000 });
  });

  it('waits where the other ends while the whole chain is verified: there is nothing to take over any more', async () => {
    const { replica, old, world } = await atFifty();
    const startAtMs = world.clock.nowMs() + 10 * MINUTE;
    const id = await createdRollout(replica, planOf([10, 40, 80], { supersedes: old }), { startAtMs });
    await tickDue(replica);
    let ends: (() => Promise<unknown>) | null = () =>
      replica.closings.rollback(OLGA, old, { to: 'zero', comment: 'burning' });
    const ledger = butFor(world.kept.ledger, {
      entries: async (chain, page) => {
        const rollBack = page.afterSeq === 0 ? ends : null;
        if (rollBack !== null) ends = null;
        await rollBack?.();
        return world.kept.ledger.entries(chain, page);
      },
    });
    const other = await startReplica(world, { kept: { ...world.kept, ledger } });
    await tickDue(other);
    expect(ends).toBeNull();
    expect(world.faults).toEqual([]);
    expect((await stateOf(replica, id)).wedgeState).toBe('PENDING');
    expect((await stateOf(replica, old)).wedgeState).toBe('ROLLED_BACK');
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
  });
});
