import type { ContractRegister } from '../../control/ports/contractRegister.ts';
import type { Cursor } from '../../control/ports/featureRegister.ts';
import type { ContractState } from '../../domain/governance/contractState.ts';
import type { Connection } from './connection.ts';
import { documentIn } from './document.ts';

export class PostgresContracts implements ContractRegister {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(id: string): Promise<ContractState | null> {
    const row = await this.#connection.query((prisma) => prisma.contract.findUnique({ where: { id } }));
    return row === null ? null : documentIn<ContractState>(row.state);
  }

  async list(filter: { readonly feature?: string }, { after, limit }: Cursor): Promise<readonly ContractState[]> {
    const rows = await this.#connection.query((prisma) =>
      prisma.contract.findMany({
        where: filter,
        orderBy: [{ proposedAtMs: 'desc' }, { id: 'desc' }],
        take: limit,
        ...(after === null ? {} : { cursor: { id: after }, skip: 1 }),
      }),
    );
    return rows.map((row) => documentIn<ContractState>(row.state));
  }
}
