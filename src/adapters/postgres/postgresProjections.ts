import type { ListedFeature, ListedRange, ProjectionReader } from '../../control/ports/projectionReader.ts';
import type { FeatureState } from '../../domain/feature/featureState.ts';
import type { ContractState } from '../../domain/governance/contractState.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { CustomerRecords } from '../../domain/projection/customer.ts';
import type { EffectivenessRecords, Period } from '../../domain/projection/effectiveness.ts';
import { frozen } from '../../domain/projection/frozen.ts';
import { MILESTONES, type Milestone } from '../../domain/projection/milestone.ts';
import { LINEAGE, type RolloutRecords } from '../../domain/projection/rolloutRecords.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { documentIn } from './document.ts';
import { happenings } from './happenings.ts';
import type { Asking, ReadOnly } from './readOnly.ts';

/** Answers from read-only transactions; each method is one. */
export class PostgresProjections implements ProjectionReader {
  readonly #readOnly: ReadOnly;

  constructor(readOnly: ReadOnly) {
    this.#readOnly = readOnly;
  }

  async rollout(id: string): Promise<RolloutRecords | null> {
    return frozen(await this.#readOnly.transaction((client) => rolloutRecords(client, id)));
  }

  async customer(feature: string): Promise<CustomerRecords | null> {
    const [found] = await this.customers({ after: null, limit: 1, features: [feature] });
    return found?.records ?? null;
  }

  async customers(range: ListedRange): Promise<readonly ListedFeature[]> {
    return frozen(await this.#readOnly.transaction((client) => listed(client, range)));
  }

  async happenings(period: Period, features: readonly string[] | null): Promise<EffectivenessRecords> {
    return frozen(await this.#readOnly.transaction((client) => happenings(client, period, features)));
  }
}

async function rolloutRecords(client: Asking, id: string): Promise<RolloutRecords | null> {
  const found = await client.query<{ state: unknown }>('SELECT state FROM rollouts WHERE id = $1', [id]);
  const [row] = found.rows;
  if (row === undefined) return null;
  const rollout = documentIn<RolloutState>(row.state);
  const contracts = await client.query<{ state: unknown }>('SELECT state FROM contracts WHERE id = $1', [
    rollout.contract.id,
  ]);
  const entries = await client.query<{ entry: unknown }>(
    `SELECT entry FROM entries
     WHERE chain = $1 AND type = ANY($2) AND (rollout_id = $3 OR (contract_id = $4 AND rollout_id IS NULL)) ORDER BY seq`,
    [rollout.feature, LINEAGE, id, rollout.contract.id],
  );
  return {
    rollout,
    contract: documentIn<ContractState | null>(contracts.rows[0]?.state ?? null),
    entries: entries.rows.map(({ entry }) => documentIn<Entry>(entry)),
  };
}

type FeatureRow = { readonly key: string; readonly position: string; readonly state: unknown };

/** Three questions, whatever the page: its features, what happened to them, the contracts that it happened by. */
async function listed(client: Asking, { after, limit, features }: ListedRange): Promise<readonly ListedFeature[]> {
  const { rows } = await client.query<FeatureRow>(
    `SELECT key, customer_position AS position, state FROM features
     WHERE customer_position > $1 AND NOT archived AND ($2::text[] IS NULL OR key = ANY($2))
       AND EXISTS (SELECT FROM contracts WHERE contracts.feature = features.key AND contracts.named)
     ORDER BY customer_position LIMIT $3`,
    [after ?? '', features, limit],
  );
  const keys = rows.map(({ key }) => key);
  const milestones = await milestonesOf(client, keys);
  const contracts = await contractsOf(client, keys, milestones);
  return rows.map(({ key, position, state }) => ({
    position,
    records: {
      state: documentIn<FeatureState>(state),
      contracts: contracts.get(key) ?? [],
      milestones: milestones.get(key) ?? [],
    },
  }));
}

type OfFeatures<T> = ReadonlyMap<string, readonly T[]>;

/** Without their evidence, which would be most of what is read. `->`, not `->>`: whatever JSON can say may stand beside it. */
async function milestonesOf(client: Asking, keys: readonly string[]): Promise<OfFeatures<Milestone>> {
  const { rows } = await client.query<{ chain: string; milestone: unknown }>(
    `SELECT chain, json_build_object('seq', seq, 'type', type, 'contract', contract_id, 'rollout', rollout_id,
                                     'at', entry->'at', 'dryRun', entry->'dryRun', 'data', entry->'data') AS milestone
     FROM entries WHERE chain = ANY($1) AND type = ANY($2) ORDER BY chain, seq`,
    [keys, MILESTONES],
  );
  return grouped(rows, ({ chain, milestone }) => [chain, documentIn<Milestone>(milestone)]);
}

async function contractsOf(
  client: Asking,
  keys: readonly string[],
  milestones: OfFeatures<Milestone>,
): Promise<OfFeatures<ContractState>> {
  const moving = [...milestones.values()].flat().map(({ contract }) => contract);
  const { rows } = await client.query<{ feature: string; state: unknown }>(
    `SELECT feature, state FROM contracts WHERE feature = ANY($1) AND named
     UNION ALL
     SELECT feature, state FROM contracts WHERE id = ANY($2) AND NOT named`,
    [keys, [...new Set(moving.filter((id) => id !== null))]],
  );
  const contracts = rows.map(({ feature, state }) => ({ feature, state: documentIn<ContractState>(state) }));
  const oldestFirst = contracts.toSorted((one, other) => one.state.proposedAtMs - other.state.proposedAtMs);
  return grouped(oldestFirst, ({ feature, state }) => [feature, state]);
}

function grouped<R, T>(rows: readonly R[], placeOf: (row: R) => readonly [string, T]): OfFeatures<T> {
  const groups = new Map<string, T[]>();
  for (const [key, value] of rows.map(placeOf)) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
}
