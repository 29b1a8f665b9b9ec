import { describe, expect, it } from 'vitest';
import { audited, findingsIn } from '../support/audited.ts';
import type { ProposalInput, StageInput } from '../support/proposals.ts';
import { firstBearsMore, proposalInput, stageInput } from '../support/proposals.ts';
import {
  bad,
  createdRollout,
  doubtful,
  exposed,
  FEATURE,
  healthy,
  inStage,
  measure,
  recordOf,
  silent,
  startedRollout,
  stateOf,
  until,
  wishFor,
} from '../support/release.ts';
import {
  ANNA,
  butFor,
  chainOf,
  EMIL,
  OLGA,
  OSKAR,
  person,
  poll,
  pollFor,
  startReplica,
  type World,
  worldOf,
} from '../support/simulatedInstallation.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

async function installation(options: Parameters<typeof worldOf>[0] = {}) {
  const world = worldOf({ pollIntervalMs: MINUTE, ...options });
  healthy(world);
  return { world, replica: await startReplica(world) };
}
const typesIn = async (world: World) => (await chainOf(world, FEATURE)).map(({ type }) => type);

const LATENCY = {
  id: 'latency',
  kind: 'quantile',
  source: 'prometheus',
  direction: 'lower',
  histogram: 'duration_seconds',
  quantile: 0.95,
  cohort: {},
} as const;
/** Beside the rollback trigger one that pauses when it gets slow. */
function withPauseTrigger(): ProposalInput {
  const slow = {
    sli: 'latency',
    compare: 'absolute',
    operator: '>',
    threshold: 1,
    windowSeconds: 60,
    severity: 'pause',
  } as const;
  const stages = ['canary', 'half', 'everyone'].map((stageId, index): StageInput => {
    const stage = stageInput(stageId, [10, 50, 100][index] ?? 100);
    return { ...stage, rollbackTrigger: [...stage.rollbackTrigger, slow] };
  });
  const plain = proposalInput({}, { wedgeStages: stages });
  return { ...plain, slis: [...plain.slis, LATENCY] };
}

describe('create', () => {
  it('APPROVALS: an approval that expires while its rollout is created was good when it was asked for', async () => {
    const world = worldOf({ pollIntervalMs: MINUTE });
    let answersAfterMs = 0;
    const get = async (key: string) => {
      world.clock.advance(answersAfterMs);
      return world.kept.features.get(key);
    };
    const replica = await startReplica(world, {
      kept: { ...world.kept, features: butFor(world.kept.features, { get }) },
    });
    await replica.features.create(OLGA, { key: FEATURE });
    const { state } = await replica.contracts.propose(OLGA, proposalInput());
    const { contract, digest } = state;
    await replica.contracts.decide(ANNA, contract.id, { decision: 'approve', digest, comment: null });
    world.clock.advance(7 * 24 * HOUR - 1);
    answersAfterMs = 2;
    await replica.rollouts.create(OLGA, { contractId: contract.id, dryRun: false, startAtMs: null });
    expect(findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()))).toEqual([]);
  });
});

