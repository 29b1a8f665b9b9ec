import fc from 'fast-check';
import { FlagStoreUnreachable } from '../../src/control/ports/flagStore.ts';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import { Refusal } from '../../src/control/refusal.ts';
import { isTerminal } from '../../src/domain/rollout/state.ts';
import { type ProposalInput, proposalInput, stageInput } from './proposals.ts';
import { bad, createdRollout, doubtful, FEATURE, healthy, recordOf, silent, wishFor } from './release.ts';
import {
  ANNA,
  OLGA,
  OSKAR,
  poll,
  type Replaced,
  type Replica,
  startReplica,
  type World,
  worldOf,
} from './simulatedInstallation.ts';
import { YOUNG_POLICY } from './youngPolicy.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Long, so that a release is told in some dozens of polls. */
const POLL_MS = 5 * MINUTE;

/** What may happen to an installation and its one rollout. What makes no sense at that moment is refused, and nothing happens. */
type Act =
  | { readonly do: 'poll'; readonly times: number }
  | { readonly do: 'measure'; readonly what: 'healthy' | 'bad' | 'doubtful' | 'missing' | 'noTraffic' | 'away' }
  | { readonly do: 'start' | 'resume' | 'pause' | 'kill' | 'approve' | 'stop' | 'liftStop' | 'restart' }
  | { readonly do: 'advance'; readonly approver: boolean; readonly comment: string | null }
  | { readonly do: 'rollBack'; readonly to: 'zero' | 'previousStage' | null }
  | { readonly do: 'revive'; readonly approver: boolean }
  | { readonly do: 'clock'; readonly ms: number }
  | { readonly do: 'ledger' | 'store'; readonly away: boolean }
  | { readonly do: 'hand'; readonly percent: number };

const always = <T>(value: T) => fc.constant(value);

