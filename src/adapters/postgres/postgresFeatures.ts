import {
  type Cursor,
  type FeatureFilter,
  type FeatureMark,
  type FeatureRecord,
  type FeatureRegister,
  type SeenFeature,
  seenOf,
} from '../../control/ports/featureRegister.ts';
import type { FeatureDefinition } from '../../domain/feature/feature.ts';
import { closedFeature, type FeatureState } from '../../domain/feature/featureState.ts';
import { sameJson } from '../../domain/feature/sameJson.ts';
import { customerPosition } from '../../domain/projection/customerPosition.ts';
import type { Connection } from './connection.ts';
import { documentIn } from './document.ts';
import { lockHead } from './standing.ts';

export class PostgresFeatures implements FeatureRegister {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async add(definition: FeatureDefinition): Promise<boolean> {
    const state = closedFeature(definition.createdAtMs);
    const fixed = { key: definition.key, customerPosition: customerPosition(definition), confirming: false };
    const row = { ...columnsOf(definition), ...fixed, definitionVersion: 1, state };
    const { count } = await this.#connection.query((prisma) =>
      prisma.feature.createMany({ data: [row], skipDuplicates: true }),
    );
    return count === 1;
  }

  async get(key: string): Promise<FeatureRecord | null> {
    const row = await this.#connection.query((prisma) => prisma.feature.findUnique({ where: { key } }));
    return row === null ? null : recordOf(row);
  }

  async some(keys: readonly string[]): Promise<readonly FeatureRecord[]> {
    const where = { key: { in: [...keys] } };
    const rows = await this.#connection.query((prisma) => prisma.feature.findMany({ where }));
    return rows.map(recordOf);
  }

  /**
   * Of the definition it is the version, of the state the end of the chain that it is folded from: both only grow, and neither needs
   * the documents to be read.
   */
  async marks({ after, limit }: Cursor): Promise<readonly FeatureMark[]> {
    return this.#connection.query(
      (prisma) => prisma.$queryRaw<FeatureMark[]>`
        SELECT key, definition_version || ' ' || COALESCE(hash, '') AS mark
        FROM features LEFT JOIN chains ON chain = key
        WHERE key > ${after ?? ''} ORDER BY key LIMIT ${limit}`,
    );
  }

  async list({ owner, archived }: FeatureFilter, { after, limit }: Cursor): Promise<readonly FeatureRecord[]> {
    const where = {
      ...(owner === undefined ? {} : { owner }),
      ...(archived === undefined ? {} : { archived }),
      ...(after === null ? {} : { key: { gt: after } }),
    };
    const rows = await this.#connection.query((prisma) =>
      prisma.feature.findMany({ where, orderBy: { key: 'asc' }, take: limit }),
    );
    return rows.map(recordOf);
  }

  async confirming(limit: number): Promise<readonly FeatureRecord[]> {
    const where = { confirming: true };
    const rows = await this.#connection.query((prisma) =>
      prisma.feature.findMany({ where, orderBy: { key: 'asc' }, take: limit }),
    );
    return rows.map(recordOf);
  }

  /** Under the lock of its chain, as whoever appends to it. */
  async update(definition: FeatureDefinition, seen: SeenFeature): Promise<boolean> {
    const { key } = definition;
    return this.#connection.transaction(async (transaction) => {
      await lockHead(transaction, key);
      const row = await transaction.feature.findUnique({ where: { key } });
      if (row === null || !sameJson(seenOf(recordOf(row)), seen)) return false;
      const data = { ...columnsOf(definition), definitionVersion: seen.definitionVersion + 1 };
      await transaction.feature.update({ where: { key }, data });
      return true;
    });
  }
}

const columnsOf = (definition: FeatureDefinition) => ({
  owner: definition.owner,
  archived: definition.archivedAtMs !== null,
  definition,
});

const recordOf = (row: { definition: unknown; definitionVersion: number; state: unknown }): FeatureRecord => ({
  definition: documentIn<FeatureDefinition>(row.definition),
  definitionVersion: row.definitionVersion,
  state: documentIn<FeatureState>(row.state),
});
