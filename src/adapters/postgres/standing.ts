import type { Append } from '../../control/ports/ledger.ts';
import type { FeatureState } from '../../domain/feature/featureState.ts';
import type { ContractState } from '../../domain/governance/contractState.ts';
import { type InstallationState, NEW_INSTALLATION } from '../../domain/governance/installationState.ts';
import type { WaiverState } from '../../domain/governance/waiverState.ts';
import { type ChainHead, EMPTY_CHAIN } from '../../domain/ledger/chain.ts';
import { INSTALLATION_CHAIN } from '../../domain/ledger/entry.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { type Standing, type StoredRollout, spokenOf } from './appendPlan.ts';
import type { Transaction } from './connection.ts';
import { documentIn } from './document.ts';

/**
 * Takes the chain's lock and then reads what the append rests on. In this order and in statements of their own: a statement
 * that waited for the lock still sees everything else as it was before the wait.
 */
export async function lockStanding(transaction: Transaction, append: Append): Promise<Standing> {
  const head = await lockHead(transaction, append.chain);
  const { contractIds, waiverIds, rolloutIds } = spokenOf(append);
  return {
    head,
    feature: await featureOf(transaction, append.chain),
    installation: await installationOf(transaction, append.chain),
    contracts: await contractsOf(transaction, contractIds),
    waivers: await waiversOf(transaction, waiverIds),
    rollouts: await lockRollouts(transaction, rolloutIds),
  };
}

type HeadRow = { readonly seq: number; readonly hash: string; readonly at_ms: bigint };

/** Whoever changes what is derived from a chain, or what rests on that, queues here. */
export async function lockHead(transaction: Transaction, chain: string): Promise<ChainHead> {
  const found = await lockedHead(transaction, chain);
  if (found !== null) return found;
  const { seq, hash, atMs } = EMPTY_CHAIN;
  await transaction.$executeRaw`
    INSERT INTO chains (chain, seq, hash, at_ms) VALUES (${chain}, ${seq}, ${hash}, ${atMs}) ON CONFLICT DO NOTHING`;
  // Ours, or that of the writer who was first and whose commit the insert has waited for.
  return (await lockedHead(transaction, chain)) ?? EMPTY_CHAIN;
}

async function lockedHead(transaction: Transaction, chain: string): Promise<ChainHead | null> {
  const [row] = await transaction.$queryRaw<HeadRow[]>`
    SELECT seq, hash, at_ms FROM chains WHERE chain = ${chain} FOR UPDATE`;
  return row === undefined ? null : { seq: row.seq, hash: row.hash, atMs: Number(row.at_ms) };
}

async function featureOf(transaction: Transaction, chain: string): Promise<Standing['feature']> {
  if (chain === INSTALLATION_CHAIN) return null;
  const [row] = await transaction.$queryRaw<{ state: unknown; definition_version: number }[]>`
    SELECT state, definition_version FROM features WHERE key = ${chain}`;
  if (row === undefined) return null;
  return { state: documentIn<FeatureState>(row.state), definitionVersion: row.definition_version };
}

async function installationOf(transaction: Transaction, chain: string): Promise<InstallationState> {
  if (chain !== INSTALLATION_CHAIN) return NEW_INSTALLATION;
  const [row] = await transaction.$queryRaw<
    { state: unknown }[]
  >`SELECT state FROM installation WHERE chain = ${chain}`;
  return row === undefined ? NEW_INSTALLATION : documentIn<InstallationState>(row.state);
}

async function contractsOf(transaction: Transaction, ids: readonly string[]): Promise<Standing['contracts']> {
  if (ids.length === 0) return new Map();
  const rows = await transaction.$queryRaw<{ id: string; state: unknown }[]>`
    SELECT id, state FROM contracts WHERE id = ANY(${ids})`;
  return new Map(rows.map((row) => [row.id, documentIn<ContractState>(row.state)]));
}

async function waiversOf(transaction: Transaction, ids: readonly string[]): Promise<Standing['waivers']> {
  if (ids.length === 0) return new Map();
  const rows = await transaction.$queryRaw<{ id: string; state: unknown }[]>`
    SELECT id, state FROM waivers WHERE id = ANY(${ids})`;
  return new Map(rows.map((row) => [row.id, documentIn<WaiverState>(row.state)]));
}

type RolloutRow = {
  readonly id: string;
  readonly state: unknown;
  readonly fence: number;
  readonly next_check_at_ms: bigint | null;
  readonly tick_at_ms: bigint | null;
};

/** Locked too: a claim or a tick must not come between the look at the fence and the commit. */
async function lockRollouts(transaction: Transaction, ids: readonly string[]): Promise<Standing['rollouts']> {
  if (ids.length === 0) return new Map();
  const rows = await transaction.$queryRaw<RolloutRow[]>`
    SELECT id, state, fence, next_check_at_ms, tick_at_ms FROM rollouts WHERE id = ANY(${ids}) ORDER BY id FOR NO KEY UPDATE`;
  return new Map(rows.map((row) => [row.id, storedRollout(row)]));
}

const storedRollout = (row: RolloutRow): StoredRollout => ({
  state: documentIn<RolloutState>(row.state),
  fence: row.fence,
  nextCheckAtMs: row.next_check_at_ms === null ? null : Number(row.next_check_at_ms),
  tickAtMs: row.tick_at_ms === null ? null : Number(row.tick_at_ms),
});