describe('start', () => {
  it('needs the version that was seen, and stores nothing where it is refused', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    const before = await typesIn(world);
    const stale = replica.rollouts.start(OLGA, id, { expectedVersion: 99, comment: null });
    await expect(stale).rejects.toMatchObject({ code: 'VERSION_STALE' });
    expect(await typesIn(world)).toEqual(before);
  });

  it('that stands already is no error and no entry', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    const before = await typesIn(world);
    await replica.rollouts.start(OLGA, id, { expectedVersion: 0, comment: null });
    expect(await typesIn(world)).toEqual(before);
  });

  it.each([
    ['a source that is away', (world: World) => world.metrics.fail('refused')],
    ['an SLI without data', (world: World) => silent(world, 'missing')],
  ])('is refused by its preflight over %s', async (_, fault) => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    fault(world);
    const start = replica.rollouts.start(OLGA, id, await wishFor(replica, id));
    await expect(start).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
    expect(await typesIn(world)).not.toContain('started');
  });

  it('under the global stop is held, and says why', async () => {
    const { replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    await replica.installation.setStop(OLGA, 'incident');
    const start = replica.rollouts.start(OLGA, id, await wishFor(replica, id));
    await expect(start).rejects.toMatchObject({ code: 'HELD', more: { reason: 'globalStop', unblocksAt: null } });
  });

  it('of the second rollout of a feature waits for the first', async () => {
    const { replica } = await installation();
    await startedRollout(replica, proposalInput());
    const second = await createdRollout(replica, proposalInput({ title: 'Another' }));
    const start = replica.rollouts.start(OLGA, second, await wishFor(replica, second));
    await expect(start).rejects.toMatchObject({ code: 'HELD', more: { reason: 'concurrency' } });
  });

  it('after a rollback waits for the cooldown, which it names', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await replica.closings.rollback(OLGA, id, { to: 'zero', comment: null });
    const next = await createdRollout(replica, proposalInput({ title: 'Another' }));
    const start = replica.rollouts.start(OLGA, next, await wishFor(replica, next));
    const unblocksAt = new Date(world.clock.nowMs() + HOUR).toISOString();
    await expect(start).rejects.toMatchObject({ code: 'HELD', more: { reason: 'cooldown', unblocksAt } });
    world.clock.advance(HOUR);
    await replica.rollouts.start(OLGA, next, await wishFor(replica, next));
    expect(await stateOf(replica, next)).toMatchObject({ wedgeState: 'ACTIVE' });
  });

  it('of a plan that begins below what a completed rollout left takes nobody away, and says what is granted', async () => {
    const { world, replica } = await installation();
    const plan = (title: string) =>
      proposalInput({ title }, { maxBlastRadius: 60, wedgeStages: [stageInput('canary', 10), stageInput('most', 60)] });
    const first = await startedRollout(replica, plan('first'));
    const second = await createdRollout(replica, plan('second'));
    await until(replica, first, ({ wedgeState }) => wedgeState === 'COMPLETE');
    await replica.rollouts.start(OLGA, second, await wishFor(replica, second));
    expect(exposed(replica)).toEqual({ here: 60_000, stored: 60_000 });
    await until(replica, second, ({ wedgeState }) => wedgeState === 'COMPLETE');
    expect(exposed(replica)).toEqual({ here: 60_000, stored: 60_000 });
    const chain = await chainOf(world, FEATURE);
    const opened = chain.filter(({ type, rollout }) => rollout === second && /started|ramped|advanced/.test(type));
    expect(opened.map(({ type, percentageAfter }) => [type, percentageAfter])).toEqual([
      ['started', 60],
      ['ramped', 60],
      ['advanced', 60],
    ]);
    expect(findingsIn(audited(chain, world.clock.nowMs()))).toEqual([]);
  });

  it('at its hour happens by itself', async () => {
    const { world, replica } = await installation();
    const startAtMs = world.clock.nowMs() + 30 * MINUTE;
    const id = await createdRollout(replica, proposalInput(), { startAtMs });
    await pollFor(replica, 29 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PENDING' });
    await pollFor(replica, 2 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', startedAtMs: startAtMs });
  });

  it('at its hour waits for what preflight misses, and fills no ledger with it', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput(), { startAtMs: world.clock.nowMs() + MINUTE });
    silent(world, 'missing');
    const before = await typesIn(world);
    await pollFor(replica, 30 * MINUTE);
    expect(await typesIn(world)).toEqual(before);
    expect((await replica.rollouts.status(id)).decision).toMatchObject({ kind: 'hold', reason: 'missingData' });
    healthy(world);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
  });

  it('at its hour is refused by a stricter policy of today, as a person would be', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput(), { startAtMs: world.clock.nowMs() + MINUTE });
    const stricter = { ...world, policy: { ...world.policy, minObservationWindowHours: 48 } };
    const today = await startReplica(stricter);
    await pollFor(today, 10 * MINUTE);
    expect(await stateOf(today, id)).toMatchObject({ wedgeState: 'PENDING' });
    const start = today.rollouts.start(OLGA, id, await wishFor(today, id));
    await expect(start).rejects.toMatchObject({ code: 'POLICY_STRICTER' });
  });
});

