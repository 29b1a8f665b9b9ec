import type { RolloutRecord } from '../../src/control/ports/rolloutRegister.ts';
import type { RolloutState } from '../../src/domain/rollout/state.ts';
import type { ProposalInput } from './proposals.ts';
import { ANNA, EMIL, OLGA, poll, type Replica, type World } from './simulatedInstallation.ts';

export const FEATURE = 'checkout-v2';
const ARMS = ['all', 'treatment', 'control'] as const;

/** What every arm measures from now on; fresh by the clock of the world, whatever Sluice believes the time to be. */
export function measure(world: World, sli: string, value: number, samples = 1000): void {
  for (const arm of ARMS) {
    world.metrics.answer(sli, arm, ({ windowSeconds, sli: { id } }) => ({
      kind: 'observed',
      value,
      samples,
      coveredSeconds: windowSeconds,
      newestSampleAtMs: world.clock.nowMs(),
      query: id,
    }));
  }
}

/** A healthy release by every criterion of `proposals.ts`, and a bad one. */
export const healthy = (world: World) => measure(world, 'error_rate', 0.001);
export const bad = (world: World) => measure(world, 'error_rate', 0.5);
/** Too bad for a first stage that bears more than the others, too. */
export const terrible = (world: World) => measure(world, 'error_rate', 0.9);
/** Too much for success, too little for the trigger. */
export const doubtful = (world: World) => measure(world, 'error_rate', 0.05);
export function silent(world: World, kind: 'missing' | 'noTraffic'): void {
  for (const arm of ARMS) {
    world.metrics.answer('error_rate', arm, ({ sli: { id } }) =>
      kind === 'missing'
        ? { kind, detail: 'no series', query: id }
        : { kind, newestSampleAtMs: world.clock.nowMs(), query: id },
    );
  }
}

export type Creation = { readonly dryRun?: boolean; readonly startAtMs?: number | null };

/** Olga proposes, Anna approves (and Emil where it is critical): a rollout that waits for its start. */
export async function createdRollout(replica: Replica, input: ProposalInput, creation: Creation = {}): Promise<string> {
  const { features, contracts, rollouts, world } = replica;
  if ((await world.kept.features.get(input.feature)) === null) await features.create(OLGA, { key: input.feature });
  const { state } = await contracts.propose(OLGA, input);
  const word = { decision: 'approve' as const, digest: state.digest, comment: null };
  const approvers = input.criticality === 'critical' ? [ANNA, EMIL] : [ANNA];
  for (const who of approvers) await contracts.decide(who, state.contract.id, word);
  const wish = {
    contractId: state.contract.id,
    dryRun: creation.dryRun ?? false,
    startAtMs: creation.startAtMs ?? null,
  };
  return (await rollouts.create(OLGA, wish)).state.id;
}

export async function startedRollout(replica: Replica, input: ProposalInput, creation: Creation = {}): Promise<string> {
  const id = await createdRollout(replica, input, creation);
  await replica.rollouts.start(OLGA, id, await wishFor(replica, id));
  return id;
}

export async function recordOf(replica: Replica, id: string): Promise<RolloutRecord> {
  const record = await replica.world.kept.rollouts.get(id);
  if (record === null) throw new Error(`no rollout ${id}`);
  return record;
}
export const stateOf = async (replica: Replica, id: string): Promise<RolloutState> =>
  (await recordOf(replica, id)).state;

/** A wish on the rollout as it stands. */
export async function wishFor(replica: Replica, id: string, comment: string | null = null) {
  return { expectedVersion: (await stateOf(replica, id)).version, comment };
}

/** Polls until it stands so, at most so often. */
export async function until(
  replica: Replica,
  id: string,
  isSo: (state: RolloutState) => boolean,
  mostPolls = 4000,
): Promise<RolloutState> {
  for (let polls = 0; polls < mostPolls; polls += 1) {
    const state = await stateOf(replica, id);
    if (isSo(state)) return state;
    await poll(replica);
  }
  throw new Error(`not so after ${mostPolls} polls`);
}
export const inStage = (stageIndex: number) => (state: RolloutState) =>
  state.phase === 'stage' && state.stageIndex === stageIndex;

/** The threshold that lookups of everyone are answered by: in this process, and in the store. */
export function exposed(replica: Replica, feature = FEATURE): { readonly here: number; readonly stored: number } {
  return { here: largest(replica.view.document(feature)), stored: stored(replica.world, feature) };
}

/** The same of the store alone. */
export const stored = ({ store }: World, feature: string): number => largest(store.document(feature));

function largest(document: ReturnType<Replica['view']['document']> | null): number {
  return document == null || document.killed ? 0 : Math.max(0, ...document.grants.map(({ threshold }) => threshold));
}
