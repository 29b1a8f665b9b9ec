import type { ListedFeature, ProjectionReader } from '../../src/control/ports/projectionReader.ts';
import type { CustomerRecords } from '../../src/domain/projection/customer.ts';
import { customerPosition } from '../../src/domain/projection/customerPosition.ts';
import { frozen } from '../../src/domain/projection/frozen.ts';
import { MILESTONES, type Milestone } from '../../src/domain/projection/milestone.ts';
import { LINEAGE } from '../../src/domain/projection/rolloutRecords.ts';
import type { MemoryStore } from './memoryStore.ts';

export function projectionsOver(store: MemoryStore): ProjectionReader {
  const customers: ProjectionReader['customers'] = async ({ after, limit, features }) =>
    frozen(
      await store.step(() =>
        [...store.features.values()]
          .filter(({ definition }) => definition.archivedAtMs === null)
          .filter(({ definition }) => features === null || features.includes(definition.key))
          .flatMap(({ definition }): readonly ListedFeature[] => {
            const records = customerRecords(store, definition.key);
            return records === null ? [] : [{ position: customerPosition(definition), records }];
          })
          .filter(({ position }) => after === null || position > after)
          .sort((one, other) => (one.position < other.position ? -1 : 1))
          .slice(0, limit),
      ),
    );
  return {
    customers,
    customer: async (feature) => (await customers({ after: null, limit: 1, features: [feature] }))[0]?.records ?? null,
    rollout: async (id) =>
      frozen(
        await store.step(() => {
          const rollout = store.rollouts.get(id)?.state;
          if (rollout === undefined) return null;
          const entries = (store.chains.get(rollout.feature) ?? [])
            .filter(({ type }) => LINEAGE.some((told) => told === type))
            .filter((entry) =>
              entry.rollout === null ? entry.contract === rollout.contract.id : entry.rollout === rollout.id,
            );
          return { rollout, contract: store.contracts.get(rollout.contract.id) ?? null, entries };
        }),
      ),
  };
}

function customerRecords(store: MemoryStore, key: string): CustomerRecords | null {
  const state = store.features.get(key)?.state;
  const milestones = (store.chains.get(key) ?? []).filter((entry): entry is Extract<typeof entry, Milestone> =>
    MILESTONES.some((type) => type === entry.type),
  );
  const moved = new Set(milestones.map(({ contract }) => contract));
  const all = [...store.contracts.values()].filter(({ contract }) => contract.feature === key);
  const contracts = all.filter(({ contract }) => contract.capability !== undefined || moved.has(contract.id));
  if (state === undefined || !all.some(({ contract }) => contract.capability !== undefined)) return null;
  return {
    state,
    contracts: contracts.toSorted((one, other) => one.proposedAtMs - other.proposedAtMs),
    milestones: milestones.map(({ seq, at, type, contract, rollout, dryRun, data }) => {
      // `type` and `data` stay paired; taken apart, the union forgets it.
      return { seq, at, type, contract, rollout, dryRun, data } as Milestone;
    }),
  };
}