describe('advance', () => {
  it('with a reason stands in for the stage duration, without one it says until when it is held', async () => {
    const { world, replica } = await installation();
    const stages = [stageInput('canary', 10, { durationHours: 5 }), stageInput('everyone', 100)];
    const id = await startedRollout(replica, proposalInput({}, { wedgeStages: stages }));
    const { visitBeganAtMs } = await until(replica, id, inStage(0));
    await pollFor(replica, 2 * HOUR);
    const unblocksAt = new Date((visitBeganAtMs ?? 0) + 5 * HOUR).toISOString();
    const before = await typesIn(world);
    const bare = replica.rollouts.advance(OSKAR, id, await wishFor(replica, id));
    await expect(bare).rejects.toMatchObject({ code: 'HELD', more: { reason: 'stageDuration', unblocksAt } });
    expect(await typesIn(world)).toEqual(before);
    await replica.rollouts.advance(OSKAR, id, await wishFor(replica, id, 'quiet night'));
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 1 });
    const entry = (await chainOf(world, FEATURE)).at(-1);
    expect(entry).toMatchObject({ type: 'advanced', actor: { subject: 'oskar' }, comment: 'quiet night' });
    expect(entry?.evidence?.context.ask).toMatchObject({ kind: 'advance', subject: 'oskar', comment: 'quiet night' });
  });

  it('skips no observation', async () => {
    const { replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, inStage(0));
    await pollFor(replica, 30 * MINUTE);
    const early = replica.rollouts.advance(ANNA, id, await wishFor(replica, id, 'now'));
    await expect(early).rejects.toMatchObject({ code: 'HELD', more: { reason: 'observationWindow' } });
  });

  it('of a paused or pending rollout is illegal, and says what is allowed', async () => {
    const { replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    const advance = async () => replica.rollouts.advance(ANNA, id, await wishFor(replica, id));
    await expect(advance()).rejects.toMatchObject({ code: 'ILLEGAL_STATE', more: { wedgeState: 'PENDING' } });
    await replica.rollouts.start(OLGA, id, await wishFor(replica, id));
    await replica.closings.pause(OLGA, id, null);
    await expect(advance()).rejects.toMatchObject({
      code: 'ILLEGAL_STATE',
      more: { wedgeState: 'PAUSED', allowed: ['resume', 'approve', 'rollback'] },
    });
  });
});

describe('stage approvals', () => {
  const gated = (more: Partial<ProposalInput> = {}) => {
    const stages = [stageInput('canary', 10), stageInput('everyone', 100, { requiresApproval: true })];
    return firstBearsMore(proposalInput(more, { wedgeStages: stages, rollback: { to: 'previousStage' } }));
  };
  const approve = (who: typeof ANNA, stageId = 'everyone', decision: 'approve' | 'reject' = 'approve') => ({
    on: async (replica: Awaited<ReturnType<typeof installation>>['replica'], id: string) =>
      replica.rollouts.approve(who, id, { ...(await wishFor(replica, id)), stageId, decision }),
  });

  it('may be given ahead', async () => {
    const { replica } = await installation();
    const id = await createdRollout(replica, gated());
    await approve(ANNA).on(replica, id);
    await replica.rollouts.start(OLGA, id, await wishFor(replica, id));
    await until(replica, id, (state) => state.wedgeState === 'COMPLETE');
  });

  it('are waited for, told once, and then it goes on by itself', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, gated());
    await until(replica, id, inStage(0));
    await pollFor(replica, 4 * HOUR);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 0, heldFor: 'approval' });
    const waits = (await chainOf(world, FEATURE)).filter(({ reason }) => reason === 'approval');
    expect(waits).toHaveLength(1);
    expect((await replica.rollouts.status(id)).decision).toMatchObject({
      kind: 'awaitApproval',
      since: waits[0]?.at,
      waitsFor: { role: 'approver', stageId: 'everyone', missing: 1, approved: [], mayNot: 'olga' },
    });
    await approve(ANNA).on(replica, id);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 1 });
  });

  it('not of the proposer, of no unknown stage; two where critical', async () => {
    const { replica } = await installation();
    const id = await startedRollout(replica, gated({ criticality: 'critical' }));
    await until(replica, id, inStage(0));
    const own = approve(person('olga', 'approver', 'admin')).on(replica, id);
    await expect(own).rejects.toMatchObject({ code: 'FOUR_EYES' });
    await expect(approve(ANNA, 'nowhere').on(replica, id)).rejects.toMatchObject({ code: 'STAGE_UNKNOWN' });
    await approve(ANNA).on(replica, id);
    await pollFor(replica, 2 * HOUR);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 0 });
    const { decision } = await replica.rollouts.status(id);
    expect(decision?.waitsFor).toMatchObject({ missing: 1, approved: ['anna'] });
    await approve(EMIL).on(replica, id);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 1 });
  });

  it('are no operator’s where the increments are manual: there anybody who may operate is waited for', async () => {
    const { replica } = await installation();
    const id = await startedRollout(replica, proposalInput({}, { incrementPolicy: 'manual' }));
    await until(replica, id, (state) => state.heldFor === 'approval');
    expect((await replica.rollouts.status(id)).decision?.waitsFor).toEqual({
      role: 'operator',
      stageId: 'half',
      missing: 1,
      approved: [],
      mayNot: null,
    });
  });

  it('of a start at its hour are waited for since then', async () => {
    const { world, replica } = await installation();
    const stages = [stageInput('canary', 10, { requiresApproval: true }), stageInput('everyone', 100)];
    const startAtMs = world.clock.nowMs() + 5 * MINUTE;
    const id = await createdRollout(replica, proposalInput({}, { wedgeStages: stages }), { startAtMs });
    await pollFor(replica, 9 * MINUTE);
    expect((await replica.rollouts.status(id)).decision).toMatchObject({
      kind: 'awaitApproval',
      since: new Date(startAtMs).toISOString(),
      waitsFor: { stageId: 'canary', missing: 1 },
    });
    await approve(ANNA, 'canary').on(replica, id);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
  });

  it('are void after any rollback: coming again needs one given since', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, gated());
    await approve(ANNA).on(replica, id);
    await replica.rollouts.start(OLGA, id, await wishFor(replica, id));
    await until(replica, id, inStage(1));
    bad(world);
    await poll(replica);
    healthy(world);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 0, stageApprovals: [] });
    await pollFor(replica, 5 * HOUR);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 0, heldFor: 'approval' });
    await approve(ANNA).on(replica, id);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 1 });
  });
});

