import type { WedgeStage } from '../../domain/contract/wedge.ts';
import { type EffectivenessRecords, estimatesOf, type Period } from '../../domain/projection/effectiveness.ts';
import { HAPPENINGS, type Happening } from '../../domain/projection/happening.ts';
import { documentIn } from './document.ts';
import type { Asking } from './readOnly.ts';

/** What happened within the period, and all that ever happened to the rollouts that it happened to; without evidence and contracts. */
export async function happenings(
  client: Asking,
  { fromMs, toMs }: Period,
  features: readonly string[] | null,
): Promise<EffectivenessRecords> {
  const { rows } = await client.query<{ rollout_id: string | null; happening: unknown }>(
    `WITH met AS (
       SELECT DISTINCT rollout_id FROM entries
       WHERE at_ms >= $1 AND at_ms < $2 AND type = ANY($3) AND rollout_id IS NOT NULL
     )
     SELECT rollout_id,
            json_build_object('seq', seq, 'chain', chain, 'type', type, 'contract', contract_id, 'rollout', rollout_id,
                              'at', entry->'at', 'dryRun', entry->'dryRun', 'stage', entry->'stage', 'reason', entry->'reason',
                              'percentageBefore', entry->'percentageBefore', 'percentageAfter', entry->'percentageAfter',
                              'data', CASE WHEN type = 'proposed' THEN json_build_object('waivers', entry->'data'->'waivers')
                                           ELSE entry->'data' END) AS happening
     FROM entries
     WHERE type = ANY($3) AND ($4::text[] IS NULL OR chain = ANY($4))
       AND (at_ms >= $1 AND at_ms < $2 OR rollout_id IN (SELECT rollout_id FROM met))
     ORDER BY chain, seq`,
    [fromMs, toMs, HAPPENINGS, features],
  );
  const ids = [...new Set(rows.map(({ rollout_id: id }) => id).filter((id) => id !== null))];
  return {
    happenings: rows.map(({ happening }) => documentIn<Happening>(happening)),
    affectedCustomers: await estimates(client, ids),
  };
}

type StageRow = { readonly id: string; readonly stages: unknown };

async function estimates(client: Asking, ids: readonly string[]): Promise<EffectivenessRecords['affectedCustomers']> {
  const { rows } = await client.query<StageRow>(
    `SELECT id, state->'contract'->'rolloutWedge'->'wedgeStages' AS stages FROM rollouts WHERE id = ANY($1)`,
    [ids],
  );
  return Object.fromEntries(rows.map(({ id, stages }) => [id, estimatesOf(documentIn<readonly WedgeStage[]>(stages))]));
}
