import type { Append } from '../../control/ports/ledger.ts';
import type { Notice } from '../../control/ports/outbox.ts';
import type { FeatureState } from '../../domain/feature/featureState.ts';
import type { ContractState } from '../../domain/governance/contractState.ts';
import { recordedStanding, type WaiverState } from '../../domain/governance/waiverState.ts';
import { canonicalJson } from '../../domain/ledger/canonicalJson.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { AppendPlan, PlannedRollout } from './appendPlan.ts';
import type { Transaction } from './connection.ts';
import { Prisma } from './generated/client.ts';

/** Writes down what was planned. */
export async function writePlan(transaction: Transaction, plan: AppendPlan, append: Append): Promise<void> {
  await writeEntries(transaction, plan);
  for (const contract of plan.contracts) await writeContract(transaction, contract);
  for (const waiver of plan.waivers) await writeWaiver(transaction, waiver);
  for (const rollout of plan.rollouts) await writeRollout(transaction, rollout);
  if (plan.feature !== null) await writeFeature(transaction, append.chain, plan.feature);
  if (plan.installation !== null) await writeInstallation(transaction, append.chain, plan.installation);
  await writeNotices(transaction, append.notices, append.recordedAtMs);
}

async function writeEntries(transaction: Transaction, { entries, head }: AppendPlan): Promise<void> {
  const [first] = entries;
  if (first === undefined) return;
  await transaction.$executeRaw`
    INSERT INTO entries (chain, seq, type, at_ms, contract_id, rollout_id, hash, entry)
    VALUES ${Prisma.join(entries.map(entryRow))}`;
  await transaction.$executeRaw`
    UPDATE chains SET seq = ${head.seq}, hash = ${head.hash}, at_ms = ${head.atMs} WHERE chain = ${first.chain}`;
}

function entryRow(entry: Entry): Prisma.Sql {
  const { chain, seq, type, contract, rollout, hash } = entry;
  const atMs = Date.parse(entry.at);
  return Prisma.sql`(${chain}, ${seq}, ${type}, ${atMs}, ${contract}, ${rollout}, ${hash}, ${canonicalJson(entry)}::json)`;
}

function writeContract(transaction: Transaction, state: ContractState): Promise<number> {
  return transaction.$executeRaw`
    INSERT INTO contracts (id, feature, proposed_at_ms, state, named)
    VALUES (${state.contract.id}, ${state.contract.feature}, ${state.proposedAtMs}, ${JSON.stringify(state)}::json,
            ${state.contract.capability !== undefined})
    ON CONFLICT (id) DO UPDATE SET state = excluded.state`;
}

function writeWaiver(transaction: Transaction, state: WaiverState): Promise<number> {
  const { waiverId, feature, planDigest, requestedAtMs, expiresAtMs } = state;
  return transaction.$executeRaw`
    INSERT INTO waivers (id, feature, plan_digest, standing, requested_at_ms, expires_at_ms, state)
    VALUES (${waiverId}, ${feature}, ${planDigest}, ${recordedStanding(state)}, ${requestedAtMs}, ${expiresAtMs},
            ${JSON.stringify(state)}::json)
    ON CONFLICT (id) DO UPDATE SET standing = excluded.standing, state = excluded.state`;
}

async function writeRollout(transaction: Transaction, planned: PlannedRollout): Promise<void> {
  if (planned.isNew) await insertRollout(transaction, planned);
  else await updateRollout(transaction, planned);
  if (planned.tick === null) return;
  const { poll } = planned.tick;
  await transaction.$executeRaw`
    INSERT INTO ticks (rollout_id, at_ms, tick) VALUES (${planned.state.id}, ${poll.atMs}, ${JSON.stringify(planned.tick)}::json)
    ON CONFLICT (rollout_id, at_ms) DO UPDATE SET tick = excluded.tick`;
}

function insertRollout(
  transaction: Transaction,
  { state, live, watched, tick, nextCheckAtMs, fence }: PlannedRollout,
): Promise<number> {
  return transaction.$executeRaw`
    INSERT INTO rollouts (id, feature, created_at_ms, wedge_state, dry_run, live, watched, version, state,
                          tick_at_ms, next_check_at_ms, lease_until_ms, fence)
    VALUES (${state.id}, ${state.feature}, ${state.createdAtMs}, ${state.wedgeState}, ${state.dryRun}, ${live},
            ${watched}, ${state.version}, ${JSON.stringify(state)}::json, ${tick?.poll.atMs ?? null}, ${nextCheckAtMs}, NULL, ${fence})`;
}

function updateRollout(transaction: Transaction, planned: PlannedRollout): Promise<number> {
  const { state, live, watched, tick, nextCheckAtMs, fence, leaseEnds } = planned;
  return transaction.$executeRaw`
    UPDATE rollouts
    SET wedge_state = ${state.wedgeState}, live = ${live}, watched = ${watched}, version = ${state.version}, state = ${JSON.stringify(state)}::json,
        tick_at_ms = coalesce(${tick?.poll.atMs ?? null}, tick_at_ms), next_check_at_ms = ${nextCheckAtMs}, fence = ${fence},
        lease_until_ms = CASE WHEN ${leaseEnds} THEN NULL ELSE lease_until_ms END
    WHERE id = ${state.id}`;
}

function writeFeature(transaction: Transaction, key: string, state: FeatureState): Promise<number> {
  const confirming = state.confirmationsPending.length > 0;
  return transaction.$executeRaw`
    UPDATE features SET state = ${JSON.stringify(state)}::json, confirming = ${confirming} WHERE key = ${key}`;
}

function writeInstallation(
  transaction: Transaction,
  chain: string,
  state: AppendPlan['installation'],
): Promise<number> {
  return transaction.$executeRaw`
    INSERT INTO installation (chain, state) VALUES (${chain}, ${JSON.stringify(state)}::json)
    ON CONFLICT (chain) DO UPDATE SET state = excluded.state`;
}

async function writeNotices(transaction: Transaction, notices: readonly Notice[], dueAtMs: number): Promise<void> {
  if (notices.length === 0) return;
  const rows = notices.map((notice) => Prisma.sql`(${JSON.stringify(notice)}::json, 0, ${dueAtMs})`);
  await transaction.$executeRaw`INSERT INTO outbox (notice, attempts, due_at_ms) VALUES ${Prisma.join(rows)}`;
}