describe('pause and resume', () => {
  const slow = (world: World) => measure(world, 'latency', 2);
  const quick = (world: World) => measure(world, 'latency', 0.1);

  async function pausedBySlowness() {
    const { world, replica } = await installation();
    quick(world);
    const id = await startedRollout(replica, withPauseTrigger());
    await until(replica, id, inStage(0));
    await pollFor(replica, 10 * MINUTE);
    slow(world);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED' });
    return { world, replica, id };
  }
  const resume = async ({ replica, id }: Awaited<ReturnType<typeof pausedBySlowness>>) =>
    replica.rollouts.resume(OLGA, id, await wishFor(replica, id));

  it('a pause keeps the exposure, is still protected, and ends by nothing but resume', async () => {
    const { world, replica, id } = await pausedBySlowness();
    quick(world);
    await pollFor(replica, 5 * HOUR);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED' });
    expect(exposed(replica).stored).toBe(10_000);
    bad(world);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });

  it('resume acknowledges what fails at that moment: mute until it passes once', async () => {
    const made = await pausedBySlowness();
    const { world, replica, id } = made;
    await resume(made);
    await pollFor(replica, 30 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', acknowledged: ['trigger/1'] });
    quick(world);
    await poll(replica);
    slow(world);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED' });
  });

  it('what was acknowledged stays mute through another pause, also where nobody could tell at that moment', async () => {
    const made = await pausedBySlowness();
    const { world, replica, id } = made;
    await resume(made);
    await poll(replica);
    await replica.closings.pause(OLGA, id, null);
    world.metrics.fail('away');
    await poll(replica);
    await resume(made);
    world.metrics.recover();
    await pollFor(replica, 5 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
  });

  it('what failed in another stage is not acknowledged in this one', async () => {
    const { world, replica } = await installation();
    quick(world);
    const plan = withPauseTrigger();
    const id = await startedRollout(replica, plan);
    await until(replica, id, inStage(1));
    slow(world);
    await poll(replica);
    await replica.closings.rollback(OLGA, id, { to: 'previousStage', comment: null });
    await replica.rollouts.resume(OLGA, id, await wishFor(replica, id));
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 0, acknowledged: [] });
  });

  it('resume restarts the observation, not the stage duration', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, inStage(0));
    await pollFor(replica, 50 * MINUTE);
    await replica.closings.pause(OLGA, id, null);
    await pollFor(replica, 2 * HOUR);
    const resumedAtMs = world.clock.nowMs();
    await replica.rollouts.resume(OLGA, id, await wishFor(replica, id));
    const { visitBeganAtMs } = await until(replica, id, inStage(1));
    expect((visitBeganAtMs ?? 0) - resumedAtMs).toBe(HOUR);
    expect((await recordOf(replica, id)).state.wedgeState).toBe('ACTIVE');
  });

  it('people hear of the resume as they heard of the pause', async () => {
    const made = await pausedBySlowness();
    await resume(made);
    const told = await made.world.kept.outbox.claim(made.world.clock.nowMs() + HOUR, 100, MINUTE);
    expect(told.map(({ notice }) => notice.kind)).toEqual(expect.arrayContaining(['paused', 'resumed']));
  });

  it('a success criterion that never passes pauses it after three windows', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, inStage(0));
    doubtful(world);
    await pollFor(replica, 3 * HOUR - 2 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
    await pollFor(replica, 4 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED' });
    expect((await chainOf(world, FEATURE)).at(-1)).toMatchObject({ type: 'paused', reason: 'noProgress' });
  });
});