/** Mostly time that passes, so that releases get somewhere. */
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 14, arbitrary: fc.record({ do: always('poll' as const), times: fc.integer({ min: 1, max: 16 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: always('measure' as const),
      what: fc.constantFrom(
        'healthy' as const,
        'healthy' as const,
        'healthy' as const,
        'bad' as const,
        'doubtful' as const,
        'missing' as const,
        'noTraffic' as const,
        'away' as const,
      ),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom<Act>(
      { do: 'start' },
      { do: 'resume' },
      { do: 'resume' },
      { do: 'approve' },
      { do: 'approve' },
      { do: 'pause' },
      { do: 'stop' },
      { do: 'liftStop' },
      { do: 'liftStop' },
      { do: 'restart' },
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: always('advance' as const),
      approver: fc.boolean(),
      comment: fc.constantFrom('quiet night', null),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: always('rollBack' as const),
      to: fc.constantFrom('zero' as const, 'previousStage' as const, null),
    }),
  },
  { weight: 1, arbitrary: always<Act>({ do: 'kill' }) },
  { weight: 1, arbitrary: fc.record({ do: always('revive' as const), approver: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: always('clock' as const),
      ms: fc.constantFrom(-3 * HOUR, -20 * MINUTE, -1000, 7_000, 40 * MINUTE, 3 * HOUR),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('ledger' as const, 'store' as const), away: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: always('hand' as const), percent: fc.constantFrom(0, 2, 7, 90) }) },
);

type Plan = {
  readonly to: 'zero' | 'previousStage';
  readonly manual: boolean;
  readonly requiresApproval: boolean;
  readonly stabilizationHours: number;
};
const anyPlan: fc.Arbitrary<Plan> = fc.record({
  to: fc.constantFrom('zero' as const, 'previousStage' as const),
  manual: fc.boolean(),
  requiresApproval: fc.boolean(),
  stabilizationHours: fc.constantFrom(0, 2),
});

/** 5, 10, 30 and 60 % of everyone, and never more than that. */
export const BLAST_RADIUS = 60;
function inputOf(plan: Plan): ProposalInput {
  const stage = (stageId: string, targetPercentage: number, requiresApproval: boolean) =>
    stageInput(stageId, targetPercentage, {
      requiresApproval,
      stabilization: { minimumDurationHours: plan.stabilizationHours, healthThreshold: 0.9 },
    });
  return proposalInput(
    { capability: { name: 'One-page checkout', announced: true } },
    {
      maxBlastRadius: BLAST_RADIUS,
      incrementPolicy: plan.manual ? 'manual' : 'linear',
      rollback: { to: plan.to },
      wedgeStages: [stage('canary', 10, false), stage('third', 30, plan.requiresApproval), stage('most', 60, false)],
    },
  );
}

export type Story = { readonly plan: Plan; readonly acts: readonly Act[] };
const onward = fc.oneof(
  fc.record({ do: always('poll' as const), times: fc.integer({ min: 8, max: 16 }) }),
  fc.constantFrom<Act>({ do: 'approve' }, { do: 'advance', approver: true, comment: 'quiet night' }),
);
/** It goes well for a while, then anything may happen. */
export const stories: fc.Arbitrary<Story> = fc
  .record({
    plan: anyPlan,
    well: fc.array(onward, { maxLength: 8, size: 'max' }),
    later: fc.array(anyAct, { minLength: 5, maxLength: 30, size: 'max' }),
  })
  .map(({ plan, well, later }) => ({ plan, acts: [...well, ...later] }));
/** Nothing outside fails and nobody meddles: such releases go through. */
export const quietStories: fc.Arbitrary<Story> = fc.record({
  plan: anyPlan,
  acts: fc.array(
    anyAct.filter((act) => !['ledger', 'store', 'hand', 'kill', 'rollBack', 'restart', 'clock'].includes(act.do)),
    { minLength: 15, maxLength: 40, size: 'max' },
  ),
});

/** An installation in the middle of a story. */
export type Told = {
  readonly world: World;
  replica: Replica;
  readonly id: string;
  /** What the world is like: which of its parts answer, and what they measure. */
  now: { measure: string; ledgerAway: boolean; storeAway: boolean };
};
export type Witness = (told: Told, act: Act) => void | Promise<void>;

/** Tells a story from its beginning, a started rollout; after each act the witness looks. */
export async function tell(story: Story, witness: Witness = () => {}, replaced: Replaced = {}): Promise<Told> {
  const world = worldOf({ pollIntervalMs: POLL_MS, policy: { ...YOUNG_POLICY, cooldownMinutes: 20 } });
  healthy(world);
  const replica = await startReplica(world, replaced);
  const id = await createdRollout(replica, inputOf(story.plan));
  const told: Told = { world, replica, id, now: { measure: 'healthy', ledgerAway: false, storeAway: false } };
  for (const act of [{ do: 'start' } as const, ...story.acts]) {
    await carryOut(told, act, replaced).catch(leaveRefused);
    await witness(told, act);
  }
  return told;
}

/** The parts that were away are back, and two rounds have gone by: what should have come together has. */
export async function settled(told: Told): Promise<Told> {
  told.world.kept.mend();
  told.world.store.mend();
  await poll(told.replica);
  await poll(told.replica);
  await poll(told.replica);
  return told;
}

function leaveRefused(error: unknown): void {
  const isExpected =
    error instanceof Refusal || error instanceof LedgerUnreachable || error instanceof FlagStoreUnreachable;
  if (!isExpected) throw error;
}

async function carryOut(told: Told, act: Act, replaced: Replaced): Promise<void> {
  const { world, replica, id } = told;
  switch (act.do) {
    case 'poll':
      for (let times = 0; times < act.times; times += 1) await poll(replica);
      return;
    case 'measure':
      return measured(told, act.what);
    case 'start':
      await replica.rollouts.start(OLGA, id, await wishFor(replica, id));
      return;
    case 'resume':
      await replica.rollouts.resume(OLGA, id, await wishFor(replica, id));
      return;
    case 'advance':
      await replica.rollouts.advance(act.approver ? ANNA : OSKAR, id, await wishFor(replica, id, act.comment));
      return;
    case 'approve':
      return approved(replica, id);
    case 'pause':
      await replica.closings.pause(OLGA, id, null);
      return;
    case 'rollBack':
      await replica.closings.rollback(OLGA, id, { to: act.to, comment: null });
      return;
    case 'kill':
      await replica.closings.kill(OLGA, FEATURE, 'burning');
      return;
    case 'revive':
      await replica.features.revive(act.approver ? ANNA : OLGA, FEATURE, 'mended');
      return;
    case 'stop':
      await replica.installation.setStop(OLGA, 'incident');
      return;
    case 'liftStop':
      await replica.installation.liftStop(OLGA, null);
      return;
    case 'clock':
      return world.clock.advance(act.ms);
    case 'ledger':
      told.now = { ...told.now, ledgerAway: act.away };
      return act.away ? world.kept.cut() : world.kept.mend();
    case 'store':
      told.now = { ...told.now, storeAway: act.away };
      return act.away ? world.store.cut() : world.store.mend();
    case 'restart':
      // With the ledger away a process does not come up.
      if (!told.now.ledgerAway) told.replica = await startReplica(world, replaced);
      return;
    case 'hand':
      return told.now.storeAway ? undefined : world.store.editByHand(FEATURE, { rolloutPercent: act.percent });
  }
}

function measured(told: Told, what: Extract<Act, { do: 'measure' }>['what']): void {
  told.now = { ...told.now, measure: what };
  const { world } = told;
  world.metrics.recover();
  if (what === 'away') world.metrics.fail('connection refused');
  else if (what === 'missing' || what === 'noTraffic') silent(world, what);
  else ({ healthy, bad, doubtful })[what](world);
}

async function approved(replica: Replica, id: string): Promise<void> {
  const { state } = await recordOf(replica, id);
  if (isTerminal(state.wedgeState)) return;
  const next = state.contract.rolloutWedge.wedgeStages[state.stageIndex + 1];
  if (next === undefined) return;
  const wish = { expectedVersion: state.version, comment: null, stageId: next.stageId, decision: 'approve' as const };
  await replica.rollouts.approve(ANNA, id, wish);
}
