import type { Claim, ClaimRequest } from '../../control/ports/rolloutRegister.ts';
import type { FeatureDefinition } from '../../domain/feature/feature.ts';
import type { FeatureState } from '../../domain/feature/featureState.ts';
import type { Connection } from './connection.ts';
import { documentIn } from './document.ts';
import { ROLLOUT_COLUMNS, ROLLOUT_TABLES, type RolloutRow, rolloutIn } from './rolloutRow.ts';

type Lease = { readonly id: string; readonly fence: number };

/** Takes the leases, then reads what they are of: in a statement that took a lock, rows of other tables may be older than the locked one. */
export async function claimDue(connection: Connection, request: ClaimRequest): Promise<readonly Claim[]> {
  const leases = await takeLeases(connection, request);
  return leases.length === 0 ? [] : readClaims(connection, leases);
}

/** Of two schedulers that look at once, each skips what the other has locked. */
function takeLeases(connection: Connection, { nowMs, limit, leaseMs }: ClaimRequest): Promise<readonly Lease[]> {
  return connection.query(
    (prisma) => prisma.$queryRaw<Lease[]>`
      WITH due AS (
        SELECT id FROM rollouts
        WHERE watched AND next_check_at_ms <= ${nowMs}
          AND (lease_until_ms IS NULL OR lease_until_ms <= ${nowMs})
        ORDER BY next_check_at_ms LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED
      )
      UPDATE rollouts SET lease_until_ms = ${nowMs + leaseMs}, fence = fence + 1 FROM due WHERE rollouts.id = due.id
      RETURNING rollouts.id, rollouts.fence`,
  );
}

type ClaimRow = RolloutRow & {
  readonly id: string;
  readonly fence: number;
  readonly definition: unknown;
  readonly definition_version: number;
  readonly feature_state: unknown;
  readonly head_seq: number;
};

async function readClaims(connection: Connection, leases: readonly Lease[]): Promise<readonly Claim[]> {
  const ids = leases.map(({ id }) => id);
  const rows = await connection.query(
    (prisma) => prisma.$queryRaw<ClaimRow[]>`
      SELECT ${ROLLOUT_COLUMNS}, rollouts.id, rollouts.fence, features.definition, features.definition_version,
             features.state AS feature_state, coalesce(chains.seq, 0) AS head_seq
      FROM ${ROLLOUT_TABLES} JOIN features ON features.key = rollouts.feature LEFT JOIN chains ON chains.chain = rollouts.feature
      WHERE rollouts.id = ANY(${ids}) ORDER BY rollouts.next_check_at_ms, rollouts.id`,
  );
  const fences = new Map(leases.map(({ id, fence }) => [id, fence]));
  // Another fence: a command has already taken the lease away again.
  return rows.filter((row) => fences.get(row.id) === row.fence).map(claimIn);
}

const claimIn = (row: ClaimRow): Claim => ({
  ...rolloutIn(row),
  fence: row.fence,
  headSeq: row.head_seq,
  feature: {
    definition: documentIn<FeatureDefinition>(row.definition),
    definitionVersion: row.definition_version,
    state: documentIn<FeatureState>(row.feature_state),
  },
});