describe('a dry run', () => {
  it('goes its way beside a live rollout and exposes nobody', async () => {
    const { world, replica } = await installation();
    const live = await startedRollout(replica, proposalInput());
    await until(replica, live, inStage(0));
    const before = world.store.served.length;
    const dry = await startedRollout(replica, proposalInput({ title: 'Pretend' }), { dryRun: true });
    await pollFor(replica, 5 * MINUTE);
    expect(await stateOf(replica, dry)).toMatchObject({ wedgeState: 'ACTIVE', phase: 'ramp' });
    expect(world.store.served.length).toBe(before);
    bad(world);
    world.clock.advance(MINUTE);
    await replica.scheduler.look();
    await replica.scheduler.settled();
    expect(await stateOf(replica, dry)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    const entries = (await chainOf(world, FEATURE)).filter(({ rollout }) => rollout === dry);
    expect(entries.every(({ dryRun }) => dryRun)).toBe(true);
  });

  it('causes no cooldown and uses no contract', async () => {
    const { world, replica } = await installation();
    const input = proposalInput();
    const dry = await startedRollout(replica, input, { dryRun: true });
    await replica.closings.rollback(OLGA, dry, { to: 'zero', comment: null });
    expect((await world.kept.features.get(FEATURE))?.state.cooldownUntilMs).toBeNull();
    const { contract } = await stateOf(replica, dry);
    const real = await replica.rollouts.create(OLGA, { contractId: contract.id, dryRun: false, startAtMs: null });
    await replica.rollouts.start(OLGA, real.state.id, await wishFor(replica, real.state.id));
    expect(exposed(replica).stored).toBe(5_000);
  });

  it('takes approvals as given, and marks them so', async () => {
    const { world, replica } = await installation();
    const stages = [
      stageInput('canary', 10),
      stageInput('half', 50, { requiresApproval: true }),
      stageInput('everyone', 100),
    ];
    const id = await startedRollout(replica, proposalInput({}, { wedgeStages: stages }), { dryRun: true });
    await until(replica, id, (state) => state.wedgeState === 'COMPLETE');
    const opened = (await chainOf(world, FEATURE)).filter(({ type }) => type === 'started' || type === 'advanced');
    expect(opened.map(({ stage, data }) => [stage, data])).toEqual([
      ['canary', expect.objectContaining({ approvalTakenAsGiven: false })],
      ['half', expect.objectContaining({ approvalTakenAsGiven: true })],
      ['everyone', expect.objectContaining({ approvalTakenAsGiven: false })],
    ]);
  });

  it('a rollback of what it completed is none: terminal stays terminal', async () => {
    const { replica } = await installation();
    const id = await startedRollout(replica, proposalInput(), { dryRun: true });
    await until(replica, id, (state) => state.wedgeState === 'COMPLETE');
    await replica.closings.rollback(OLGA, id, { to: 'zero', comment: null }).catch(() => {});
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'COMPLETE' });
  });
});

describe('kill and revive', () => {
  it('a kill during a live rollout ends it; revive leaves what was there before', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, inStage(1));
    await replica.closings.kill(OLGA, FEATURE, 'burning');
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    expect(await replica.features.revive(OLGA, FEATURE, 'mended')).toMatchObject({ outcome: 'revived' });
    expect(world.store.document(FEATURE)).toMatchObject({ killed: false, grants: [], live: null });
  });

  it('SLU-DOOR: after a completed rollout revive takes a second person, who is an approver', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, (state) => state.wedgeState === 'COMPLETE');
    await replica.closings.rollback(OLGA, id, { to: null, comment: 'odd' });
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    expect(await replica.features.revive(OLGA, FEATURE, 'mended')).toMatchObject({ outcome: 'waiting' });
    expect(await replica.features.revive(OLGA, FEATURE, 'mended')).toMatchObject({ outcome: 'waiting' });
    await expect(replica.features.revive(OSKAR, FEATURE, 'mended')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(world.store.document(FEATURE)?.killed).toBe(true);
    expect(await replica.features.revive(ANNA, FEATURE, 'mended')).toMatchObject({ outcome: 'revived' });
    expect(exposed(replica)).toEqual({ here: 100_000, stored: 100_000 });
  });

  it('nothing starts on a killed feature', async () => {
    const { replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    await replica.closings.kill(OLGA, FEATURE, 'burning');
    const start = replica.rollouts.start(OLGA, id, await wishFor(replica, id));
    await expect(start).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
  });
});
